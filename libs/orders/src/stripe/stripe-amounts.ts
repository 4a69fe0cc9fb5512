/**
 * Stripe counts most amounts in the smallest unit of their currency, as ISO 4217 does and Cortex too: cents, yen, fils.
 * These it counts otherwise: Icelandic krónur and Ugandan shillings as if they had hundredths, Malagasy ariary as if it
 * had none. See “Supported currencies” and “Special cases” in Stripe's documentation.
 */
const byCurrency = new Map([
  ['ISK', 1 / 100],
  ['UGX', 1 / 100],
  ['MGA', 100],
]);

/** An amount as Stripe has it, in the currency's own smallest unit. */
export const minorOf = (amount: number, currency: string): number =>
  Math.round(amount * (byCurrency.get(currency) ?? 1));

/** The other way: an amount as Stripe wants it. */
export const stripeAmountOf = (minor: number, currency: string): number =>
  Math.round(minor / (byCurrency.get(currency) ?? 1));
