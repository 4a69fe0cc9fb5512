/**
 * SQL: what these rows of `public.transactions t` came to together, less refunds, in the smallest unit of their currency;
 * at most what a number in JSON can say.
 */
export const paidSum = `least(greatest(coalesce(
      sum(case t.status when 'failed' then 0 when 'refunded' then 0 else t.amount_minor::numeric - t.refunded_minor end),
      0), -9007199254740991), 9007199254740991)`;

/** SQL: the currency of an order; shops write it in small letters too. */
export const orderCurrency = 'upper(t.currency)';
