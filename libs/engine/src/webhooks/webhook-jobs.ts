import { Inject, Injectable } from '@nestjs/common';
import { forgetSecrets } from '#automations';
import { Database, LOG, RepeatingLoop, retryLaws, type Log, type Loop } from '#platform';
import { defineJob, Queue, type JobHandlers } from '#queue';
import { z } from 'zod';
import { takeQueued } from './calls.queries.js';
import { WebhookCalls } from './webhook-calls.js';

const payload = z.object({ call_id: z.uuid() });

/** Gets the calls whose tries are used up. */
const buryWebhook = defineJob({
  name: 'engine.webhook_dead',
  payload,
  retry: retryLaws.failedWebhook,
});

/** One call. */
const callWebhook = defineJob({
  name: 'engine.webhook',
  payload,
  retry: retryLaws.webhook,
  expireInSeconds: 60,
  deadLetter: buryWebhook,
});

/** Removes secrets that nothing names any more. */
export const forgetOldSecrets = defineJob({
  name: 'engine.secrets_forget',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.upkeep,
});

/** Milliseconds between looks for calls that steps have written down. */
const PAUSE = 500;
const ANYTHING_QUEUED = `select 1 from cortex.webhook_calls where state = 'queued' limit 1`;
const SECRETS_KEPT_DAYS = 30;

/** Hands calls to the queue and makes them. The processes that move runs need no queue of their own for it. */
@Injectable()
export class WebhookJobs implements JobHandlers, Loop {
  readonly name = 'webhooks';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly queue: Queue,
    private readonly calls: WebhookCalls,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new RepeatingLoop({
      name: this.name,
      work: () => this.once(),
      idle: PAUSE,
      poll: { database, due: `exists (${ANYTHING_QUEUED})` },
      log,
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Gives calls to the queue; with the state they had, so none is lost or given twice. Answers whether there may be more. */
  async once(): Promise<boolean> {
    if (!(await this.database.row(ANYTHING_QUEUED))) return false;
    return this.database.tx(async (tx) => {
      const calls = await takeQueued(tx);
      await this.queue.enqueueMany(
        tx,
        callWebhook,
        calls.map(({ id }) => ({ call_id: id })),
      );
      return calls.length > 0;
    });
  }

  async bind(queue: Queue): Promise<void> {
    const side = { batchSize: 20, concurrency: 2 };
    await queue.handle(callWebhook, ({ payload: { call_id }, signal }) => this.calls.deliver(call_id, signal), side);
    await queue.handle(buryWebhook, ({ payload: { call_id } }) => this.calls.giveUp(call_id), side);
    await queue.handle(forgetOldSecrets, async () => {
      await forgetSecrets(this.database, SECRETS_KEPT_DAYS);
    });
  }
}
