import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { closeAttention, openAttention, type NewAttention } from './attention.js';
import { Database } from './db/tx.js';
import { LOG, type Log } from './log.js';
import { RepeatingLoop } from './loop.js';

export const fullDisk = {
  key: 'database.full_disk',
  kind: 'database',
  title: 'The disk of the database is full',
  detail:
    'Nothing new can be stored: activities are refused with 503, and automations and mail wait. Make room on the disk that holds the data of PostgreSQL, or make it larger. Everything goes on by itself afterwards.',
} satisfies NewAttention;
/** Milliseconds between looks, which ask nothing of the database as long as all is well. */
const LOOK = 5_000;
/** Milliseconds without a new failure after which there is room again. */
const QUIET = 600_000;

/**
 * Tells people of a full disk of the database. While it is full even that may not be written, so it is tried again and
 * again, by every process that met it. Until it is written, whoever lists what needs attention says `fullDisk` unasked.
 */
@Injectable()
export class FullDiskNotice implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private told = false;
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    @Inject(LOG) log: Log,
  ) {
    const work = async () => (await this.look(Date.now()), false);
    this.loop = new RepeatingLoop({ name: 'full disk', work, idle: LOOK, log });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /**
   * @param now epoch milliseconds
   * @throws when it could not be written yet
   */
  async look(now: number): Promise<void> {
    const { database } = this;
    const met = database.fullDiskAt;
    if (met === undefined) {
      this.told = false;
      return;
    }
    if (now - met >= QUIET) {
      await closeAttention(database, fullDisk.key);
      database.fullDiskAt = undefined;
      return;
    }
    if (this.told) return;
    await openAttention(database, fullDisk);
    this.told = true;
  }
}
