import { variantNames, type BroadcastTest } from '#contracts';

/** From this probability on one variant counts as the better one. */
const SURE = 0.95;

/** Of the mails of one variant that were sent, how many had the outcome that is asked for. */
export interface Outcome {
  sent: number;
  hits: number;
}

/**
 * The probability that the rate behind `b` is higher than the one behind `a`, if nothing was known of either before
 * (Beta(1, 1)). Exact up to rounding: for whole numbers it is a finite sum (Evan Miller, “Formulas for Bayesian A/B
 * Testing”, evanmiller.org/bayesian-ab-testing.html), of which each term follows from the one before.
 */
export function probabilityBetter(a: Outcome, b: Outcome): number {
  const [hitsA, missesA] = [a.hits + 1, a.sent - a.hits + 1];
  const [hitsB, missesB] = [b.hits + 1, b.sent - b.hits + 1];
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

export interface Verdict {
  /** What the rest gets, from 0 on: the best one; the first one where no difference was found. */
  winner: number;
  /** The one that is ahead, and the one next to it. */
  best: number;
  next: number;
  /** That the best one is better than each of the others, the least of these probabilities. */
  probability: number;
  differs: boolean;
}

/** Compares two or more variants. */
export function verdictOf(outcomes: readonly Outcome[]): Verdict {
  const rate = ({ sent, hits }: Outcome) => (hits + 1) / (sent + 2);
  const best = outcomes.reduce((ahead, one, at) => (rate(one) > rate(outcomes[ahead]!) ? at : ahead), 0);
  const others = outcomes
    .map((one, at) => ({ at, probability: probabilityBetter(one, outcomes[best]!) }))
    .filter(({ at }) => at !== best);
  const next = others.reduce((least, one) => (one.probability < least.probability ? one : least));
  const differs = next.probability >= SURE;
  return { winner: differs ? best : 0, best, next: next.at, probability: next.probability, differs };
}

const whole = new Intl.NumberFormat('en');
const did: Record<BroadcastTest['winner_by'], string> = { clicks: 'clicked', enrollments: 'enrolled' };
const percent = (probability: number): string =>
  probability > 0.99 ? 'more than 99 %' : `${Math.floor(probability * 100)} %`;

/** A verdict in a sentence or two. */
export function verdictInWords(
  { winner, best, next, probability, differs }: Verdict,
  outcomes: readonly Outcome[],
  by: BroadcastTest['winner_by'],
): string {
  const of = (variant: number) => {
    const { sent, hits } = outcomes[variant]!;
    return `${whole.format(hits)} of ${whole.format(sent)} ${did[by]} with ${variantNames[variant]!}`;
  };
  const figures = `${of(best)}, ${of(next)}.`;
  return differs
    ? `${variantNames[best]!} is better than ${variantNames[next]!} with a probability of ${percent(probability)}: ${figures}`
    : `No difference was found: ${figures} The rest gets ${variantNames[winner]!}.`;
}
