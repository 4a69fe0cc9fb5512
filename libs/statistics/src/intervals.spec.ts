import { describe, expect, it } from '@jest/globals';
import { newcombe, sumDifference, sumInterval, wilson } from './intervals.js';

const rounded = ({ low, high }: { low: number; high: number }) => [low, high].map((bound) => Number(bound.toFixed(4)));

describe('the interval of a share', () => {
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d in %d is the one that Newcombe prints', (hits, n, low, high) => {
    expect(rounded(wilson({ hits, n }))).toEqual([low, high]);
  });

  it('is everything when nobody was asked, and ends at all when all were seen', () => {
    expect(wilson({ hits: 0, n: 0 })).toEqual({ low: 0, high: 1 });
    expect(wilson({ hits: 20, n: 20 }).high).toBe(1);
  });
});

describe('the interval of a difference of shares', () => {
  it.each([
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [5, 56, 0, 29, -0.0381, 0.1926],
    [0, 10, 0, 10, -0.2775, 0.2775],
    [10, 10, 0, 10, 0.6075, 1],
  ])('of %d in %d against %d in %d is the one that Newcombe prints', (a, m, b, n, low, high) => {
    expect(rounded(newcombe({ hits: a, n: m }, { hits: b, n }))).toEqual([low, high]);
  });
});

describe('the interval of a sum', () => {
  it('holds the sum, never goes below nothing, and is nothing but it when all paid the same', () => {
    // 100 of 1,000 people paid 50.
    const some = sumInterval({ n: 1_000, sum: 5_000, squares: 250_000 });
    // The standard deviation of one person is 15.0075; of 1,000 together 474.58.
    expect([some.low, some.high].map(Math.round)).toEqual([4_070, 5_930]);
    expect(sumInterval({ n: 1_000, sum: 50, squares: 2_500 }).low).toBe(0);
    expect(sumInterval({ n: 10, sum: 100, squares: 1_000 })).toEqual({ low: 100, high: 100 });
  });

  it('of a difference is about 0 where both groups paid alike', () => {
    const mailed = { n: 1_000, sum: 5_000, squares: 250_000 };
    const alike = sumDifference(mailed, { n: 100, sum: 500, squares: 25_000 });
    expect(alike.value).toBe(0);
    expect(alike.low).toBeLessThan(0);
    expect(alike.high).toBeCloseTo(-alike.low);
    expect(sumDifference(mailed, { n: 10_000, sum: 0, squares: 0 }).low).toBeGreaterThan(0);
    expect(sumDifference(mailed, { n: 0, sum: 0, squares: 0 })).toEqual({ value: 0, low: 0, high: 0 });
  });
});
