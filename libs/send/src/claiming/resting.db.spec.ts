import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { SendFixture } from '../scenarios/send.fixture.js';

let on: SendFixture;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.fake.close());

const workspace = (sql: string) => on.db.database.run(`update cortex.settings set ${sql}`);
const night = `'{"from": "21:00", "to": "08:00"}'`;

async function automationWith(settings: object): Promise<string> {
  const id = newId();
  await on.db.database.run(
    "insert into cortex.automations (id, name, status, draft_graph) values ($1, 'A', 'live', '{}')",
    [id],
  );
  await on.db.database.run(
    `insert into cortex.automation_versions (automation_id, number, graph, settings) values ($1, 1, '{}', $2::jsonb)`,
    [id, JSON.stringify(settings)],
  );
  return id;
}

const untilWhen = async (): Promise<string[]> =>
  (
    await on.db.database.rows<{ not_before: Date }>(
      `select o.not_before from cortex.outgoing o join cortex.messages m on m.id = o.message_id
       where m.state = 'queued' and m.reason = 'quiet_hours' order by 1`,
    )
  ).map((row) => row.not_before.toISOString());

describe('quiet hours', () => {
  it("hold marketing mail in the person's own time, else the workspace's, over a change of the clocks", async () => {
    await workspace(`quiet_hours = ${night}, timezone = 'Europe/Berlin'`);
    const persons = await on.people(4);
    const zones = [null, 'America/New_York', 'Nowhere/At all', 'Asia/Kolkata'];
    for (const [at, zone] of zones.entries()) {
      await on.db.database.run('update cortex.people set timezone = $2 where person_id = $1', [
        persons[at]!.person_id,
        zone,
      ]);
    }
    // 23:00 in Berlin, where the clocks go forward that night; 18:00 in New York; 03:30 in Kolkata.
    await on.db.clock.set('2026-03-28T22:00:00Z');
    await on.queue(persons);
    await on.queue(persons, { stream: 'transactional' });
    const { sender } = on.senderFor();
    await on.drain(sender, 8);
    expect(await on.counts()).toEqual({ queued: 3, sent: 5 });
    expect(await untilWhen()).toEqual([
      '2026-03-29T02:30:00.000Z',
      '2026-03-29T06:00:00.000Z',
      '2026-03-29T06:00:00.000Z',
    ]);
    await on.db.clock.set('2026-03-29T05:59:00Z');
    await on.drain(sender, 8);
    expect(await on.counts()).toEqual({ queued: 2, sent: 6 });
    await on.db.clock.set('2026-03-29T06:00:00Z');
    await on.drain(sender, 8);
    expect(await on.counts()).toEqual({ sent: 8 });
    expect(await on.db.database.rows('select 1 from cortex.messages where reason is not null')).toEqual([]);
  });

  it('end with the later one of workspace and automation, and may lie within a day', async () => {
    await workspace(`quiet_hours = ${night}`);
    const automation = await automationWith({ quiet_hours: { from: '12:00', to: '13:30' } });
    const both = await automationWith({ quiet_hours: { from: '20:00', to: '10:15' } });
    const persons = await on.people(1);
    await on.db.clock.set('2026-03-02T12:10:00Z');
    await on.queue(persons, {}, automation);
    await on.queue(persons, {}, both);
    const { sender } = on.senderFor();
    await on.drain(sender, 2);
    expect(await untilWhen()).toEqual(['2026-03-02T13:30:00.000Z']);
    await on.db.clock.set('2026-03-02T22:00:00Z');
    await on.queue(persons, {}, both);
    await on.drain(sender, 3);
    expect(await untilWhen()).toEqual(['2026-03-03T08:00:00.000Z', '2026-03-03T10:15:00.000Z']);
  });

  it('never hold for ever where the hour in which they end comes twice', async () => {
    await workspace(`quiet_hours = '{"from": "01:00", "to": "02:30"}', timezone = 'Europe/Berlin'`);
    await on.queue(await on.people(1));
    const { sender } = on.senderFor();
    for (const at of ['2026-10-25T00:20:00Z', '2026-10-25T00:40:00Z', '2026-10-25T01:10:00Z', '2026-10-25T01:31:00Z']) {
      await on.db.clock.set(at);
      await on.drain(sender, 1);
    }
    expect(await on.counts()).toEqual({ sent: 1 });
  });

  it('give way to a reason not to send at all', async () => {
    await workspace(`quiet_hours = ${night}`);
    await on.db.clock.set('2026-03-02T23:00:00Z');
    await on.queue(await on.people(1, 'unsubscribed'));
    await on.drain(on.senderFor().sender, 1);
    expect(await on.counts()).toEqual({ 'skipped:unsubscribed': 1 });
  });
});

describe('caps', () => {
  it('hold the stricter one of workspace and automation, counting what left and not what rests', async () => {
    await workspace(`frequency_cap = '{"count": 3, "per": {"n": 1, "unit": "days"}}'`);
    const capped = await automationWith({ frequency_cap: { count: 1, per: { n: 1, unit: 'days' } } });
    const resting = await automationWith({ quiet_hours: { from: '09:00', to: '11:00' } });
    const persons = await on.people(1);
    await on.queue(persons, {}, resting);
    await on.queue(persons, {}, capped);
    await on.queue(persons, {}, capped);
    const { sender } = on.senderFor();
    await on.drain(sender, 3);
    expect(await on.counts()).toEqual({ queued: 1, sent: 1, 'skipped:capped': 1 });
    await on.db.clock.advance({ hours: 2 });
    await on.drain(sender, 3);
    expect(await on.counts()).toEqual({ sent: 2, 'skipped:capped': 1 });
  });
});
