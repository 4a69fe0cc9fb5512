import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LostReports } from './lost-reports.js';
import { PostmarkEvents } from './postmark-events.js';
import { SendFixture } from '../scenarios/send.fixture.js';

let on: SendFixture;
beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('truncate cortex.report_days, cortex.webhook_events');
});
afterEach(() => on.fake.close());

const reports = () => {
  const { gateway, config } = on.senderFor();
  return new LostReports(on.db.database, config, new PostmarkEvents(on.db.database, config), gateway);
};
/** Sends to so many people, as of the first of March, and lets two nights go by. */
async function sent(count: number) {
  const people = await on.people(count);
  await on.queue(people);
  await on.drain(on.senderFor().sender, count);
  await on.db.clock.advance({ days: 1 });
  return [...on.fake.accepted].sort((a, b) => (a.to < b.to ? -1 : 1));
}
const bounce = (id: string, email: string, ID: number, more: object = {}) =>
  on.fake.bounces.push({
    ...{ ID, Type: 'HardBounce', MessageID: id, Email: email, BouncedAt: '2026-03-01T10:05:00Z', Inactive: true },
    ...{ MessageStream: 'broadcast', day: '2026-03-01' },
    ...more,
  });

describe('what webhooks lost', () => {
  it('is asked for the day after: bounces, complaints and deliveries, once each', async () => {
    const [first, second, third, fourth] = await sent(4);
    bounce(first!.id, first!.to, 1);
    bounce(second!.id, second!.to, 2, { Type: 'SpamComplaint' });
    on.fake.deliveredAt.set(third!.id, '2026-03-01T10:00:09Z');
    expect(await reports().ask()).toBe(3);
    expect(await on.activities()).toMatchObject({ 'email.bounced': 1, 'email.complained': 1, 'email.delivered': 1 });
    expect(
      await on.db.database.rows(
        'select count(delivered_at)::int as delivered, count(bounced_at)::int as bounced, count(complained_at)::int as complained from cortex.messages',
      ),
    ).toEqual([{ delivered: 1, bounced: 1, complained: 1 }]);
    expect(await on.db.database.rows('select distinct address from cortex.suppressions order by 1')).toEqual([
      { address: first!.to },
      { address: second!.to },
    ]);
    expect(fourth).toBeDefined();
    const asked = on.fake.lookUps;
    expect(await reports().ask()).toBe(0);
    expect(on.fake.lookUps).toBe(asked);
  });

  it('a webhook had brought counts no second time', async () => {
    const [first] = await sent(1);
    bounce(first!.id, first!.to, 7);
    const { config } = on.senderFor();
    const { day: _day, ...told } = on.fake.bounces[0]!;
    await new PostmarkEvents(on.db.database, config).take({ RecordType: 'Bounce', ...told });
    expect(await reports().ask()).toBe(0);
    expect(await on.activities()).toMatchObject({ 'email.bounced': 1 });
  });

  it('goes on the next night where Postmark stopped answering, and gives a day up after a week', async () => {
    const [first] = await sent(2);
    on.fake.deliveredAt.set(first!.id, '2026-03-01T10:00:09Z');
    on.fake.down = true;
    expect(await reports().ask()).toBe(0);
    on.fake.down = false;
    expect(await reports().ask()).toBe(1);
    await on.db.clock.advance({ days: 20 });
    await reports().ask();
    expect(await on.db.database.rows("select 1 from cortex.report_days where day < '2026-03-07'::date")).toHaveLength(
      0,
    );
  });

  it('a bounce of a mail that is not ours suppresses nobody', async () => {
    await sent(1);
    bounce('00000000-0000-0000-0000-000000000009', 'stranger@school.example', 9);
    await reports().ask();
    expect(await on.db.database.rows('select 1 from cortex.suppressions')).toEqual([]);
  });
});
