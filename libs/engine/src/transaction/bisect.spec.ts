import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bisect } from './bisect.js';

/** Works through `count` items of which some fail whatever they are together with. */
async function through(count: number, bad: ReadonlySet<number>) {
  const told = { claims: 0, good: [] as number[], alone: [] as number[] };
  const done = await bisect(
    Array.from({ length: count }, (_, at) => at),
    new Error('the whole'),
    (some) => {
      told.claims += 1;
      if (some.some((each) => bad.has(each))) return Promise.reject(new Error(`failed with ${some.join()}`));
      told.good.push(...some);
      return Promise.resolve(some.length);
    },
    (item, failure) => {
      told.alone.push(item);
      expect((failure as Error).message).toBe(count === 1 ? 'the whole' : `failed with ${item}`);
      return Promise.resolve(1);
    },
  );
  return { ...told, done };
}

describe('a batch in halves', () => {
  it('does each good item once and in order, and deals with each bad one alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), fc.infiniteStream(fc.nat(3)), async (count, dice) => {
        const items = Array.from({ length: count }, (_, at) => at);
        const bad = new Set(items.filter(() => dice.next().value === 0));
        if (bad.size === 0) bad.add(count - 1);
        const { good, alone, done } = await through(count, bad);
        expect(good).toEqual(items.filter((each) => !bad.has(each)));
        expect(alone).toEqual([...bad]);
        expect(done).toBe(count);
      }),
    );
  });

  it('finds one bad item among 500 in a few claims, wherever it is, and never takes more than two for each', async () => {
    for (let at = 0; at < 500; at += 1) {
      expect((await through(500, new Set([at]))).claims).toBeLessThanOrEqual(18);
    }
    expect((await through(500, new Set(Array.from({ length: 500 }, (_, at) => at)))).claims).toBeLessThan(1_000);
  });

  it('stops at a failure that has nothing to do with the items', async () => {
    const lost = Object.assign(new Error('Connection terminated'), { code: '08006' });
    await expect(
      bisect(
        [1, 2, 3],
        new Error('the whole'),
        () => Promise.reject(lost),
        () => Promise.resolve(1),
      ),
    ).rejects.toBe(lost);
  });
});
