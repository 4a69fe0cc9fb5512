import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Piscina } from 'piscina';
import { AppError } from '../answers/errors.js';

/** One processor is left to the event loop. */
const MOST_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));
/** Jobs that wait for a thread; beyond them a request is turned away at once. */
const MOST_WAITING = 32;
/** Milliseconds that a job may wait and work; the largest input takes about a tenth of it. */
const PATIENCE = 15_000;
/** Megabytes of one thread. */
const MOST_MEMORY = 384;

let pool: Promise<Piscina> | undefined;

/** One thread stays, so that a job that waits is never without; further ones end after a while. */
async function open(): Promise<Piscina> {
  const { Piscina } = await import('piscina');
  return new Piscina({
    minThreads: 1,
    maxThreads: MOST_THREADS,
    idleTimeout: 30_000,
    maxQueue: MOST_WAITING,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
  });
}

type Jobs = Record<string, (input: never) => unknown>;

/** Runs one of the jobs of a module: what it takes and answers is copied, so both are plain data. */
export type InThread<M extends Jobs> = <K extends keyof M & string>(
  job: K,
  input: Parameters<M[K]>[0],
) => Promise<Awaited<ReturnType<M[K]>>>;

/**
 * Work over 50 ms that must not hold up the event loop: the exported functions of a module run in a pool of threads
 * that the whole process shares. Waiting, time and memory are bounded. A failure that its reader can act on is part of
 * a job's answer, because errors lose their class on the way.
 * @param file the module, named `*.thread.ts`, written `new URL('./name.thread.js', import.meta.url)`. It imports pure
 *   code only: each thread loads it anew
 * @param options.patience milliseconds that a job may wait and work
 * @throws AppError 503 when too much waits or the job took too long; 413 when it took too much memory
 */
export function inThreads<M extends Jobs>(file: URL, { patience = PATIENCE } = {}): InThread<M> {
  const filename = fileURLToPath(file.href);
  return async (job, input) => {
    // At the first job: most processes never get a large one.
    const threads = await (pool ??= open());
    if (threads.queueSize >= MOST_WAITING)
      throw new AppError('busy', 'Too much is being worked on at this moment. Try again in a few seconds.', {
        facts: { retry_after: 5 },
      });
    const signal = AbortSignal.timeout(patience);
    try {
      return await threads.run(input, { filename, name: job, signal });
    } catch (error) {
      if (signal.aborted)
        throw new AppError(
          'took_too_long',
          `Working on this took longer than ${patience / 1000} seconds and was stopped. Send something smaller.`,
        );
      if ((error as { code?: unknown }).code === 'ERR_WORKER_OUT_OF_MEMORY')
        throw new AppError(
          'too_large',
          'Working on this takes more memory than one request may. Send something smaller.',
        );
      throw error;
    }
  };
}
