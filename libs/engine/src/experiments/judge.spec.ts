import { describe, expect, it } from '@jest/globals';
import { usualExperiment, type Experiment } from '#graph';
import { judge, type Asked } from './judge.js';

const began_at = new Date('2026-11-01T09:00:00Z');
const paths = [
  { id: 'a', percent: 50, label: 'Short' },
  { id: 'b', percent: 50 },
];
const count = (port: string, people: number, reached: number, each = 1, open = 0) => ({
  port,
  people,
  open,
  reached,
  sum: reached * each,
  squares: reached * each * each,
});
const ask = (counts: Asked['counts'], more: Partial<Experiment> = {}, day = 20) =>
  judge({
    rule: { ...usualExperiment, ...more },
    paths,
    counts,
    began_at,
    now: new Date(began_at.getTime() + day * 86_400_000),
    currency: 'EUR',
  });

describe('the verdict on an experiment', () => {
  it('is open while nobody’s days are over', () => {
    expect(ask([]).sentence).toBe('No difference yet: nobody has taken a path.');
    const begun = ask([count('a', 0, 0, 1, 3), count('b', 0, 0, 1, 2)]);
    expect(begun.sentence).toBe('No difference yet: 5 people took a path, and nobody’s 7 days are over.');
    expect(begun).toMatchObject({
      state: 'running',
      winner: null,
      towards: 0,
      paths: [{ each: null, better: null }, {}],
    });
  });

  it('says who is ahead without deciding, and how many are still to be counted', () => {
    const { state, sentence, paths: found } = ask([count('a', 80, 6), count('b', 90, 12)]);
    expect(state).toBe('running');
    expect(sentence).toBe(
      'No difference yet: 12 of 90 enrolled with Path 2, 6 of 80 enrolled with Short. ' +
        'Path 2 is probably better (88 %), which is not enough to decide. ' +
        'It goes on until at least 100 people on each path were counted.',
    );
    const [short, second] = found;
    expect(short!.better! + second!.better!).toBeCloseTo(1, 9);
    expect(second!.low!).toBeLessThan(12 / 90);
    expect(second!.high!).toBeGreaterThan(12 / 90);
  });

  it('names a winner only where the rule is met', () => {
    const counts = [count('a', 500, 20), count('b', 500, 70)];
    expect(ask(counts)).toMatchObject({
      state: 'winner',
      winner: 'b',
      sentence:
        'Path 2 is better: 70 of 500 enrolled with Path 2, 20 of 500 enrolled with Short. Everyone new takes Path 2.',
    });
    expect(ask(counts, { at_least: 501 }).state).toBe('running');
    expect(ask(counts, { then: 'tell' }).sentence).not.toContain('Everyone new');
  });

  it('says that no difference was found when its time is over', () => {
    expect(ask([count('a', 500, 40), count('b', 500, 45)], {}, 60)).toMatchObject({
      state: 'no_difference',
      winner: null,
      sentence: 'No difference was found: 45 of 500 enrolled with Path 2, 40 of 500 enrolled with Short.',
    });
    expect(ask([], {}, 60).sentence).toBe('It ended without a result: nobody was counted in time.');
  });

  it('compares money by person, and does not bound what one payment says', () => {
    const { sentence, paths: found } = ask([count('a', 1, 1, 5_000, 399), count('b', 400, 20, 20_000)], {
      goal: 'money',
    });
    expect(sentence).toMatch(/^No difference yet: €50\.00 a person with Short, €10\.00 a person with Path 2\./);
    expect(found[0]).toMatchObject({ each: 5_000, amount_minor: 5_000, high: null });
    expect(found[1]!.high).toBeGreaterThan(1_000);
  });

  it('names no winner while its people do not match the shares, and says why', () => {
    // Those whose days are not over were given to a path as well.
    const counts = [count('a', 500, 20, 1, 120), count('b', 300, 70, 1, 80)];
    const found = ask(counts);
    expect(found).toMatchObject({
      state: 'running',
      winner: null,
      sentence:
        'Do not trust this result: Short got 620 of 1,000 people where 500 were expected. ' +
        'Something sends people past the split.',
      mismatch: { id: 'a', name: 'Short', people: 620, of: 1_000, expected: 500 },
    });
    expect(found.towards).toBeLessThan(1);
    const over = ask(counts, {}, 60);
    expect(over).toMatchObject({ state: 'mismatch', winner: null });
    expect(over.sentence).toMatch(/^It ended without a result: Short got 620 of 1,000 people/);
    expect(ask([count('a', 500, 20), count('b', 480, 70)])).toMatchObject({ state: 'winner', mismatch: null });
  });

  it('knows the hold-out', () => {
    expect(ask([], { hold_out: 'b' }).paths.map(({ hold_out }) => hold_out)).toEqual([false, true]);
  });
});
