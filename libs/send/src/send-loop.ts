import type { Config, Database, Log } from '#platform';
import { beat } from './heartbeat.js';
import { recoverCrashed, reconcile } from './reconcile.js';
import type { PostmarkGateway } from './postmark.client.js';
import type { Sender } from './sender.js';
import { countWaiting, keepJobsUpToDate } from './upkeep.js';

export interface SendLoopParts {
  database: Database;
  config: Config;
  log: Log;
  sender: Sender;
  gateway?: PostmarkGateway;
  /** Batches in flight at once, in this process. */
  lanes?: number;
}

const idleMilliseconds = 250;
const upkeepMilliseconds = 2_000;
const longestErrorPause = 10_000;

/**
 * The worker's sending: several batches in flight, and beside them the upkeep (crashed and unclear batches,
 * job rows, what waits and why, the heartbeat). Any number of workers may run it.
 */
export class SendLoop {
  readonly name = 'send';
  private running: Promise<unknown> | undefined;
  private readonly stopped = new AbortController();

  constructor(private readonly parts: SendLoopParts) {}

  start(): void {
    this.running ??= Promise.all([
      ...Array.from({ length: this.parts.lanes ?? 3 }, () =>
        this.repeat(idleMilliseconds, () => this.parts.sender.sendOne()),
      ),
      this.repeat(upkeepMilliseconds, () => this.upkeep()),
    ]);
  }

  /** Lets what is in hand come to its end: a call to Postmark in flight is awaited and recorded. */
  async stop(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  /** One round of everything but sending. Answers whether unclear batches were looked at. */
  async upkeep(): Promise<boolean> {
    const { database, gateway } = this.parts;
    await beat(database);
    let busy = (await recoverCrashed(database)) > 0;
    if (gateway) busy = (await reconcile(database, gateway)) > 0 || busy;
    await keepJobsUpToDate(database);
    await countWaiting(database, this.parts.config);
    return busy;
  }

  /** Calls `work` until it says that there is nothing to do, waits, and begins again; an error makes it wait longer. */
  private async repeat(idle: number, work: () => Promise<boolean>): Promise<void> {
    let errors = 0;
    while (!this.stopped.signal.aborted) {
      let busy = false;
      try {
        busy = await work();
        errors = 0;
      } catch (error) {
        errors += 1;
        this.parts.log.error({ err: error, errors }, 'The sending loop met an error and goes on');
      }
      if (busy) continue;
      await pause(errors > 0 ? Math.min(idle * 2 ** errors, longestErrorPause) : idle, this.stopped.signal);
    }
  }
}

const pause = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
