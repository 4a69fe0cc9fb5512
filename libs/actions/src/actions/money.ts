/** An amount in the smallest unit of its currency, as people write it: “€49.00”, “¥4,900”. */
export function money({ amount_minor, currency }: { amount_minor: number; currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount_minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}
