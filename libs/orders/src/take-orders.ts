import type { OrderCounts } from '#contracts';
import { bringIn } from '#enrollments';
import type { Database, Tx } from '#platform';
import { noOrders, together } from './counts.js';
import { recordOrder, type Recorded } from './record-order.js';
import { tellRefundedOpen } from './refunded-open.js';
import { noteRefused } from './refused-orders.js';
import type { OrderPage, SourceOrder } from './source.js';

/** Orders that are written in one transaction. */
const TOGETHER = 100;

/**
 * Writes down a page of orders. One that the database refuses costs no other.
 * @param askedAt when the page was asked for
 * @param last what belongs into the transaction of its last orders, and is told what came of all
 */
export async function takeOrders(
  database: Database,
  source: { readonly name: string; readonly label: string },
  page: OrderPage,
  askedAt: Date,
  last?: (tx: Tx, counts: OrderCounts) => Promise<void>,
): Promise<OrderCounts> {
  let counts: OrderCounts = { ...noOrders, unreadable: page.unreadable };
  // In one order everywhere, so that two who write the same do not wait for each other; and each once.
  const orders = [...new Map(page.orders.map((order) => [order.external_id, order])).values()].toSorted((a, b) =>
    a.external_id < b.external_id ? -1 : 1,
  );
  for (let at = 0; at === 0 || at < orders.length; at += TOGETHER) {
    const isLast = at + TOGETHER >= orders.length;
    counts = await takeSome(
      database,
      source,
      orders.slice(at, at + TOGETHER),
      askedAt,
      counts,
      isLast ? last : undefined,
    );
  }
  return counts;
}

async function takeSome(
  database: Database,
  source: { readonly name: string; readonly label: string },
  orders: readonly SourceOrder[],
  askedAt: Date,
  before: OrderCounts,
  last: ((tx: Tx, counts: OrderCounts) => Promise<void>) | undefined,
): Promise<OrderCounts> {
  let counts = before;
  // By the order's id: what is tried again is written over.
  const recorded = new Map<string, Recorded>();
  const items = orders.map((order) => ({ order, email: order.email, occurred_at: order.occurred_at }));
  await bringIn(
    database,
    items,
    async (tx, { order }) => {
      const done = await recordOrder(tx, { source: source.name, asked_at: askedAt, order });
      recorded.set(order.external_id, done);
      return { id: done.id ?? '', created: done.outcome === 'new' };
    },
    async (tx, results) => {
      const looked = orders.map(({ external_id }) => ({ external_id, holder: recorded.get(external_id)?.holder }));
      await noteRefused(tx, source.name, looked);
      const taken = orders.map(({ external_id }, nth) =>
        results[nth]!.status === 'rejected' ? undefined : recorded.get(external_id),
      );
      const refunded = taken.flatMap((order) => (order?.isRefunded && order.id !== undefined ? [order.id] : []));
      await tellRefundedOpen(tx, source, refunded);
      const done = taken.map((order) => order?.outcome ?? 'unreadable');
      counts = done.reduce<OrderCounts>(
        (sum, outcome) => (outcome === 'skipped' ? sum : together(sum, { ...noOrders, [outcome]: 1 })),
        before,
      );
      await last?.(tx, counts);
    },
  );
  return counts;
}
