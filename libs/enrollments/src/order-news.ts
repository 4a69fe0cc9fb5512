import { invalidRequest } from '#platform';

export type OrderStatus = 'paid' | 'refunded' | 'partly_refunded' | 'failed';

/** What a shop says of an order; what is left out says nothing. Amounts in the smallest unit of the currency. */
export interface PaymentFields {
  external_id?: string;
  amount_minor: number;
  /** At most `amount_minor`: what was given back in all. */
  refunded_minor?: number;
  currency: string;
  status?: OrderStatus;
  occurred_at?: string;
}

/** How an order stands. `refunded`: all of it was given back. `failed`: nothing was, for nothing was paid. */
export interface OrderState {
  amount_minor: number;
  refunded_minor: number;
  currency: string;
  status: OrderStatus;
}

/** An order, once it is written down. */
export interface Payment extends OrderState {
  id: string;
  /** Nobody had said anything of it before. */
  created: boolean;
}

/** What an order of which this much was given back is. */
export const statusOf = (amount: number, refunded: number): Exclude<OrderStatus, 'failed'> => {
  if (refunded === 0) return 'paid';
  return refunded >= amount ? 'refunded' : 'partly_refunded';
};

/**
 * The order as it must be once this was said of it, however often and late: what was given back only grows, and an order
 * of which all was given back is over. Whoever repeats what was so before changes nothing.
 * @param known undefined where nothing was said of it yet
 * @param pointer where the payment stands in the item
 * @returns a refund above the amount where less was paid than was given back before: the database refuses it
 * @throws AppError 400 when a part was given back and nobody says how much
 */
export function afterNews(known: OrderState | undefined, news: PaymentFields, pointer: string): OrderState {
  const { amount_minor, currency } = news;
  const said = news.refunded_minor ?? 0;
  if (news.status === 'refunded' || (said > 0 && said >= amount_minor))
    return { amount_minor, refunded_minor: amount_minor, currency, status: 'refunded' };
  if (known?.status === 'refunded') return known;
  const refunded_minor = Math.max(known?.refunded_minor ?? 0, said);
  if (refunded_minor === 0 && news.status === 'partly_refunded') {
    const message = 'Say how much was given back: send refunded_minor with a status of partly_refunded.';
    throw invalidRequest(message, [{ pointer: `${pointer}/refunded_minor`, message }]);
  }
  const failed = refunded_minor === 0 && news.status === 'failed';
  const status = failed ? 'failed' : statusOf(amount_minor, refunded_minor);
  return { amount_minor, refunded_minor, currency, status };
}
