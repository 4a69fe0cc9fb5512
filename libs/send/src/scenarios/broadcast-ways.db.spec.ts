import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SentBroadcasts } from './broadcasts.fixture.js';
import type { SendFixture } from './send.fixture.js';

let sent: SentBroadcasts;
let on: SendFixture;

beforeAll(async () => {
  sent = await SentBroadcasts.make();
  on = sent.on;
});
afterAll(() => on.db.drop());
beforeEach(() => sent.reset());
afterEach(() => on.fake.close());

const howMany = async (sql: string) =>
  (await on.db.database.row<{ n: number }>(`select count(*)::int as n from ${sql}`))!.n;

describe('a broadcast that is spread over four hours', () => {
  const spread = { n: 4, unit: 'hours' as const };

  it('leaves evenly, and what is not due takes no place in the queue', async () => {
    await on.people(200);
    const id = await sent.draft({ spread });
    await sent.send(id);
    const { sender } = on.senderFor();
    await sent.drain(sender, id);
    expect((await sent.counts(id)).sent).toBeLessThan(5);
    for (let hour = 1; hour <= 4; hour += 1) {
      await sent.pass(sender, id, 60, 9);
      expect(await howMany('cortex.outgoing')).toBe(0);
      const { sent: left } = await sent.counts(id);
      expect(Math.abs(left - hour * 50)).toBeLessThan(20);
    }
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    expect([on.fake.accepted.length, on.mostTaken]).toEqual([200, 1]);
    expect(await howMany('cortex.broadcast_turns')).toBe(0);
  }, 120_000);

  it('goes on at its pace after a pause, and not all at once', async () => {
    await on.people(200);
    const id = await sent.draft({ spread });
    await sent.send(id);
    const { sender } = on.senderFor();
    await sent.pass(sender, id, 60, 9);
    const before = (await sent.counts(id)).sent;
    await sent.lifecycle.pause(sent.actor, id);
    await on.db.clock.advance({ hours: 3 });
    await sent.drain(sender, id);
    await sent.lifecycle.resume(sent.actor, id);
    await sent.drain(sender, id);
    expect((await sent.counts(id)).sent - before).toBeLessThan(10);
    await sent.pass(sender, id, 175, 9);
    expect((await sent.counts(id)).sent).toBeLessThan(200);
    await sent.pass(sender, id, 15);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    expect([on.fake.accepted.length, on.mostTaken]).toEqual([200, 1]);
  }, 120_000);

  it('is cancelled: what had no turn yet never leaves', async () => {
    await on.people(100);
    const id = await sent.draft({ spread });
    await sent.send(id);
    const { sender } = on.senderFor();
    await sent.pass(sender, id, 60, 9);
    const { sent: left } = await sent.counts(id);
    await sent.lifecycle.cancel(sent.actor, id);
    await sent.pass(sender, id, 20, 9);
    expect(await sent.counts(id)).toMatchObject({ sent: left, queued: 0, cancelled: 100 - left });
    expect(await sent.statuses(id)).toEqual(['cancelled', 'cancelled']);
    expect(await howMany('cortex.broadcast_turns')).toBe(0);
  }, 60_000);

  it('asks before mails leave late that were due while nothing ran', async () => {
    await on.people(100);
    const id = await sent.draft({ spread });
    await sent.send(id);
    const { sender } = on.senderFor();
    await sent.pass(sender, id, 60, 9);
    const { sent: left } = await sent.counts(id);
    await on.db.clock.advance({ minutes: 40 });
    await sent.drain(sender, id);
    expect(await sent.broadcasts.get(id)).toMatchObject({
      status: 'paused',
      reason: expect.stringContaining('Cortex was not running then'),
      counts: { sent: left },
    });
    expect(await on.openItems()).toEqual([`broadcast:${id}`]);
    await sent.lifecycle.resume(sent.actor, id);
    // Its time began with the first step of the clock: 51 minutes of the four hours had passed.
    await sent.pass(sender, id, 198, 9);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  }, 120_000);
});

describe('a broadcast that everybody gets at their own time of day', () => {
  const zones = ['Asia/Tokyo', 'Europe/Berlin', null, 'Middle/Earth', 'America/New_York'];

  beforeEach(async () => {
    await on.db.database.run("update cortex.settings set timezone = 'Europe/Berlin'");
    await on.people(zones.length);
    for (const [at, zone] of zones.entries())
      await on.db.database.run('update cortex.people set timezone = $2 where email = $1', [
        `p${at + 1}@school.example`,
        zone,
      ]);
  });

  it('reaches them where it is as late as was said, and without a known zone by the workspace’s clock', async () => {
    const id = await sent.draft({ local_time: true });
    const nine = new Date('2026-03-02T08:00:00Z');
    expect(await sent.broadcasts.audience(id, nine)).toMatchObject({
      will_receive: 5,
      own_times: { first_at: '2026-03-02T00:00:00.000Z', last_at: '2026-03-02T14:00:00.000Z', at_once: 0 },
    });
    expect(await sent.lifecycle.schedule(sent.actor, id, nine, 5)).toMatchObject({
      status: 'scheduled',
      begins_at: '2026-03-02T00:00:00.000Z',
    });
    const { sender } = on.senderFor();
    await on.db.clock.set('2026-03-01T23:59:00Z');
    await sent.drain(sender, id);
    expect((await sent.broadcasts.get(id)).status).toBe('scheduled');
    await on.db.clock.set('2026-03-02T00:00:00Z');
    await sent.drain(sender, id);
    expect(on.fake.accepted.map(({ to }) => to)).toEqual(['p1@school.example']);
    await sent.pass(sender, id, 8 * 60 - 1, 9);
    expect(on.fake.accepted).toHaveLength(1);
    await sent.pass(sender, id, 1);
    expect(on.fake.accepted.map(({ to }) => to).sort()).toEqual([1, 2, 3, 4].map((n) => `p${n}@school.example`));
    await sent.pass(sender, id, 6 * 60, 9);
    expect(on.fake.accepted.at(-1)!.to).toBe('p5@school.example');
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  }, 120_000);

  it('reaches at once whoever’s time has passed, with a minute to undo it', async () => {
    const id = await sent.draft({ local_time: true });
    // Half past eleven in Berlin, in half an hour; in Tokyo it was eight hours ago.
    const at = new Date('2026-03-01T10:30:00Z');
    expect((await sent.broadcasts.audience(id, at)).own_times).toMatchObject({ at_once: 1 });
    const { begins_at } = await sent.lifecycle.schedule(sent.actor, id, at, 5);
    expect(begins_at).toBe('2026-03-01T10:01:00.000Z');
    const { sender } = on.senderFor();
    await sent.pass(sender, id, 2, 1);
    expect(on.fake.accepted.map(({ to }) => to)).toEqual(['p1@school.example']);
    await sent.pass(sender, id, 29);
    expect(on.fake.accepted).toHaveLength(4);
  }, 60_000);

  it('asks before it leaves late to those whose time came while nothing ran', async () => {
    const id = await sent.draft({ local_time: true });
    await sent.lifecycle.schedule(sent.actor, id, new Date('2026-03-02T08:00:00Z'), 5);
    const { sender } = on.senderFor();
    await on.db.clock.set('2026-03-02T00:00:00Z');
    await sent.drain(sender, id);
    await on.db.clock.set('2026-03-02T09:00:00Z');
    await sent.drain(sender, id);
    expect(await sent.broadcasts.get(id)).toMatchObject({
      status: 'paused',
      reason: 'Mails of it were due at 2026-03-02T08:00:00.000Z, and Cortex was not running then.',
    });
    await sent.lifecycle.resume(sent.actor, id);
    await sent.drain(sender, id);
    expect(on.fake.accepted).toHaveLength(4);
  }, 60_000);

  it('needs a time, and cannot be spread besides', async () => {
    const id = await sent.draft({ local_time: true, spread: { n: 1, unit: 'hours' } });
    expect((await sent.broadcasts.get(id)).problems).toEqual([
      expect.objectContaining({ pointer: '/spread', message: expect.stringContaining('cannot be combined') }),
    ]);
    await sent.broadcasts.save(sent.actor, id, { spread: null });
    await expect(sent.send(id)).rejects.toMatchObject({
      code: 'broadcast_not_ready',
      message: expect.stringContaining('Schedule it instead'),
    });
  });
});
