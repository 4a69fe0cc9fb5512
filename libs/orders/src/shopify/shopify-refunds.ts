import type { Database } from '#platform';
import type { ShopifyRefund } from './shopify-orders.js';

/** Notes refunds of an order, and answers how much was given back of it in all that are known, in the smallest unit. */
export function refundedOf(
  database: Database,
  orderId: string,
  currency: string,
  refunds: readonly ShopifyRefund[],
): Promise<number> {
  return database.tx(async (tx) => {
    await tx.run(
      `insert into cortex.shopify_refunds (refund_id, order_id, amount_minor, currency)
       select r.refund_id, $2, r.amount_minor, r.currency
       from unnest($1::text[], $3::bigint[], $4::text[]) as r(refund_id, amount_minor, currency)
       order by r.refund_id on conflict (refund_id) do nothing`,
      [
        refunds.map(({ refund_id }) => refund_id),
        orderId,
        refunds.map(({ amount_minor }) => amount_minor),
        refunds.map((refund) => refund.currency),
      ],
    );
    const row = await tx.row<{ amount: string }>(
      `select coalesce(sum(r.amount_minor), 0) as amount from cortex.shopify_refunds r
       where r.order_id = $1 and r.currency = $2`,
      [orderId, currency],
    );
    return Number(row!.amount);
  });
}
