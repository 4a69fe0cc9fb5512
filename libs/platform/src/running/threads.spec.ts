import { describe, expect, it } from '@jest/globals';
import type * as jobs from './thread-jobs.fixture.js';
import { inThreads } from './threads.js';

const file = new URL('./thread-jobs.fixture.js', import.meta.url);
const run = inThreads<typeof jobs>(file);
const impatient = inThreads<typeof jobs>(file, { patience: 500 });

describe('work in threads', () => {
  it('is done beside the event loop', async () => {
    expect(await run('double', 21)).toBe(42);
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    await run('busyFor', 300);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(30);
  });

  it('that does not end is stopped with a sentence, and the next one is done', async () => {
    await expect(impatient('forever', undefined)).rejects.toMatchObject({
      code: 'took_too_long',
      detail: 'Working on this took longer than 0.5 seconds and was stopped. Send something smaller.',
    });
    expect(await run('double', 2)).toBe(4);
  });

  it('that takes too much memory is stopped with a sentence, and the next one is done', async () => {
    await expect(run('greedy', undefined)).rejects.toMatchObject({ code: 'too_large' });
    expect(await run('double', 3)).toBe(6);
  }, 60_000);

  it('fails as a bug fails', async () => {
    await expect(run('failing', undefined)).rejects.toThrow('a bug');
  });

  it('waits in a queue that has an end; beyond it one is told when to come back', async () => {
    const all = await Promise.allSettled(Array.from({ length: 60 }, () => run('busyFor', 20)));
    const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused.length).toBeGreaterThan(10);
    expect(refused.length).toBeLessThan(40);
    expect(new Set(refused.map(({ code, facts }) => `${code} ${facts.retry_after}`))).toEqual(new Set(['busy 5']));
    expect(await run('double', 4)).toBe(8);
  });
});
