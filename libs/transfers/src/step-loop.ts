import { AppError, databaseFailure, RepeatingLoop, type Database, type Log, type Loop, type Tx } from '#platform';
import { addToFile } from './files.js';
import type { RunningJob, SteppedWork } from './step.js';

const PAUSE = 1_000;
/** How often in a row a step may fail before its job is given up. */
const MOST_TRIES = 10;

interface StepLoopParts<On> {
  name: string;
  database: Database;
  /** Every kind that this loop does; other jobs are left to other loops. */
  works: readonly SteppedWork<On>[];
  /** The transaction of a step, and what it offers to the work. */
  begin: <T>(work: (tx: Tx, on: On) => Promise<T>) => Promise<T>;
  log: Log;
}

/**
 * Does jobs in many steps, each a transaction that holds the job, does a part, and notes where it ended. A killed worker
 * takes no more with it than one step, which the next worker does again. Jobs take turns.
 */
export class StepLoop<On> implements Loop {
  readonly name: string;
  private readonly loop: RepeatingLoop;
  private readonly works: ReadonlyMap<string, SteppedWork<On>>;

  constructor(private readonly parts: StepLoopParts<On>) {
    const { name, database, works, log } = parts;
    this.name = name;
    this.works = new Map(works.map((work) => [work.kind, work]));
    const kinds = works.map(({ kind }) => `'${kind}'`).join(', ');
    this.loop = new RepeatingLoop({
      name,
      work: () => this.once(),
      idle: PAUSE,
      poll: { database, due: `exists (select from cortex.jobs where status = 'running' and kind in (${kinds}))` },
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
      return await this.parts.begin(async (tx, on) => {
        const job = await tx.row<RunningJob>(
          `select id, kind, input, position, progress, file_id, actor from cortex.jobs
           where status = 'running' and kind = any($1::text[])
           order by moved_at, id limit 1 for update skip locked`,
          [[...this.works.keys()]],
        );
        if (!job) return false;
        taken = job.id;
        const { position, progress, lines } = await this.works.get(job.kind)!.step(on, job);
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
    const { database, log } = this.parts;
    log.warn({ job_id: id, reason: (error as Error).message }, 'a step of a job failed');
    await database.run(
      `update cortex.jobs set tries = tries + 1, moved_at = cortex.now(),
         status = case when $2 or tries + 1 >= ${MOST_TRIES} then 'failed' else status end,
         error = case when $2 or tries + 1 >= ${MOST_TRIES} then $3::text end,
         ended_at = case when $2 or tries + 1 >= ${MOST_TRIES} then cortex.now() end
       where id = $1 and status = 'running'`,
      [id, isFinal, isFinal ? (error as Error).message : 'This job failed several times. Try it again.'],
    );
  }
}
