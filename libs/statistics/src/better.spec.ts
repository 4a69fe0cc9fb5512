import { describe, expect, it } from '@jest/globals';
import { percentText, probabilityBetter, probabilityRicher, surenessInWords } from './better.js';
import type { Counted } from './intervals.js';

const of = (n: number, hits: number) => ({ n, hits });

/** The same by adding up small strips of the area under both densities. */
function byStrips(a: Counted, b: Counted): number {
  const strips = 20_000;
  const density = ({ n, hits }: Counted) => {
    const heights = Array.from({ length: strips }, (_, at) => {
      const x = (at + 0.5) / strips;
      return hits * Math.log(x) + (n - hits) * Math.log1p(-x);
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

describe('the probability that people pay more', () => {
  it('is one half where nothing speaks for either, and the same from the other side', () => {
    const few = { n: 100, sum: 5_000, squares: 500_000 };
    const more = { n: 100, sum: 8_000, squares: 900_000 };
    expect(probabilityRicher(few, few)).toBeCloseTo(0.5, 6);
    expect(probabilityRicher(few, { n: 0, sum: 0, squares: 0 })).toBe(0.5);
    expect(probabilityRicher(few, more)).toBeGreaterThan(0.9);
    expect(probabilityRicher(few, more) + probabilityRicher(more, few)).toBeCloseTo(1, 6);
  });
});

describe('a probability in words', () => {
  it('is never sure', () => {
    expect([1, 0.955, 0].map(percentText)).toEqual(['more than 99 %', '95 %', 'less than 1 %']);
    expect([1, 0.95, 0.8, 0.65, 0.5, 0.2, 0].map(surenessInWords)).toEqual([
      'almost certainly',
      'very probably',
      'probably',
      'perhaps',
      'as likely as not',
      'probably not',
      'hardly',
    ]);
  });
});
