import { describe, expect, it } from '@jest/globals';
import { KeptFigures } from './kept-figures.js';

/** Figures that count how often they were counted, each time for so many milliseconds of a clock of the test's own. */
function figures(takes: number) {
  let now = 0;
  let counted = 0;
  const count = async () => {
    await Promise.resolve();
    now += takes;
    return (counted += 1);
  };
  const kept = new KeptFigures(count, () => now);
  return { kept, pass: (milliseconds: number) => void (now += milliseconds), counted: () => counted };
}

describe('figures that take long to count', () => {
  it('are counted once for all who ask at the same time, and for fifty times as long as counting took', async () => {
    const { kept, pass, counted } = figures(100);
    expect(await Promise.all([kept.get(), kept.get(), kept.get()])).toEqual([1, 1, 1]);
    pass(4_999);
    expect(await kept.get()).toBe(1);
    pass(1);
    expect(await kept.get()).toBe(2);
    expect(counted()).toBe(2);
  });

  it('are given as they are known while they are counted anew, where that takes long', async () => {
    const { kept, pass } = figures(2_000);
    await kept.get();
    pass(100_000);
    expect(await kept.get()).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await kept.get()).toBe(2);
    pass(11 * 60_000);
    expect(await kept.get()).toBe(3);
  });

  it('are asked for again after they could not be counted', async () => {
    let broken = true;
    const kept = new KeptFigures(() => (broken ? Promise.reject(new Error('down')) : Promise.resolve('counted')));
    await expect(kept.get()).rejects.toThrow('down');
    broken = false;
    expect(await kept.get()).toBe('counted');
  });
});
