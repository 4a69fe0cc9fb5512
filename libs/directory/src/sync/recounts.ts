import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { Queue } from '#queue';
import { repairDirectory } from './directory-repair.js';

/** Somebody whose lifetime value is to be counted anew, and who was not tried yet. */
const DUE = 'exists (select from cortex.pending q where q.recount and q.attempts = 0)';
/** Milliseconds between looks. */
const PAUSE = 1000;

/**
 * Begins the repair as soon as the workspace has another currency, instead of with the next minute. The processes that
 * answer requests need no queue for it, and of all who see it one job comes.
 */
@Injectable()
export class Recounts implements Loop {
  readonly name = 'recounts';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly queue: Queue,
    @Inject(LOG) log: Log,
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

  /** One look. */
  async once(): Promise<false> {
    const row = await this.database.row<{ due: boolean }>(`select ${DUE} as due`);
    if (row?.due) await this.queue.enqueue(undefined, repairDirectory, {});
    return false;
  }
}
