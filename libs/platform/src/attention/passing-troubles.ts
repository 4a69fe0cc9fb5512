import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { closeAttention, openAttention } from './attention.js';
import { Database } from '../db/tx.js';
import { fullDiskOf } from './full-disk.js';
import { LOG, type Log } from '../log/log.js';
import { standardOutput } from '../log/log-output.js';
import { lostLogOf } from './lost-log.js';
import { RepeatingLoop } from '../running/loop.js';
import type { Trouble } from './trouble.js';

/** Milliseconds between looks, which ask nothing of the database as long as all is well. */
const LOOK = 5_000;
/** Milliseconds without a new failure after which it is over. */
const QUIET = 600_000;

/**
 * Tells people of such troubles, and closes the notice once they are over. What cannot be written is tried again and
 * again, by every process that met it.
 */
@Injectable()
export class PassingTroubles implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly told = new Set<string>();
  private readonly logged = new Set<string>();
  private readonly loop: RepeatingLoop;
  private readonly troubles: Trouble[];

  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.troubles = [fullDiskOf(database), lostLogOf(standardOutput, String(log.bindings().role))];
    const work = async () => (await this.look(Date.now()), false);
    this.loop = new RepeatingLoop({ name: 'passing troubles', work, idle: LOOK, log });
  }

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /**
   * @param now epoch milliseconds
   * @throws when something could not be written yet
   */
  async look(now: number): Promise<void> {
    for (const trouble of this.troubles) await this.lookAt(trouble, now);
  }

  private async lookAt(trouble: Trouble, now: number): Promise<void> {
    const { key } = trouble;
    const met = trouble.metAt();
    if (met === undefined) {
      this.told.delete(key);
      this.logged.delete(key);
      return;
    }
    if (now - met >= QUIET) {
      await closeAttention(this.database, key);
      trouble.forget();
      return;
    }
    if (this.told.has(key)) return;
    // The log needs no room in the database.
    if (!this.logged.has(key)) this.log.error({ key }, trouble.notice().title);
    this.logged.add(key);
    await openAttention(this.database, trouble.notice());
    this.told.add(key);
  }
}
