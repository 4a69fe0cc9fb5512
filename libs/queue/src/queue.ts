import type { z } from 'zod';
import type { Database, Log, Tx } from '#platform';
import { definedJobs, type EnqueueOptions, type JobDefinition, type ReceivedJob } from './jobs.js';
import { PgBossAdapter, type Work } from './pg-boss.adapter.js';

export interface QueueSettings {
  /** Its queues are in this database, on connections of their own. */
  database: Database;
  log: Log;
  /** Connections of the queue's own, besides the one that listens. */
  poolSize?: number;
}

/** A class of a lib that binds that lib's jobs; apps/worker lists them. */
export interface JobHandlers {
  bind(queue: Queue): Promise<void>;
}

export interface HandleOptions {
  /** Jobs fetched at a time; each succeeds or fails by itself. 1 when absent. */
  batchSize?: number;
  /** Fetchers side by side in this process. 1 when absent. */
  concurrency?: number;
}

/**
 * Jobs that outlive their process. Enqueue inside the transaction that makes the job necessary: it becomes
 * visible with that transaction's commit, and never when it rolls back.
 */
export class Queue {
  private readonly adapter: PgBossAdapter;
  private readonly work = new Map<string, Work>();
  private state: 'new' | 'started' | 'stopped' = 'new';

  constructor(settings: QueueSettings) {
    this.adapter = new PgBossAdapter(settings.database, settings.poolSize ?? 4, settings.log);
  }

  /** Makes the queues of all defined jobs and begins to work on those that were bound by `handle`. */
  async start(): Promise<void> {
    if (this.state !== 'new') return;
    this.state = 'started';
    await this.adapter.start(definedJobs());
    for (const work of this.work.values()) await this.adapter.work(work);
  }

  /** Takes no more jobs, lets those in hand finish (at most `patience` milliseconds), then lets go. */
  async stop(patience = 8000): Promise<void> {
    if (this.state !== 'started') return;
    this.state = 'stopped';
    await this.adapter.stop(patience);
  }

  /**
   * @param tx the transaction that the job belongs to; undefined enqueues at once
   * @returns the job's id, or undefined when an exclusive job of this key is already there
   * @throws ZodError when the payload does not fit the job
   */
  async enqueue<P extends z.ZodType>(
    tx: Tx | undefined,
    job: JobDefinition<P>,
    payload: z.input<P>,
    options: EnqueueOptions = {},
  ): Promise<string | undefined> {
    return this.adapter.send(tx, job.name, job.payload.parse(payload), options);
  }

  /** Like `enqueue` for many payloads of one job, in one statement. */
  async enqueueMany<P extends z.ZodType>(
    tx: Tx | undefined,
    job: JobDefinition<P>,
    payloads: z.input<P>[],
    options: EnqueueOptions = {},
  ): Promise<void> {
    if (payloads.length === 0) return;
    const parsed = payloads.map((payload) => job.payload.parse(payload));
    await this.adapter.insert(tx, job.name, parsed, options);
  }

  /** Binds a job to its handler; a handler that throws makes that one job be tried again. */
  async handle<P extends z.ZodType>(
    job: JobDefinition<P>,
    handler: (received: ReceivedJob<z.output<P>>) => Promise<void>,
    options: HandleOptions = {},
  ): Promise<void> {
    if (this.work.has(job.name)) throw new Error(`The job ${job.name} has two handlers.`);
    const work: Work = {
      name: job.name,
      run: (received) => handler({ ...received, payload: job.payload.parse(received.payload) as z.output<P> }),
      batchSize: options.batchSize ?? 1,
      concurrency: options.concurrency ?? 1,
    };
    this.work.set(job.name, work);
    if (this.state === 'started') await this.adapter.work(work);
  }

  /** Names of defined jobs that nothing handles here; a worker with one of these must not start. */
  unhandled(): string[] {
    return definedJobs()
      .map((job) => job.name)
      .filter((name) => !this.work.has(name));
  }
}
