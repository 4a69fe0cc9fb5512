import { describe, expect, it } from '@jest/globals';
import { evidenceOfCounts, meanAtAnyTime, mismatchOf, shareAtAnyTime, standingOf, type Arm } from './sequential.js';

/** Numbers in [0, 1) that are the same in each run: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Made {
  shares: readonly number[];
  /** How many of the people of each path reach the goal, on a day. */
  rates: (day: number) => readonly number[];
  /** What one of them pays, in minor units. */
  pays: (next: () => number) => number;
  days: number;
  perDay: number;
}

const fresh = (shares: readonly number[]): Arm[] =>
  shares.map((share) => ({ share, n: 0, hits: 0, sum: 0, squares: 0 }));

/** Lets a day of people come in. */
function day(arms: Arm[], made: Made, at: number, next: () => number): void {
  const rates = made.rates(at);
  for (let person = 0; person < made.perDay; person += 1) {
    let [toss, path] = [next(), 0];
    while (path < arms.length - 1 && toss >= arms[path]!.share) toss -= arms[path++]!.share;
    const arm = arms[path]!;
    arm.n += 1;
    if (next() >= rates[path]!) continue;
    const paid = made.pays(next);
    arm.hits += 1;
    arm.sum += paid;
    arm.squares += paid * paid;
  }
}

/** In which share of many experiments, looked at every day, some path that `wrong` names was called the best. */
function alarms(goal: 'counts' | 'amounts', made: Made, wrong: (best: number) => boolean, times = 1_000): number {
  const next = numbers(20_261_130);
  let found = 0;
  for (let experiment = 0; experiment < times; experiment += 1) {
    const arms = fresh(made.shares);
    for (let at = 0; at < made.days; at += 1) {
      day(arms, made, at, next);
      const { isSure, best } = standingOf(arms, goal, 0.05);
      if (!isSure) continue;
      if (wrong(best)) found += 1;
      break;
    }
  }
  return found / times;
}

/** Most pay 20 to 80, a few hundreds or thousands. */
const unequal = (next: () => number): number => Math.round(2_000 / (1 - next()) ** 0.8);
const alike = () => 20_000;
const any = () => true;

describe('an experiment that is looked at every day', () => {
  it.each<[string, Made]>([
    ['two equal paths', { shares: [0.5, 0.5], rates: () => [0.05, 0.05], pays: alike, days: 150, perDay: 20 }],
    ['a small hold-out', { shares: [0.1, 0.9], rates: () => [0.1, 0.1], pays: alike, days: 150, perDay: 20 }],
    [
      'four paths',
      { shares: [0.25, 0.25, 0.25, 0.25], rates: () => [0.1, 0.1, 0.1, 0.1], pays: alike, days: 100, perDay: 30 },
    ],
    [
      'a rate that rises and falls with the weeks',
      {
        shares: [0.5, 0.5],
        rates: (at) => [0.02 + 0.2 * ((at % 28) / 28), 0.02 + 0.2 * ((at % 28) / 28)],
        pays: alike,
        days: 150,
        perDay: 20,
      },
    ],
  ])('names a winner by enrollments in at most 5 % where there is none: %s', (_, made) => {
    expect(alarms('counts', made, any)).toBeLessThanOrEqual(0.05);
  });

  it.each<[string, Made]>([
    ['two equal paths', { shares: [0.5, 0.5], rates: () => [0.05, 0.05], pays: unequal, days: 150, perDay: 20 }],
    ['a small hold-out', { shares: [0.1, 0.9], rates: () => [0.2, 0.2], pays: unequal, days: 150, perDay: 20 }],
    ['three paths', { shares: [0.2, 0.4, 0.4], rates: () => [0.1, 0.1, 0.1], pays: unequal, days: 100, perDay: 30 }],
  ])('names a winner by money in at most 5 % where there is none: %s', (_, made) => {
    expect(alarms('amounts', made, any)).toBeLessThanOrEqual(0.05);
  });

  it('hardly ever names one that is worse than another, and finds a real difference', () => {
    const made: Made = {
      shares: [1 / 3, 1 / 3, 1 / 3],
      rates: () => [0.05, 0.1, 0.1],
      pays: alike,
      days: 200,
      perDay: 30,
    };
    expect(alarms('counts', made, (best) => best === 0, 300)).toBe(0);
    const better: Made = { ...made, shares: [0.5, 0.5], rates: () => [0.05, 0.08] };
    expect(alarms('counts', better, (best) => best === 1, 200)).toBeGreaterThan(0.9);
    expect(alarms('amounts', better, (best) => best === 1, 200)).toBeGreaterThan(0.8);
  });

  it('has intervals that hold the truth on all days at once, in at least 95 %', () => {
    const next = numbers(7);
    const made: Made = {
      shares: [0.5, 0.5],
      rates: () => [0.06, 0.3],
      pays: () => 5_000 * (1 + next()),
      days: 150,
      perDay: 20,
    };
    const times = 300;
    const missed = [0, 0, 0];
    for (let experiment = 0; experiment < times; experiment += 1) {
      const arms = fresh(made.shares);
      const misses = [false, false, false];
      for (let at = 0; at < made.days; at += 1) {
        day(arms, made, at, next);
        const [few, many] = [shareAtAnyTime(arms[0]!, 0.05), shareAtAnyTime(arms[1]!, 0.05)];
        misses[0] ||= few.low > 0.06 || few.high < 0.06;
        misses[1] ||= many.low > 0.3 || many.high < 0.3;
        // It holds for many people: before there are a hundred nothing is said of money.
        const money = meanAtAnyTime(arms[1]!, 0.05);
        misses[2] ||= arms[1]!.n >= 100 && (money.low > 0.3 * 7_500 || money.high < 0.3 * 7_500);
      }
      misses.forEach((miss, which) => (missed[which]! += miss ? 1 : 0));
    }
    for (const one of missed) expect(one / times).toBeLessThanOrEqual(0.05);
  });
});

describe('whether the people match the shares', () => {
  /** In which share of many experiments, looked at after every fourth person, it was said that they do not. */
  function found(shares: readonly number[], taken: readonly number[], people: number, times = 5_000): number {
    const next = numbers(20_261_201);
    let alarms = 0;
    for (let experiment = 0; experiment < times; experiment += 1) {
      const counts = shares.map((share) => ({ share, n: 0 }));
      for (let person = 0; person < people; person += 1) {
        let [toss, path] = [next(), 0];
        while (path < taken.length - 1 && toss >= taken[path]!) toss -= taken[path++]!;
        counts[path]!.n += 1;
        if (person % 4 !== 3 || !mismatchOf(counts, 0.01)) continue;
        alarms += 1;
        break;
      }
    }
    return alarms / times;
  }

  it.each<[string, number[]]>([
    ['two equal paths', [0.5, 0.5]],
    ['a small hold-out', [0.02, 0.98]],
    ['four paths', [0.1, 0.2, 0.3, 0.4]],
  ])('is doubted in at most 1 % where they do, looked at again and again: %s', (_, shares) => {
    expect(found(shares, shares, 700)).toBeLessThanOrEqual(0.01);
  });

  it('is doubted soon where a fifth of one path goes missing, or a hold-out gets too many', () => {
    expect(found([0.5, 0.5], [0.5 / 0.9, 0.4 / 0.9], 3_000, 200)).toBeGreaterThan(0.95);
    expect(found([0.1, 0.9], [0.14, 0.86], 3_000, 200)).toBeGreaterThan(0.95);
  });

  it('names the path that is farthest off, and how many it should have', () => {
    const counts = (...ns: number[]) => ns.map((n) => ({ share: 1 / ns.length, n }));
    expect(mismatchOf(counts(620, 380), 0.01)).toEqual({ path: 0, people: 620, of: 1_000, expected: 500 });
    expect(mismatchOf(counts(380, 620), 0.01)).toMatchObject({ path: 1 });
    expect(mismatchOf(counts(400, 390, 210, 400), 0.01)).toEqual({ path: 2, people: 210, of: 1_400, expected: 350 });
    expect(mismatchOf(counts(520, 480), 0.01)).toBeNull();
    expect(mismatchOf(counts(0, 0), 0.01)).toBeNull();
    expect(mismatchOf(counts(500_400, 499_600), 0.01)).toBeNull();
  });
});

describe('the standing of an experiment', () => {
  const arm = (n: number, hits: number, share = 0.5): Arm => ({
    share,
    n,
    hits,
    sum: hits * 100,
    squares: hits * 10_000,
  });

  it('is open while nobody reached the goal, or nobody came', () => {
    expect(standingOf([arm(0, 0), arm(0, 0)], 'counts', 0.05)).toEqual({ best: 0, isSure: false, towards: 0 });
    expect(standingOf([arm(500, 0), arm(500, 0)], 'amounts', 0.05)).toMatchObject({ isSure: false });
  });

  it('is the same whichever path comes first', () => {
    expect(evidenceOfCounts(arm(0, 30), arm(0, 70))).toBeCloseTo(evidenceOfCounts(arm(0, 70), arm(0, 30)), 9);
    expect(standingOf([arm(500, 20), arm(500, 60)], 'counts', 0.05)).toMatchObject({
      best: 1,
      isSure: true,
      towards: 1,
    });
    expect(standingOf([arm(500, 60), arm(500, 20)], 'counts', 0.05)).toMatchObject({ best: 0, isSure: true });
  });

  it('has to hold against each of several', () => {
    expect(standingOf([arm(500, 20, 0.3), arm(500, 60, 0.3), arm(500, 58, 0.4)], 'counts', 0.05).isSure).toBe(false);
  });

  it('is a number for a million people, and everything for nobody', () => {
    expect(evidenceOfCounts(arm(5e5, 25_000), arm(5e5, 25_000))).toBeLessThan(0);
    const { low, high } = shareAtAnyTime({ hits: 25_000, n: 500_000 }, 0.05);
    expect(low).toBeGreaterThan(0.048);
    expect(high).toBeLessThan(0.052);
    expect(shareAtAnyTime({ hits: 0, n: 0 }, 0.05)).toEqual({ low: 0, high: 1 });
    expect(shareAtAnyTime({ hits: 20, n: 20 }, 0.05).high).toBe(1);
  });
});
