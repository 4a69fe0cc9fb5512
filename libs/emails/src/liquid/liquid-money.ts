import { moneyText, wholeMoney } from '#rules';

/**
 * `{{ activity.metadata.amount_minor | money: activity.metadata.currency }}`: an amount of smallest units as people write
 * it, “€49.00”, in the decimals of its currency. Nothing where the amount is no number.
 */
export function inWords(amount: unknown, currency: unknown): string {
  const minor = typeof amount === 'string' && amount.trim() !== '' ? Number(amount) : amount;
  if (typeof minor !== 'number' || !Number.isFinite(minor)) return '';
  const named = typeof currency === 'string' ? currency.trim() : '';
  return moneyText(wholeMoney(minor, named), named).trim();
}
