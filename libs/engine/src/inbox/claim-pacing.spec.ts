import { describe, expect, it } from '@jest/globals';
import { ROWS_PER_CLAIM } from './claim.js';
import { ClaimPacing } from './claim-pacing.js';

/** Plays a steady stream against claims that take no time. @returns the gaps and the sizes of the last second */
function play(rate: number, seconds = 4): { gaps: number[]; sizes: number[] } {
  const pacing = new ClaimPacing();
  const [gaps, sizes]: [number[], number[]] = [[], []];
  let now = 0;
  let taken = 0;
  while (now < seconds * 1000) {
    // Somebody rings at most every 25 ms; a claim that found something is followed by another.
    const gap = Math.max(pacing.gap(now), (sizes.at(-1) ?? 0) > 0 ? 1 : 25);
    now += gap;
    const size = Math.min(ROWS_PER_CLAIM, Math.floor((now / 1000) * rate) - taken);
    taken += size;
    pacing.matched(size, now);
    if (now > (seconds - 1) * 1000) {
      gaps.push(gap);
      sizes.push(size);
    }
  }
  return { gaps, sizes };
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('pacing activities', () => {
  it('lets a lone activity wait for nothing', () => {
    const pacing = new ClaimPacing();
    expect(pacing.gap(1_000)).toBe(0);
    expect(pacing.quiet).toBe(true);
    pacing.matched(1, 1_000);
    expect(pacing.gap(1_100)).toBe(0);
    expect(pacing.quiet).toBe(true);
  });

  it('gathers more the more arrive, and never longer than a tenth of a second', () => {
    const [slow, middle, fast] = [play(100), play(600), play(3_000)];
    expect(mean(slow.gaps)).toBeLessThan(30);
    expect(mean(middle.sizes)).toBeGreaterThan(15);
    expect(mean(fast.sizes)).toBeGreaterThan(150);
    expect(Math.max(...slow.gaps, ...middle.gaps, ...fast.gaps)).toBeLessThanOrEqual(100);
  });

  it('waits for nothing while a backlog fills whole claims', () => {
    const pacing = new ClaimPacing();
    pacing.matched(ROWS_PER_CLAIM, 1_000);
    expect(pacing.gap(1_001)).toBe(0);
    pacing.matched(10, 1_001);
    expect(pacing.gap(1_002)).toBeGreaterThan(0);
  });
});
