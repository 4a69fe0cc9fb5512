import { meanOf, varianceOf, type Amounts, type Counted, type Interval } from './intervals.js';

/*
 * Evidence and intervals that hold at every moment: one may look each day, or after every person, and stop whenever one
 * likes. All of it rests on Ville's inequality (Jean Ville, 1939): a process that is never negative, begins at 1 and is
 * not expected to grow, ever reaches 1/α with a probability of at most α. Each function below is such a process where the
 * paths do not differ.
 */

/** What one path of an experiment brought. */
export interface Arm extends Amounts {
  /** Its share of the people, above 0 and below 1. */
  share: number;
  /** Of its `n` people, how many reached the goal. */
  hits: number;
}

/** How strongly the mixture below is drawn to what it would be without a difference, in people. */
const STRENGTH = 50;

/**
 * Evidence, as a logarithm, that people were not given to the paths by the shares: the likelihood of how many each path
 * got, mixed over a Dirichlet distribution around the shares, against the shares themselves. M. Lindon and A. Malek,
 * “Anytime-Valid Inference for Multinomial Count Data”, NeurIPS 2022 (arXiv 2011.03567). Exact, and needs no least number
 * of people.
 */
function evidenceOfShares(counts: readonly { share: number; n: number }[]): number {
  const whole = counts.reduce((sum, { share }) => sum + share, 0);
  const all = counts.reduce((sum, { n }) => sum + n, 0);
  const each = counts.map(({ share, n }) => {
    const part = share / whole;
    return logGamma(STRENGTH * part + n) - logGamma(STRENGTH * part) - n * Math.log(part);
  });
  return each.reduce((sum, one) => sum + one, logGamma(STRENGTH) - logGamma(STRENGTH + all));
}

/**
 * Evidence, as a logarithm, that one of two paths makes people reach the goal more often. If they do not differ, each
 * person who reaches it came by `b` with the probability that the shares say, whatever the rate is and however it
 * changes over time. So the people who reached it are tosses of a known coin: `evidenceOfShares` for two paths.
 */
export const evidenceOfCounts = (a: Pick<Arm, 'share' | 'hits'>, b: Pick<Arm, 'share' | 'hits'>): number =>
  evidenceOfShares([a, b].map(({ share, hits }) => ({ share, n: hits })));

/** The path whose number of people is farthest from its share. */
export interface Mismatch {
  /** Its place. */
  path: number;
  people: number;
  /** People on all paths. */
  of: number;
  /** How many of them its share would give it, on average. */
  expected: number;
}

/**
 * Whether the people on the paths do not match the shares, so that something else than the split decides who takes which
 * path and nothing that follows can be trusted. Says so of paths that do match with a probability of at most `alpha`, over
 * all the times that one looks.
 * @param counts everybody who took each path
 */
export function mismatchOf(counts: readonly { share: number; n: number }[], alpha: number): Mismatch | null {
  if (evidenceOfShares(counts) < neededEvidence(alpha, 1)) return null;
  const whole = counts.reduce((sum, { share }) => sum + share, 0);
  const of = counts.reduce((sum, { n }) => sum + n, 0);
  const each = counts.map(({ share, n }, path) => {
    const part = share / whole;
    const expected = of * part;
    return { path, people: n, of, expected, off: Math.abs(n - expected) / Math.sqrt(expected * (1 - part)) };
  });
  // In standard deviations; of two that are equally far off, the one with too many.
  const { off: _off, ...farthest } = each.reduce((most, one) =>
    one.off > most.off + 1e-9 || (one.off > most.off - 1e-9 && one.people > one.expected) ? one : most,
  );
  return farthest;
}

/** Scales between which the mixture over amounts does not choose: variances in minor units, squared. */
const SCALES = [1e6, 1e8, 1e10, 1e12, 1e14];

/**
 * Evidence, as a logarithm, that one of two paths brings more money. If they make no difference, who pays and how much
 * does not depend on the path, so each amount was given to `b` by a coin of known weight. The sum of `b` less its share of
 * all amounts then is a martingale whose steps are an amount times a centered coin, which is sub-Gaussian with the
 * variance of Kearns and Saul (1998). Mixed over a normal distribution that is the two-sided boundary of S. Howard, A.
 * Ramdas, J. McAuliffe and J. Sekhon, “Time-uniform, nonparametric, nonasymptotic confidence sequences”, Annals of
 * Statistics 49, 2021 (arXiv 1810.08240), here with some scales beside each other, because prices differ. It holds for any
 * amounts, however few and however unequal.
 */
export function evidenceOfAmounts(a: Arm, b: Arm): number {
  const coin = b.share / (a.share + b.share);
  const ahead = b.sum - coin * (a.sum + b.sum);
  const variance = coinVariance(coin) * (a.squares + b.squares);
  const each = SCALES.map((scale) => Math.log(scale / (scale + variance)) / 2 + ahead ** 2 / (2 * (scale + variance)));
  return logSum(each) - Math.log(SCALES.length);
}

/** The least variance of a normal distribution that is as wide as a centered coin: 1/4 for a fair one. */
const coinVariance = (coin: number): number =>
  Math.abs(coin - 0.5) < 1e-6 ? 0.25 : (1 - 2 * coin) / (2 * Math.log((1 - coin) / coin));

/** What evidence has to reach, as a logarithm, where `alpha` false alarms are allowed in `tests` comparisons. */
export const neededEvidence = (alpha: number, tests: number): number => Math.log(tests / alpha);

/** What can be said of the paths of an experiment. */
export interface Standing {
  /** The path that is ahead, by its place. */
  best: number;
  /** It is better than each of the others, and this may be said whenever one looks. */
  isSure: boolean;
  /** How far the weakest of its comparisons is: 1 when it suffices. */
  towards: number;
}

/**
 * Compares the paths, of which there are two or more. Some path is called the best although it is not with a probability
 * of at most `alpha`, over all the times that one looks: it has to be better than each of the others, and the false
 * alarms that are allowed are shared out among the comparisons with one path.
 */
export function standingOf(arms: readonly Arm[], goal: 'counts' | 'amounts', alpha: number): Standing {
  const rate = (arm: Arm) => (arm.n === 0 ? 0 : (goal === 'counts' ? arm.hits : arm.sum) / arm.n);
  // Those who came, not those who were to come: a path is ahead by what its own people did.
  const best = arms.reduce((ahead, arm, at) => (rate(arm) > rate(arms[ahead]!) ? at : ahead), 0);
  const needed = neededEvidence(alpha, arms.length - 1);
  const evidence = goal === 'counts' ? evidenceOfCounts : evidenceOfAmounts;
  const found = arms.flatMap((arm, at) =>
    at === best ? [] : [isAhead(arms[best]!, arm, goal) * evidence(arm, arms[best]!)],
  );
  const weakest = Math.min(...found);
  return { best, isSure: weakest >= needed, towards: Math.min(1, Math.max(0, weakest / needed)) };
}

/** 1 where what speaks for a difference speaks for `one`, judged by the shares as the evidence is; else 0. */
const isAhead = (one: Arm, other: Arm, goal: 'counts' | 'amounts'): number => {
  const brought = ({ hits, sum }: Arm) => (goal === 'counts' ? hits : sum);
  return brought(one) * other.share > brought(other) * one.share ? 1 : 0;
};

/**
 * The share in the population, at every moment at once: all shares that the people seen so far do not contradict with
 * more than 1/α to 1, by a Beta(1, 1) mixture over the likelihoods (H. Robbins, “Statistical methods related to the law of
 * the iterated logarithm”, Annals of Mathematical Statistics 41, 1970). Exact.
 */
export function shareAtAnyTime({ hits, n }: Counted, alpha: number): Interval {
  if (n === 0) return { low: 0, high: 1 };
  const most = logBeta(hits + 1, n - hits + 1) + Math.log(alpha);
  // By the likelihood of a share, which falls to either side of what was seen.
  const isInside = (share: number) => times(hits, Math.log(share)) + times(n - hits, Math.log1p(-share)) > most;
  const seen = hits / n;
  return {
    low: hits === 0 ? 0 : boundary(seen, 0, isInside),
    high: hits === n ? 1 : boundary(seen, 1, isInside),
  };
}

const times = (n: number, log: number): number => (n === 0 ? 0 : n * log);

/** Where `isInside` ends between a point inside and one outside. */
function boundary(inside: number, outside: number, isInside: (at: number) => boolean): number {
  let [within, beyond] = [inside, outside];
  for (let step = 0; step < 40; step += 1) {
    const middle = (within + beyond) / 2;
    if (isInside(middle)) within = middle;
    else beyond = middle;
  }
  return (within + beyond) / 2;
}

/** At so many people the interval of amounts is narrowest in comparison. */
const TUNED_FOR = 500;

/**
 * What one person pays on average, at every moment at once, for amounts of many people: the asymptotic confidence
 * sequence of I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas, “Time-uniform central limit theory and
 * asymptotic confidence sequences”, Annals of Statistics 52, 2024 (arXiv 2103.06476), theorem 2.2. Never below nothing.
 */
export function meanAtAnyTime(amounts: Amounts, alpha: number): Interval {
  const { n } = amounts;
  if (n < 2) return { low: 0, high: Infinity };
  const spread = -2 * Math.log(alpha) + Math.log(-2 * Math.log(alpha)) + 1;
  const scaled = (n * spread) / TUNED_FOR;
  const width =
    Math.sqrt(varianceOf(amounts)) *
    Math.sqrt(((2 * (scaled + 1)) / (n * scaled)) * Math.log(Math.sqrt(scaled + 1) / alpha));
  const mean = meanOf(amounts);
  return { low: Math.max(0, mean - width), high: mean + width };
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

/** The logarithm of the gamma function for positive numbers: Stirling's series, from 8 on. */
function logGamma(x: number): number {
  let shift = 0;
  let at = x;
  for (; at < 8; at += 1) shift += Math.log(at);
  const inverse = 1 / (at * at);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at;
  return (at - 0.5) * Math.log(at) - at + Math.log(2 * Math.PI) / 2 + series - shift;
}

function logSum(logs: readonly number[]): number {
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, one) => sum + Math.exp(one - top), 0));
}
