import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop } from '#platform';
import { isDue } from '../broadcast/broadcast.queries.js';
import { feedAll } from '../pacing/feed.js';
import { prepareStep } from './freeze.js';
import { BroadcastLifecycle } from './lifecycle.js';
import { measureNext } from '../results/measure.js';
import { decideTest } from '../split-tests/split-test.js';
import { endFinished, settleOne } from './settle.js';
import { forgetTurns } from '../pacing/turns.js';

const idleMilliseconds = 250;

/** Whether a broadcast is under way, has to begin, or has to come to rest, or what one brought has to be measured. */
const DUE = `exists (select from cortex.broadcasts where status in ('preparing', 'sending'))
  or exists (select from cortex.broadcasts b where b.status = 'scheduled' and ${isDue})
  or exists (select from cortex.broadcasts where settle_at <= cortex.now())
  or exists (select from cortex.broadcasts where turns_kept and status in ('sent', 'failed', 'cancelled'))
  or exists (select from cortex.broadcast_results where measure_at <= cortex.now())`;

/**
 * The worker's part in broadcasts: starts those whose time has come, prepares them, keeps the queue filled, ends them,
 * measures what they bring.
 * Any number of workers may run it; each step is a transaction that holds the broadcast it is about.
 */
@Injectable()
export class BroadcastLoop implements Loop {
  readonly name = 'broadcasts';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly lifecycle: BroadcastLifecycle,
    @Inject(LOG) log: Log,
  ) {
    const poll = { database, due: DUE };
    this.loop = new RepeatingLoop({ name: this.name, idle: idleMilliseconds, poll, work: () => this.once(), log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** One round. Answers whether there is more to do at once. */
  async once(): Promise<boolean> {
    const { database } = this;
    const settled = await settleOne(database);
    const fed = (await feedAll(database)) > 0;
    const decided = await decideTest(database);
    const ended = (await endFinished(database)) > 0;
    const measured = await measureNext(database);
    const forgotten = await forgetTurns(database);
    const started = await this.lifecycle.startDue();
    // Last: one that cannot be prepared does not keep the others from being sent.
    const prepared = await prepareStep(database);
    return started || prepared || fed || ended || settled || measured || forgotten || decided;
  }
}
