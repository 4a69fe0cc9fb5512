import { describe, expect, it } from '@jest/globals';
import { createLog } from '../log/log.js';
import { RepeatingLoop } from './loop.js';

const log = createLog('silent', 'test');

describe('a repeating loop', () => {
  it('goes on at once while there is more, is woken from its pause, and finishes what is in hand', async () => {
    const rounds: string[] = [];
    let reached: () => void;
    const third = new Promise<void>((resolve) => (reached = resolve));
    const loop = new RepeatingLoop({
      name: 'test',
      idle: 60_000,
      log,
      work: async (signal) => {
        rounds.push(`begin ${signal.aborted}`);
        if (rounds.length < 4) return rounds.push('more') > 0;
        if (rounds.length === 5) setImmediate(() => loop.wake());
        else setImmediate(() => reached());
        await new Promise((resolve) => setImmediate(resolve));
        rounds.push('end');
        return false;
      },
    });
    loop.start();
    loop.start();
    await third;
    await loop.stop();
    expect(rounds).toEqual(['begin false', 'more', 'begin false', 'more', 'begin false', 'end', 'begin false', 'end']);
  });

  it('survives errors', async () => {
    let rounds = 0;
    let done: () => void;
    const twice = new Promise<void>((resolve) => (done = resolve));
    const loop = new RepeatingLoop({
      name: 'test',
      idle: 1,
      log,
      work: async () => {
        rounds += 1;
        if (rounds === 2) done();
        throw new Error('broken');
      },
    });
    loop.start();
    await twice;
    await loop.stop();
    expect(rounds).toBeGreaterThanOrEqual(2);
  });
});
