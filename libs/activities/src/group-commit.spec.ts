import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GroupCommit, QueueFull, type Lane } from './group-commit.js';

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

  it('commits what is small beside a large group, which it neither waits for nor holds up', async () => {
    const begun: [Lane, string[]][] = [];
    const ends = new Map<Lane, () => void>();
    const group = new GroupCommit<string, string>(
      async (items, lane) => {
        begun.push([lane, items]);
        await new Promise<void>((done) => ends.set(lane, done));
        return items;
      },
      { group: 8, waiting: 1000, small: 2 },
    );
    const end = async (lane: Lane) => {
      ends.get(lane)!();
      await turn();
      await turn();
    };
    const flood = [0, 1, 2].map((n) => group.submit(many(`f${n}.`, 8), 'flood'));
    await turn();
    await turn();
    const first = group.submit(['b0'], 'other');
    await turn();
    await turn();
    expect(begun).toEqual([
      ['main', many('f0.', 8)],
      ['side', ['b0']],
    ]);
    // One caller is in one group at a time.
    const second = group.submit(['b1'], 'other');
    const third = group.submit(['c0'], 'third');
    await end('side');
    expect(await first).toEqual(['b0']);
    expect(begun[2]).toEqual(['side', ['b1', 'c0']]);
    await end('main');
    expect(begun[3]).toEqual(['main', many('f1.', 8)]);
    await end('side');
    expect(await Promise.all([second, third])).toEqual([['b1'], ['c0']]);
    // What is small waits for what is over soon, and is committed together with it.
    await end('main');
    await end('main');
    expect(await Promise.all(flood)).toHaveLength(3);
    const alone = group.submit(['b2'], 'other');
    await turn();
    await turn();
    const beside = group.submit(['c1'], 'third');
    await turn();
    await turn();
    expect(begun.slice(5)).toEqual([['main', ['b2']]]);
    await end('main');
    expect(begun.slice(6)).toEqual([['main', ['c1']]]);
    await end('main');
    await Promise.all([alone, beside, group.idle()]);
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
          { group: 5, waiting: 10_000, small: 2 },
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
