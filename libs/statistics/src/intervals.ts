/** Standard deviations to either side that hold 95 % of a normal distribution. */
const Z = 1.959963984540054;

/** What is likely, at 95 %. */
export interface Interval {
  low: number;
  high: number;
}

/** A share as it was counted: `hits` of `n`. */
export interface Counted {
  hits: number;
  n: number;
}

/**
 * The share in the population of which `hits` of `n` were seen: the score interval of E. B. Wilson (1927), without
 * continuity correction (method 3 in R. G. Newcombe, Statistics in Medicine 17, 1998, pages 857 to 872). Nothing seen of
 * nothing may be any share.
 */
export function wilson({ hits, n }: Counted): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const share = hits / n;
  const middle = share + (Z * Z) / (2 * n);
  const width = Z * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  const whole = 1 + (Z * Z) / n;
  // At the ends the bound is the end itself; floating point would miss it by a hair.
  return { low: hits === 0 ? 0 : (middle - width) / whole, high: hits === n ? 1 : (middle + width) / whole };
}

/**
 * By how much the share of one group is above that of another, independent one: the hybrid score interval (method 10 in
 * R. G. Newcombe, Statistics in Medicine 17, 1998, pages 873 to 890).
 */
export function newcombe(one: Counted, other: Counted): Interval {
  if (one.n === 0 || other.n === 0) return { low: -1, high: 1 };
  const [a, b] = [one.hits / one.n, other.hits / other.n];
  const [of, against] = [wilson(one), wilson(other)];
  return {
    low: a - b - Math.hypot(a - of.low, against.high - b),
    high: a - b + Math.hypot(of.high - a, b - against.low),
  };
}

/** Amounts of `n` people, of whom most may have paid nothing. */
export interface Amounts {
  n: number;
  sum: number;
  /** The sum of each person's amount, squared. */
  squares: number;
}

/** The variance of one person's amount; 0 where there are fewer than two people. */
export const varianceOf = ({ n, sum, squares }: Amounts): number =>
  n < 2 ? 0 : Math.max(0, (squares - sum ** 2 / n) / (n - 1));

/** What one person paid on average; 0 where there is none. */
export const meanOf = ({ n, sum }: Amounts): number => (n === 0 ? 0 : sum / n);

/** What these people would pay in sum, by the central limit theorem; nobody pays less than nothing. */
export function sumInterval(amounts: Amounts): Interval {
  const width = Z * Math.sqrt(amounts.n * varianceOf(amounts));
  return { low: Math.max(0, amounts.sum - width), high: amounts.sum + width };
}

/**
 * How much more the people of one group paid in sum than they would have, had they paid like those of another: the
 * difference of the means times their number, with its variance by Welch.
 */
export function sumDifference(one: Amounts, other: Amounts): Interval & { value: number } {
  if (one.n === 0 || other.n === 0) return { value: 0, low: 0, high: 0 };
  const value = one.sum - (one.n * other.sum) / other.n;
  const width = Z * one.n * Math.sqrt(varianceOf(one) / one.n + varianceOf(other) / other.n);
  return { value, low: value - width, high: value + width };
}
