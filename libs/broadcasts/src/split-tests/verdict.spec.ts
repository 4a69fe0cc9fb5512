import { describe, expect, it } from '@jest/globals';
import { verdictInWords, verdictOf } from './verdict.js';

const of = (sent: number, hits: number) => ({ sent, hits });

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
