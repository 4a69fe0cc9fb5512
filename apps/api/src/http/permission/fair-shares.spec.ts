import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FairShares, type Entry, type ShareClock } from './fair-shares.js';

/** A clock that stands still until it is moved. */
class HandClock implements ShareClock {
  private time = 0;
  private timers: { at: number; then: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, then: () => void): () => void {
    const timer = { at: this.time + ms, then };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((each) => each !== timer));
  }

  /** Moves on, through everything that is due until then. */
  async move(ms: number): Promise<void> {
    const until = this.time + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((each) => each !== next);
      this.time = Math.max(this.time, next.at);
      next.then();
      await settled();
    }
    this.time = until;
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((done) => setImmediate(done));

interface Watched {
  state: 'held' | 'in' | 'refused';
  left: () => void;
}

function setUp() {
  const clock = new HandClock();
  const shares = new FairShares(clock);
  const send = (by: string, work = 1): Watched => {
    const entry: Entry | undefined = shares.enter(by, work);
    const watched: Watched = { state: 'refused', left: () => entry?.left() };
    if (!entry) return watched;
    watched.state = entry.later ? 'held' : 'in';
    void entry.later?.then((mayComeIn) => (watched.state = mayComeIn ? 'in' : 'refused'));
    return watched;
  };
  /** More than anybody may take at once. */
  const flood = (by: string) => void send(by, 150);
  const states = (all: Watched[]) => all.map(({ state }) => state);
  return { clock, shares, send, flood, states };
}

describe('shares of one process', () => {
  it('lets a key that is alone have all there is', async () => {
    const { clock, shares, send } = setUp();
    for (let n = 0; n < 1_000; n += 1) {
      expect(send('one', 10).state).toBe('in');
      await clock.move(1);
    }
    expect(shares.isFlood('one')).toBe(true);
  });

  it('holds a flood while somebody is there who stays in their share, and never them', () => {
    const { send, flood, states } = setUp();
    flood('flood');
    expect(send('flood').state).toBe('in');
    expect(send('other').state).toBe('in');
    const held = [send('flood'), send('flood', 4), send('flood')];
    // The first of them had its turn at once, with what fits into it.
    expect(states(held)).toEqual(['held', 'held', 'held']);
    expect(send('other').state).toBe('in');
  });

  it('lets floods come in by turns of one at a time, and rests nine times as long after each', async () => {
    const { clock, send, flood, states } = setUp();
    for (const by of ['a', 'b']) flood(by);
    send('other');
    const all = [send('a', 5), send('a', 5), send('a', 5), send('b', 5)];
    await clock.move(10);
    expect(states(all)).toEqual(['in', 'held', 'held', 'held']);
    all[0]!.left();
    await clock.move(89);
    expect(states(all)).toEqual(['in', 'held', 'held', 'held']);
    await clock.move(1);
    expect(states(all)).toEqual(['in', 'in', 'held', 'held']);
    all[1]!.left();
    await clock.move(0);
    // Whose turn it was stands behind the others.
    expect(states(all)).toEqual(['in', 'in', 'held', 'in']);
    all[3]!.left();
    await clock.move(0);
    expect(states(all)).toEqual(['in', 'in', 'in', 'in']);
  });

  it('lets small requests come in together, as many as fit into a turn', async () => {
    const { clock, send, flood, states } = setUp();
    flood('flood');
    send('other');
    const first = send('flood', 2);
    const small = Array.from({ length: 30 }, () => send('flood', 0.1));
    await clock.move(1);
    first.left();
    await clock.move(9);
    expect(states(small).filter((state) => state === 'in')).toHaveLength(20);
    small.slice(0, 19).forEach(({ left }) => left());
    await clock.move(50);
    small[19]!.left();
    await clock.move(449);
    expect(states(small).filter((state) => state === 'in')).toHaveLength(20);
    await clock.move(1);
    expect(states(small).filter((state) => state === 'in')).toHaveLength(30);
  });

  it('ends the turn of whoever does not send what they announced', async () => {
    const { clock, send, flood, states } = setUp();
    flood('slow');
    flood('flood');
    send('other');
    const all = [send('slow', 5)];
    await clock.move(200);
    all.push(send('flood', 5));
    await clock.move(50);
    expect(states(all)).toEqual(['in', 'held']);
    await clock.move(950);
    // A second is over, and its turn had not come.
    expect(states(all)).toEqual(['in', 'refused']);
    await clock.move(2_000);
    all.push(send('flood', 5));
    await clock.move(0);
    expect(states(all)).toEqual(['in', 'refused', 'in']);
  });

  it('refuses what was held for a second, and what is one too many at once', async () => {
    const { clock, send, flood, states } = setUp();
    flood('flood');
    send('other');
    const first = send('flood', 5);
    const held = Array.from({ length: 128 }, () => send('flood', 5));
    expect(new Set(states(held))).toEqual(new Set(['held']));
    expect(send('flood').state).toBe('refused');
    for (const by of ['f1', 'f2', 'f3']) {
      flood(by);
      for (let n = 0; n < 128; n += 1) send(by, 5);
    }
    // More than that are not held of all together.
    flood('f4');
    expect(send('f4').state).toBe('refused');
    send('other');
    await clock.move(999);
    expect(first.state).toBe('in');
    expect(states(held)).not.toContain('refused');
    await clock.move(1);
    expect(new Set(states(held.slice(1)))).toEqual(new Set(['refused']));
    expect(send('flood').state).toBe('held');
  });

  it('lets in all that is held when the others have gone', async () => {
    const { clock, send, flood, states } = setUp();
    send('other');
    await clock.move(9_500);
    flood('flood');
    const first = send('flood', 5);
    const held = [send('flood', 5), send('flood', 5)];
    await clock.move(499);
    expect(states([first, ...held])).toEqual(['in', 'held', 'held']);
    await clock.move(1);
    expect(states(held)).toEqual(['in', 'in']);
  });

  it('lets floods have all there is when nobody else is there, also when the last other became one', () => {
    const { send, flood, states } = setUp();
    flood('a');
    send('b');
    const held = [send('a', 5), send('a', 5)];
    flood('b');
    expect(send('b').state).toBe('in');
    return settled().then(() => expect(states(held)).toEqual(['in', 'in']));
  });

  it('takes nobody for a flood any longer who stays in their share again', async () => {
    const { clock, shares, send, flood } = setUp();
    flood('flood');
    send('other');
    await clock.move(499);
    expect(send('flood', 0).state).toBe('held');
    await clock.move(600);
    expect(send('flood', 0).state).toBe('in');
    expect(shares.isFlood('flood')).toBe(false);
  });

  it('forgets what its sender gave up', async () => {
    const { clock, send, flood, states } = setUp();
    flood('flood');
    send('other');
    const all = [send('flood', 5), send('flood', 5), send('flood', 5)];
    all[1]!.left();
    await clock.move(10);
    all[0]!.left();
    await clock.move(90);
    expect(states(all)).toEqual(['in', 'refused', 'in']);
  });

  it('does not slow anybody down for a stranger', () => {
    const { shares, send, flood } = setUp();
    flood('flood');
    shares.enter('key in the body', 1, false);
    expect(send('flood').state).toBe('in');
    shares.isThere('other');
    expect(send('flood').state).toBe('held');
  });

  it('never holds nor refuses whoever takes a tenth of the time at most, whatever others do', async () => {
    const step = fc.record({
      by: fc.constantFrom('a', 'b', 'c'),
      work: fc.integer({ min: 1, max: 400 }),
      n: fc.nat(40),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, send } = setUp();
        const inHand: Watched[] = [];
        for (const { by, work, n } of steps) {
          for (let some = 0; some < n; some += 1) inHand.push(send(by, work));
          expect(send('in its share', 1).state).toBe('in');
          await clock.move(10);
          inHand.splice(0, n).forEach(({ left }) => left());
        }
        await clock.move(20_000);
        expect(inHand.map(({ state }) => state)).not.toContain('held');
      }),
      { numRuns: 50 },
    );
  });
});
