import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit, QueueFull } from './group-commit.js';

/** A commit that is held until it is let go, so that what comes meanwhile waits. */
function held(limits: { group: number; waiting: number }) {
  const groups: string[][] = [];
  let open: () => void = () => undefined;
  const gate = new Promise<void>((done) => (open = done));
  const group = new GroupCommit<string, string>(async (items) => {
    groups.push(items);
    await gate;
    return items.map((item) => `${item}!`);
  }, limits);
  return { group, groups, open };
}
const turn = () => new Promise((done) => setImmediate(done));
const many = (by: string, count: number) => Array.from({ length: count }, (_, n) => `${by}${n}`);

describe('committing together', () => {
  it('gives every caller a turn: a flood of one does not stand before another', async () => {
    const { group, groups, open } = held({ group: 4, waiting: 1000 });
    const first = group.submit(['start'], 'flood');
    await turn();
    await turn();
    const flood = many('f', 100).map((item) => group.submit([item], 'flood'));
    const other = ['b0', 'b1'].map((item) => group.submit([item], 'other'));
    open();
    expect(await Promise.all([first, ...flood, ...other])).toHaveLength(103);
    expect(groups[1]).toEqual(['b0', 'f0', 'b1', 'f1']);
    expect(groups.flat().filter((item) => item.startsWith('f'))).toEqual(many('f', 100));
  });

  it('lets what is small go before what is large, and what is large go next', async () => {
    const { group, groups, open } = held({ group: 4, waiting: 1000 });
    const first = group.submit(['start'], 'flood');
    await turn();
    await turn();
    const large = [0, 1, 2].map((n) => group.submit(many(`f${n}.`, 4), 'flood'));
    const small = many('b', 6).map((item) => group.submit([item], 'other'));
    open();
    await Promise.all([first, ...large, ...small]);
    expect(groups.slice(1).map((items) => items.map((item) => item[0]).join(''))).toEqual([
      ...['bbbb', 'ffff', 'bb', 'ffff', 'ffff'],
    ]);
  });

  it('lets whoever has most waiting give way, newest first, and refuses nobody else', async () => {
    const { group, open } = held({ group: 10, waiting: 20 });
    const first = group.submit(['start'], 'flood');
    await turn();
    await turn();
    const flood = many('f', 25).map((item) => group.submit([item], 'flood').catch((error: unknown) => error));
    const other = many('b', 8).map((item) => group.submit([item], 'other'));
    open();
    const answers = await Promise.all(flood);
    expect(await Promise.all([first, ...other])).toEqual([['start!'], ...many('b', 8).map((item) => [`${item}!`])]);
    expect(answers.slice(0, 12)).toEqual(many('f', 12).map((item) => [`${item}!`]));
    expect(answers.slice(12).every((answer) => answer instanceof QueueFull)).toBe(true);
  });

  it('answers each caller with its own results, in its order, whoever else comes', async () => {
    const call = fc.record({ by: fc.constantFrom('a', 'b', 'c'), size: fc.integer({ min: 1, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
        const groups: string[][] = [];
        const group = new GroupCommit<string, string>(
          async (items) => {
            groups.push(items);
            await turn();
            return items.map((item) => `${item}!`);
          },
          { group: 5, waiting: 10_000 },
        );
        const sent = calls.map(({ by, size }, n) => many(`${by}${n}.`, size));
        const answers = await Promise.all(sent.map((items, n) => group.submit(items, calls[n]!.by)));
        expect(answers).toEqual(sent.map((items) => items.map((item) => `${item}!`)));
        for (const by of ['a', 'b', 'c'])
          expect(groups.flat().filter((item) => item.startsWith(by))).toEqual(
            sent.filter((_, n) => calls[n]!.by === by).flat(),
          );
        await group.idle();
      }),
      { numRuns: 50 },
    );
  });
});
