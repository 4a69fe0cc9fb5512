import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns of the event loop', () => {
  it('go round among callers, one part in each round of the loop', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const work = (by: string, count: number) =>
      turns.each(
        by,
        Array.from({ length: count }, (_, at) => at),
        2,
        (at) => done.push(`${by}${at}`),
      );
    const all = Promise.all([work('a', 6), work('b', 4), work('a', 2)]);
    const rounds: number[] = [];
    const look = () => void (rounds.push(done.length), done.length < 12 && setImmediate(look));
    setImmediate(look);
    await all;
    expect(done.join(' ')).toBe('a0 a1 b0 b1 a0 a1 b2 b3 a2 a3 a4 a5');
    const parts = rounds.map((count, at) => count - (rounds[at - 1] ?? 0));
    expect(Math.max(...parts)).toBe(2);
  });

  it('begin again after a rest', async () => {
    const turns = new Turns();
    await turns.next('a');
    await turns.next('a');
    await Promise.all([turns.next('b'), turns.next('a')]);
  });
});
