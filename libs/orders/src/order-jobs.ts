import { Inject, Injectable } from '@nestjs/common';
import { orderSourceNames, type OrderSourceName } from '#contracts';
import { Database, LOG, RepeatingLoop, retryLaws, type Log, type Loop } from '#platform';
import { defineJob, Queue, type JobHandlers } from '#queue';
import { z } from 'zod';
import { beginRound } from './order-sources.queries.js';
import { OrderSync } from './order-sync.js';
import { closeNoLongerOpen } from './refunded-open.js';
import type { Hint } from './source.js';

/** Fetches what changed from every source, every night. */
export const fetchOrders = defineJob({
  name: 'orders.fetch',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.orders,
  // A first round may read years; it goes on where it was.
  expireInSeconds: 4 * 3600,
});

/** The same because somebody asked for it, who does not wait for the pauses of the other. */
const fetchOrdersNow = defineJob({
  name: 'orders.fetch_now',
  payload: z.object({}),
  policy: 'exclusive',
  retry: retryLaws.tick,
  expireInSeconds: 4 * 3600,
});

/** Fetches what a source reported. */
const followHint = defineJob({
  name: 'orders.follow',
  payload: z.object({
    source: z.enum(orderSourceNames),
    kind: z.enum(['order', 'customer']),
    external_id: z.string().max(200),
  }),
  retry: retryLaws.orders,
  expireInSeconds: 600,
});

const ANYTHING_ASKED = 'select 1 from cortex.order_sources where asked_at is not null limit 1';
const ANYTHING_HINTED = 'select 1 from cortex.order_hints limit 1';
/** Milliseconds between looks. */
const PAUSE = 1000;
const HINTS = 200;

/**
 * Hands to the queue what was asked for over HTTP, and does it. The processes that answer requests need no queue for
 * it. Each round, at least one a minute, also closes what was said of courses that are no longer open.
 */
@Injectable()
export class OrderJobs implements JobHandlers, Loop {
  readonly name = 'orders';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    private readonly queue: Queue,
    private readonly orders: OrderSync,
    @Inject(LOG) log: Log,
  ) {
    this.loop = new RepeatingLoop({
      name: this.name,
      work: () => this.once(),
      idle: PAUSE,
      poll: { database, due: `exists (${ANYTHING_HINTED}) or exists (${ANYTHING_ASKED})` },
      log,
    });
  }

  async bind(queue: Queue): Promise<void> {
    for (const job of [fetchOrders, fetchOrdersNow])
      await queue.handle(job, async ({ signal }) => {
        await this.orders.syncAll(signal);
      });
    await queue.handle(followHint, async ({ payload: { source: name, kind, external_id }, signal }) => {
      const source = this.orders.sources.find((one) => one.name === name);
      if (source?.about) await this.orders.follow(source, { kind, external_id }, signal);
    });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  /** Answers whether there may be more to do at once. */
  async once(): Promise<boolean> {
    return this.database.tx(async (tx) => {
      const asked = await tx.rows<{ source: OrderSourceName }>(
        'update cortex.order_sources set asked_at = null where asked_at is not null returning source',
      );
      const due = asked.filter(({ source }) => this.orders.sources.some(({ name }) => name === source));
      for (const { source } of due) await beginRound(tx, source);
      if (due.length > 0) await this.queue.enqueue(tx, fetchOrdersNow, {});
      const hints = await tx.rows<{ source: OrderSourceName } & Hint>(
        `delete from cortex.order_hints where id in (
           select id from cortex.order_hints order by id limit $1 for update skip locked)
         returning source, kind, external_id`,
        [HINTS],
      );
      await this.queue.enqueueMany(tx, followHint, hints);
      await closeNoLongerOpen(tx);
      return hints.length === HINTS;
    });
  }
}
