import { describe, expect, it } from '@jest/globals';
import { probabilityBetter, verdictInWords, verdictOf } from './verdict.js';

const of = (sent: number, hits: number) => ({ sent, hits });

/** The same by adding up small strips of the area under both densities. */
function byStrips(a: { sent: number; hits: number }, b: { sent: number; hits: number }): number {
  const strips = 20_000;
  const density = ({ sent, hits }: { sent: number; hits: number }) => {
    const heights = Array.from({ length: strips }, (_, at) => {
      const x = (at + 0.5) / strips;
      return hits * Math.log(x) + (sent - hits) * Math.log1p(-x);
    });
    const top = heights.reduce((most, one) => Math.max(most, one), -Infinity);
    const areas = heights.map((one) => Math.exp(one - top));
    const all = areas.reduce((sum, one) => sum + one, 0);
    return areas.map((one) => one / all);
  };
  const [left, right] = [density(a), density(b)];
  let below = 0;
  let sum = 0;
  for (let at = 0; at < strips; at += 1) {
    sum += right[at]! * (below + left[at]! / 2);
    below += left[at]!;
  }
  return sum;
}

describe('the probability that one variant is better', () => {
  it.each([
    [of(0, 0), of(0, 0)],
    [of(1, 0), of(1, 1)],
    [of(20, 3), of(24, 7)],
    [of(500, 20), of(500, 31)],
    [of(1_000, 80), of(1_000, 120)],
    [of(2_000, 2_000), of(2_000, 1_990)],
  ])('of %j and %j is the area under both densities', (a, b) => {
    expect(probabilityBetter(a, b)).toBeCloseTo(byStrips(a, b), 5);
    expect(probabilityBetter(a, b) + probabilityBetter(b, a)).toBeCloseTo(1, 9);
  });

  it('is a number for samples of a million too', () => {
    expect(probabilityBetter(of(500_000, 25_000), of(500_000, 25_000))).toBeCloseTo(0.5, 2);
    expect(probabilityBetter(of(500_000, 25_000), of(500_000, 26_000))).toBeGreaterThan(0.9999);
    expect(probabilityBetter(of(500_000, 26_000), of(500_000, 25_000))).toBeLessThan(0.0001);
  });
});

describe('the verdict on a test', () => {
  it('is the best one, where it is better than each of the others', () => {
    const outcomes = [of(1_000, 80), of(1_000, 60), of(1_000, 120)];
    const verdict = verdictOf(outcomes);
    expect(verdict).toMatchObject({ winner: 2, best: 2, next: 0, differs: true });
    expect(verdictInWords(verdict, outcomes, 'clicks')).toBe(
      'C is better than A with a probability of more than 99 %: 120 of 1,000 clicked with C, 80 of 1,000 clicked with A.',
    );
  });

  it('is that no difference was found, and then the first one goes to the rest', () => {
    const outcomes = [of(100, 5), of(100, 7)];
    const verdict = verdictOf(outcomes);
    expect(verdict).toMatchObject({ winner: 0, best: 1, next: 0, differs: false });
    expect(verdict.probability).toBeLessThan(0.95);
    expect(verdictInWords(verdict, outcomes, 'enrollments')).toBe(
      'No difference was found: 7 of 100 enrolled with B, 5 of 100 enrolled with A. The rest gets A.',
    );
  });

  it('holds for nobody’s click at all', () => {
    expect(verdictOf([of(10, 0), of(10, 0)])).toMatchObject({ winner: 0, differs: false });
    expect(verdictOf([of(0, 0), of(0, 0)])).toMatchObject({ winner: 0, differs: false });
  });
});
