import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Simulated } from './replay-backend.js';
import type { Script } from './script.js';
import { Stories } from './stories.js';

const at = new Date('2026-11-01T09:00:00Z');

/** People by the ways out that they took. */
function chosenOf(ways: readonly (readonly string[])[]) {
  const steps = new Map<unknown, object[]>();
  const stories = new Stories({ stepsOf: (journey: unknown) => steps.get(journey) } as unknown as Script);
  ways.forEach((way, person) => {
    const journey = { run: { entered_at: at, ended_at: null, status: 'waiting', end_reason: null } };
    steps.set(
      journey,
      way.map((node_id) => ({ node_id, visit: 1, entered_at: at, left_at: at, port: 'next', outcome: {}, ord: 0 })),
    );
    stories.take({ journey, mails: [] } as unknown as Simulated, `p${person}@example.com`);
  });
  return stories.chosen();
}
const partsOf = (ways: readonly (readonly string[])[]) => [...new Set(ways.flat())].sort();

describe('the people of a storyboard', () => {
  it('are as few as it takes', () => {
    const all = chosenOf([
      ['a', 'b'],
      ['a', 'c'],
      ['a', 'b', 'd'],
      ['a', 'b'],
      ['a', 'c'],
    ]);
    expect(all.map(({ contact_email }) => contact_email)).toEqual(['p2@example.com', 'p1@example.com']);
    expect(chosenOf([])).toEqual([]);
  });

  it('take together every way that anybody took, and each of them one that nobody before took', () => {
    const step = fc.constantFrom(...'abcdefghij');
    fc.assert(
      fc.property(fc.array(fc.uniqueArray(step, { minLength: 1, maxLength: 6 }), { maxLength: 40 }), (ways) => {
        const shown = chosenOf(ways).map(({ steps }) => steps.map(({ node_id }) => node_id));
        expect(partsOf(shown)).toEqual(partsOf(ways));
        const seen = new Set<string>();
        for (const way of shown) {
          expect(way.some((part) => !seen.has(part))).toBe(true);
          for (const part of way) seen.add(part);
        }
      }),
    );
  });

  it('are twelve at most, however many ways there are', () => {
    expect(chosenOf(Array.from({ length: 400 }, (_, n) => [`step${n}`]))).toHaveLength(12);
  });
});
