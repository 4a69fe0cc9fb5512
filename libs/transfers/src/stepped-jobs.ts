import { Inject, Injectable } from '@nestjs/common';
import { AppError, Database, databaseFailure, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { addToFile } from './files.js';
import type { RunningJob, SteppedWork } from './step.js';

/** Provides every kind of work in steps. */
export const STEPPED_WORK = Symbol('STEPPED_WORK');

const PAUSE = 1_000;
/** How often in a row a step may fail before its job is given up. */
const MOST_TRIES = 10;
const DUE = "exists (select from cortex.jobs where status = 'running')";

/**
 * Does jobs in many steps, each a transaction that holds the job, does a part, and notes where it ended. A killed worker
 * takes no more with it than one step, which the next worker does again. Jobs take turns.
 */
@Injectable()
export class SteppedJobs implements Loop {
  readonly name = 'transfers';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    @Inject(STEPPED_WORK) private readonly works: readonly SteppedWork[],
    @Inject(LOG) private readonly log: Log,
  ) {
    this.loop = new RepeatingLoop({
      name: this.name,
      work: () => this.once(),
      idle: PAUSE,
      poll: { database, due: DUE },
      log,
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One step of the job whose turn it is. Answers whether there was one. */
  async once(): Promise<boolean> {
    let taken: string | undefined;
    try {
      return await this.database.tx(async (tx) => {
        const job = await tx.row<RunningJob>(
          `select id, kind, input, position, progress, file_id, actor from cortex.jobs where status = 'running'
           order by moved_at, id limit 1 for update skip locked`,
        );
        if (!job) return false;
        taken = job.id;
        const work = this.works.find(({ kind }) => kind === job.kind);
        if (!work) throw new Error(`Nothing here does jobs of the kind ${job.kind}.`);
        const { position, progress, lines } = await work.step(tx, job);
        await addToFile(tx, job.file_id, lines);
        await tx.run(
          `update cortex.jobs set position = $2, progress = $3::jsonb, tries = 0, moved_at = cortex.now(),
             status = case when $2::text is null then 'completed' else 'running' end,
             input = case when $2::text is null then null else input end,
             ended_at = case when $2::text is null then cortex.now() end
           where id = $1`,
          [job.id, position ?? null, JSON.stringify(progress)],
        );
        return true;
      });
    } catch (error) {
      // A database that is away is no fault of the job: the loop comes again.
      if (taken === undefined || databaseFailure(error) === 'unavailable') throw error;
      await this.failed(taken, error);
      return true;
    }
  }

  /** A step that failed is done again, some times; what cannot succeed ends its job at once. */
  private async failed(id: string, error: unknown): Promise<void> {
    const isFinal = error instanceof AppError && error.code !== 'concurrent_change';
    this.log.warn({ job_id: id, reason: (error as Error).message }, 'a step of a job failed');
    await this.database.run(
      `update cortex.jobs set tries = tries + 1, moved_at = cortex.now(),
         status = case when $2 or tries + 1 >= ${MOST_TRIES} then 'failed' else status end,
         error = case when $2 or tries + 1 >= ${MOST_TRIES} then $3::text end,
         ended_at = case when $2 or tries + 1 >= ${MOST_TRIES} then cortex.now() end
       where id = $1 and status = 'running'`,
      [id, isFinal, isFinal ? (error as Error).message : 'This job failed several times. Try it again.'],
    );
  }
}
