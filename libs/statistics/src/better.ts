import type { Amounts, Counted } from './intervals.js';
import { meanOf, varianceOf } from './intervals.js';

/**
 * The probability that the share behind `b` is higher than the one behind `a`, if nothing was known of either before
 * (Beta(1, 1)). Exact up to rounding: for whole numbers it is a finite sum (Evan Miller, “Formulas for Bayesian A/B
 * Testing”, evanmiller.org/bayesian-ab-testing.html), of which each term follows from the one before.
 */
export function probabilityBetter(a: Counted, b: Counted): number {
  const [hitsA, missesA] = [a.hits + 1, a.n - a.hits + 1];
  const [hitsB, missesB] = [b.hits + 1, b.n - b.hits + 1];
  // By logarithms: the terms of large samples are too small for a number.
  let term = 0;
  for (let k = 0; k < missesB; k += 1) term += Math.log((missesA + k) / (hitsA + missesA + k));
  let sum = 0;
  for (let i = 0; i < hitsB; i += 1) {
    sum += Math.exp(term);
    term += Math.log(((hitsA + i) * (missesB + i)) / ((hitsA + missesA + missesB + i) * (i + 1)));
  }
  return Math.min(1, sum);
}

/**
 * The probability that people like those of `b` pay more each than people like those of `a`: by the central limit
 * theorem, with the variances of Welch. One half where that cannot be said.
 */
export function probabilityRicher(a: Amounts, b: Amounts): number {
  if (a.n === 0 || b.n === 0) return 0.5;
  const deviation = Math.sqrt(varianceOf(a) / a.n + varianceOf(b) / b.n);
  if (deviation === 0) return 0.5;
  return normalBelow((meanOf(b) - meanOf(a)) / deviation);
}

/**
 * How much of a normal distribution lies below `z`, to seven digits: formula 7.1.26 of Abramowitz and Stegun, “Handbook
 * of Mathematical Functions”, 1964.
 */
function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const above = (polynomial * Math.exp(-x * x)) / 2;
  return z >= 0 ? 1 - above : above;
}

/** A probability in per cent, as a sentence says it; nothing is ever sure. */
export const percentText = (probability: number): string =>
  probability > 0.99 ? 'more than 99 %' : probability < 0.01 ? 'less than 1 %' : `${Math.floor(probability * 100)} %`;

/** How sure one may be that something is better, in a word or two that go before “better”. */
export function surenessInWords(probability: number): string {
  if (probability >= 0.99) return 'almost certainly';
  if (probability >= 0.9) return 'very probably';
  if (probability >= 0.75) return 'probably';
  if (probability >= 0.6) return 'perhaps';
  if (probability > 0.4) return 'as likely as not';
  if (probability > 0.1) return 'probably not';
  return 'hardly';
}
