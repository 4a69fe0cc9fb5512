import { BroadcastLifecycle, BroadcastLoop, Broadcasts } from '#broadcasts';
import { DesignRenderer } from '#emails';
import { systemActor } from '#platform';
import { log, SendFixture, waitUntilReady } from './send.fixture.js';
import type { Sender } from '../sending/sender.js';

type Draft = Parameters<Broadcasts['create']>[1];

/** Broadcasts that are sent to a fake Postmark; everything is driven by hand. */
export class SentBroadcasts {
  readonly actor = systemActor('test');
  readonly broadcasts: Broadcasts;
  readonly lifecycle: BroadcastLifecycle;
  readonly loop: BroadcastLoop;

  private constructor(readonly on: SendFixture) {
    const { database } = on.db;
    this.broadcasts = new Broadcasts(database, new DesignRenderer(database, on.configWith()));
    this.lifecycle = new BroadcastLifecycle(database, this.broadcasts);
    this.loop = new BroadcastLoop(database, this.lifecycle, log);
  }

  static async make(): Promise<SentBroadcasts> {
    return new SentBroadcasts(await SendFixture.make());
  }

  /** Before each test. */
  async reset(): Promise<void> {
    await this.on.reset();
    await this.on.db.database.run(
      'truncate cortex.broadcasts, cortex.broadcast_exclusions, cortex.broadcast_turns, cortex.broadcast_results cascade',
    );
  }

  /** A draft to all leads. */
  async draft(more: Partial<Draft> = {}): Promise<string> {
    const rules = {
      operator: 'AND' as const,
      conditions: [{ field: 'type', operator: 'eq', value: 'lead' }],
    };
    const { id } = await this.broadcasts.create(this.actor, {
      name: 'News',
      subject: 'News',
      html: '<p>News</p>',
      rules,
      ...more,
    });
    return id;
  }

  async send(id: string, undoSeconds = 0) {
    const { will_receive } = await this.broadcasts.audience(id);
    return this.lifecycle.send(this.actor, id, will_receive, undoSeconds);
  }

  /** Lets the worker's part be done as far as it can, holding to the sum after each round. */
  async work(id: string): Promise<void> {
    for (let round = 0; round < 50; round += 1) {
      const busy = await this.loop.once();
      await this.assertSum(id);
      if (!busy) return;
    }
    throw new Error('The worker does not come to an end.');
  }

  /** Sends until nothing is left that may leave. */
  async drain(sender: Sender, id: string): Promise<void> {
    for (let turn = 0; turn < 80; turn += 1) {
      await this.work(id);
      if (!(await sender.sendOne())) return this.work(id);
      await waitUntilReady(sender);
    }
    throw new Error('The queue does not come to an end.');
  }

  /** Moves the clock on in steps, with a worker that runs all the while. */
  async pass(sender: Sender, id: string, minutes: number, step = 5): Promise<void> {
    for (let passed = 0; passed < minutes; passed += step) {
      await this.on.db.clock.advance({ minutes: Math.min(step, minutes - passed) });
      await this.drain(sender, id);
    }
  }

  async counts(id: string) {
    return (await this.broadcasts.get(id)).counts;
  }

  async assertSum(id: string): Promise<void> {
    const { candidates, skipped, ...counts } = await this.counts(id);
    const { queued, submitting, sent, failed, uncertain, unknown, cancelled } = counts;
    const left = Object.values(skipped).reduce((a, b) => a + b, 0);
    const sum = left + queued + submitting + sent + failed + uncertain + unknown + cancelled;
    if (sum !== candidates) throw new Error(`${candidates} candidates, but ${sum} in all states.`);
  }

  /** The statuses of the broadcast and of its row in the list of jobs. */
  async statuses(id: string): Promise<string[]> {
    const jobs = await this.on.db.database.rows<{ status: string }>(
      'select status from public.email_jobs where broadcast_id = $1',
      [id],
    );
    return [(await this.broadcasts.get(id)).status, ...jobs.map(({ status }) => status)];
  }
}
