import { moneyText, wholeMoney } from '#rules';

/** An amount of an order as people write it: “€49.00”, “¥4,900”. */
export const money = ({ amount_minor, currency }: { amount_minor: number; currency: string }): string =>
  moneyText(wholeMoney(amount_minor, currency), currency);
