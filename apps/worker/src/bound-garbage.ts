import { environmentFor } from '#platform/environment';

/**
 * V8 lets garbage grow with the memory that it finds: on a server with much of it a worker of 100 MB that goes through
 * a million mails or activities soon stands at 500 MB, of which nothing is in use. The newest objects get 2 × 8 MB
 * before they are looked through (else 2 × 32), and the older ones may grow by half until they are (else fourfold).
 * In exchange nothing is looked through only because a minute has passed: that was half of what an idle process costs.
 */
export const WORKER_FLAGS = ['--max-semi-space-size=8', '--heap-growing-percent=50', '--no-memory-reducer'];

/**
 * For the C library of Linux, which others do not read: one heap for all threads instead of one for each, and what is
 * large goes back to the system as soon as it is free. Else the bytes of posted mails leave holes of 50 MB.
 */
export const WORKER_ENVIRONMENT = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '262144' };

/**
 * For a worker that is started by itself rather than by `npm start`, which gives both. Begins this process anew under
 * them: the same process to whoever started it. Flags that were given stay, also other values of the same; where a
 * process cannot be replaced (Windows), it goes on as it is.
 */
export function boundGarbage(): void {
  const { execArgv, execPath, argv } = process;
  const missing = WORKER_FLAGS.filter((flag) => !execArgv.some((given) => given.startsWith(flag.split('=')[0]!)));
  if (missing.length === 0 || process.platform === 'win32') return;
  process.execve?.(execPath, [execPath, ...missing, ...execArgv, ...argv.slice(1)], environmentFor(WORKER_ENVIRONMENT));
}
