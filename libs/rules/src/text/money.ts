/**
 * Currencies whose smallest unit is no hundredth, by how many decimals they have: ISO 4217, list one. `Intl` is not asked,
 * because browsers go by what is written in shops: in Chrome and Node.js the dinar of Serbia has none, here it has two.
 */
const exceptions: readonly (readonly [decimals: number, currencies: readonly string[]])[] = [
  [
    0,
    [
      ...['BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG'],
      ...['RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'],
    ],
  ],
  [3, ['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND']],
  [4, ['CLF', 'UYW']],
];
const USUAL = 2;
const byCurrency = new Map(exceptions.flatMap(([decimals, all]) => all.map((currency) => [currency, decimals])));

/** How many digits of this currency (ISO 4217) stand behind the point; two for what is no currency. */
export const decimalsOf = (currency: string): number => byCurrency.get(currency.toUpperCase()) ?? USUAL;

/** How many of its smallest units make a whole one: 100 cents, 1 yen, 1,000 fils. */
export const moneyUnitOf = (currency: string): number => 10 ** decimalsOf(currency);

/** An amount of smallest units in whole ones: 4900 of EUR is 49, of JPY 4900. */
export const wholeMoney = (minor: number, currency: string): number => minor / moneyUnitOf(currency);

/** The other way, to the nearest smallest unit. */
export const minorMoney = (whole: number, currency: string): number => Math.round(whole * moneyUnitOf(currency));

/**
 * An amount as people write it: “€49.00”, “¥4,900”, “49 gold” where the currency is none.
 * @param whole in whole units
 * @param plain leaves the decimals of a round amount out: “€49”
 */
export function moneyText(whole: number, currency: string, { plain = false } = {}): string {
  const digits = decimalsOf(currency);
  const figures = (round: boolean): Intl.NumberFormatOptions => ({
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    trailingZeroDisplay: round ? 'stripIfInteger' : 'auto',
  });
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency, ...figures(plain) }).format(whole);
  } catch {
    return `${new Intl.NumberFormat('en', figures(true)).format(whole)} ${currency}`;
  }
}

/**
 * The text of migrations/repeatable/08_money_unit.sql, written by `npm run gen`: the same for statements.
 */
export function moneyUnitSql(): string {
  const cases = exceptions.map(
    ([decimals, all]) => `    when currency in (${all.map((each) => `'${each}'`).join(', ')}) then ${10 ** decimals}`,
  );
  return `-- Generated from libs/rules/src/text/money.ts by \`npm run gen\`. Do not edit: change that file instead.

-- How many of its smallest units make a whole one of this currency: 100 cents, 1 yen, 1,000 fils.
create or replace function cortex.money_unit(currency text) returns int
  language sql immutable parallel safe
  return case
${cases.join('\n')}
    else ${10 ** USUAL}
  end;
`;
}
