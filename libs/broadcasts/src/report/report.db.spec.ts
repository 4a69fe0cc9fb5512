import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { countWork, testDatabase } from '#testing';
import { BroadcastFixture } from '../broadcast.fixture.js';
import { noteClick, takeBackClicks } from './record.js';
import { BroadcastReports } from './reports.js';

const PEOPLE = 3_000;
const tables = ['cortex.messages', 'cortex.broadcast_clicks', 'cortex.broadcast_outcomes', 'cortex.people'];
const START = new Date('2026-03-02T09:00:00Z');

let on: BroadcastFixture;
let reports: BroadcastReports;
let id: string;

/** Changes the outcomes of every so manieth mail. */
const outcomes = (set: string, every: number, rest = 0) =>
  on.db.database.run(
    `with mail as materialized (
       select m.id, row_number() over (order by m.id) as nth from cortex.messages m where m.broadcast_id = $1)
     update cortex.messages m set ${set} from mail n where n.id = m.id and n.nth % $2 = $3`,
    [id, every, rest],
  );

const click = async (nth: number, url: string, more: { machine?: boolean; seconds?: number } = {}) => {
  const mail = await on.db.database.row<{ id: string }>(
    'select m.id from cortex.messages m where m.broadcast_id = $1 order by m.id limit 1 offset $2',
    [id, nth],
  );
  const at = new Date(START.getTime() + (more.seconds ?? 0) * 1000);
  const about = { broadcast_id: id, message_id: mail!.id, url, at, machine: more.machine ?? false };
  await on.db.database.tx((tx) => noteClick(tx, about));
  return about;
};

beforeAll(async () => {
  // One connection, so that what is counted is what was asked for here.
  on = new BroadcastFixture(await testDatabase({ poolSize: 1 }));
  await on.db.clock.set(START);
  reports = new BroadcastReports(on.db.database, on.broadcasts);
  await on.people(PEOPLE);
  await on.db.database.run(
    `update cortex.people set email = replace(email::text, 'school', 'd' || (length(address) + ascii(substr(address, 3, 1))) % 14)::citext`,
  );
  id = await on.draft();
  await on.send(id);
  while (await on.loop.once());
}, 240_000);
afterAll(() => on.db.drop());

describe('the report of 3,000 mails', () => {
  it('names the ten largest domains, and adds up to all mails', async () => {
    const { domains } = await reports.of(id);
    expect(domains.length).toBeLessThanOrEqual(11);
    expect(domains.reduce((sum, { mails }) => sum + mails, 0)).toBe(PEOPLE);
    const named = domains.filter(({ domain }) => domain !== '').map(({ mails }) => mails);
    expect(named).toEqual(named.toSorted((a, b) => b - a));
  });

  it('counts each outcome once, at its hour, also when it is taken back or its mail is deleted', async () => {
    await outcomes("delivered_at = cortex.now(), opened_at = cortex.now() + interval '1 hour'", 1);
    await outcomes("clicked_at = cortex.now() + interval '2 hours'", 3);
    await outcomes('clicked_at = null', 6);
    await outcomes("clicked_at = cortex.now() + interval '5 days'", 9);
    await outcomes('complained_at = cortex.now()', 500);
    await outcomes('sent_at = cortex.now()', 1);
    await on.db.database.run(
      `delete from cortex.messages where id in (
         select m.id from cortex.messages m where m.broadcast_id = $1 order by m.id desc limit 100)`,
      [id],
    );
    const { domains, hours, later, counts } = await reports.of(id);
    const counted = await on.db.database.row<Record<string, number>>(
      `select count(m.delivered_at)::int as delivered, count(m.opened_at)::int as opened, count(m.clicked_at)::int as clicked,
         count(m.complained_at)::int as complained from cortex.messages m where m.broadcast_id = $1`,
      [id],
    );
    const sums = Object.fromEntries(
      (['delivered', 'opened', 'clicked', 'complained'] as const).map((name) => [
        name,
        domains.reduce((sum, domain) => sum + domain[name], 0),
      ]),
    );
    expect(sums).toEqual(counted);
    expect(counts).toMatchObject(counted!);
    expect(hours.map(({ hour, delivered, opened }) => [hour, delivered, opened])).toEqual([
      ['2026-03-02T09:00:00.000Z', counted!.delivered, 0],
      ['2026-03-02T10:00:00.000Z', 0, counted!.opened],
      ['2026-03-02T11:00:00.000Z', 0, 0],
    ]);
    expect(hours[2]!.clicked + later!.clicked).toBe(counted!.clicked);
    expect(later!.clicked).toBeGreaterThan(0);
    const listed = await on.db.database.row<{ n: number }>(
      "select count(*)::int as n from cortex.broadcast_outcomes where broadcast_id = $1 and outcome = 'clicked'",
      [id],
    );
    expect(listed!.n).toBe(counted!.clicked);
  });

  it('counts links as the clicks say, whatever is taken back, also several at once', async () => {
    const first = await click(0, 'https://school.example/a');
    await click(0, 'https://school.example/a', { seconds: 1 });
    await click(0, 'https://school.example/a', { seconds: 600 });
    await click(1, 'https://school.example/a');
    await click(1, 'https://school.example/b', { machine: true });
    await on.db.database.tx((tx) => takeBackClicks(tx, first.message_id, first.at, 2));
    expect((await reports.of(id)).links).toMatchObject([
      { url: 'https://school.example/a', people: 2, clicks: 2, machine_clicks: 2 },
      { url: 'https://school.example/b', people: 0, clicks: 0, machine_clicks: 1 },
    ]);
    await on.db.database.run('delete from cortex.messages where id = $1', [first.message_id]);
    expect((await reports.of(id)).links).toMatchObject([
      { people: 1, clicks: 1, machine_clicks: 0 },
      { machine_clicks: 1 },
    ]);
  });

  it('finds the few mails of a state among all others, as they are now', async () => {
    const nth = (set: string, at: number) =>
      on.db.database.run(
        `update cortex.messages m set ${set}
         where m.id = (select l.id from cortex.messages l where l.broadcast_id = $1 order by l.id offset $2 limit 1)`,
        [id, at],
      );
    await on.db.database.run(`update cortex.messages m set state = 'sent' where m.broadcast_id = $1`, [id]);
    await on.db.database.run('delete from cortex.outgoing o where o.broadcast_id = $1', [id]);
    await on.db.database.run(
      `update cortex.broadcasts set fed_until = (
         select m.id from cortex.messages m where m.broadcast_id = $1 order by m.id desc offset 1 limit 1) where id = $1`,
      [id],
    );
    for (const at of [10, 1_000, 2_000]) await nth("state = 'unknown'", at);
    for (const at of [11, 1_001]) await nth("state = 'skipped', reason = 'capped'", at);
    await nth("state = 'failed'", 1_002);
    // Found out later; behind what was fed; and put back into the queue.
    await nth("state = 'sent'", 1_000);
    const { rows } = (await on.db.database.row<{ rows: number }>(
      'select count(*)::int as rows from cortex.messages m where m.broadcast_id = $1',
      [id],
    ))!;
    await nth("state = 'queued'", rows - 1);
    await nth("state = 'queued'", 500);
    await on.db.database.run(
      `insert into cortex.outgoing (message_id, stream, created_at, person_id, broadcast_id, demo, own_sender)
       select m.id, m.stream, m.created_at, m.person_id, m.broadcast_id, false, false
       from cortex.messages m where m.broadcast_id = $1 and m.state = 'queued' order by m.id limit 1`,
      [id],
    );
    await on.db.database.run('analyze cortex.messages');
    for (const state of ['unknown', 'failed', 'queued', 'skipped', 'cancelled', 'submitting'] as const) {
      const expected = await on.db.database.rows<{ id: string }>(
        'select m.id from cortex.messages m where m.broadcast_id = $1 and m.state = $2 order by m.id',
        [id, state],
      );
      let listed: string[] = [];
      const { read } = await countWork(on.db.database, tables, async () => {
        const first = await reports.recipients(id, { state, limit: 1 });
        const cursor = first.next_cursor;
        const rest = cursor ? await reports.recipients(id, { state, limit: 50, cursor }) : { items: [] };
        listed = [...first.items, ...rest.items].map(({ message_id }) => message_id!);
      });
      expect([state, listed]).toEqual([state, expected.map((row) => row.id)]);
      // Some are read twice, and how many of those that were just changed depends on the index.
      expect(read).toBeLessThan(rows / 4);
    }
    // By turns, of which four are left: the first mails, a middle one and the last. One of them was sent all the same.
    await on.db.database.run(
      `insert into cortex.broadcast_turns (broadcast_id, due_after, message_id)
       select m.broadcast_id, case when m.state = 'queued' or m.nth <= 2 then 2 else 1 end, m.id
       from (select m.*, row_number() over (order by m.id) as nth from cortex.messages m where m.broadcast_id = $1) m`,
      [id],
    );
    await on.db.database.run(
      `update cortex.broadcasts set by_turns = true, turn_after = 1, turn_message = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
       where id = $1`,
      [id],
    );
    await nth("state = 'queued'", 0);
    await on.db.database.run('analyze cortex.messages, cortex.broadcast_turns');
    const left = await on.db.database.rows<{ id: string }>(
      `select m.id from cortex.messages m where m.broadcast_id = $1 and m.state = 'queued' order by m.id`,
      [id],
    );
    expect(left).toHaveLength(3);
    const { read } = await countWork(on.db.database, ['cortex.messages'], async () => {
      const first = await reports.recipients(id, { state: 'queued', limit: 1 });
      const rest = await reports.recipients(id, { state: 'queued', limit: 50, cursor: first.next_cursor! });
      expect([...first.items, ...rest.items].map(({ message_id }) => message_id)).toEqual(left.map((row) => row.id));
    });
    // Each is looked up on both pages, and each of the pages shown.
    expect(read).toBeLessThan(50);
    await on.db.database.run('update cortex.broadcasts set by_turns = false where id = $1', [id]);
    await on.db.database.run("delete from cortex.messages where broadcast_id = $1 and state = 'failed'", [id]);
    expect((await reports.recipients(id, { state: 'failed', limit: 50 })).items).toEqual([]);
  });

  it('reads no mail but the one it shows, and of people no more than a page', async () => {
    const { links } = await reports.of(id);
    const asked = { limit: 50 } as const;
    const work = async (ask: () => Promise<unknown>) => (await countWork(on.db.database, tables, ask)).read;
    expect(await work(() => reports.of(id))).toBeLessThan(10);
    // Nobody is, and the counters know it.
    for (const state of ['failed', 'uncertain', 'cancelled'] as const)
      expect(await work(() => reports.recipients(id, { ...asked, state }))).toBeLessThan(10);
    // A row each in the list, the mail and the directory, by an index of each.
    for (const filter of [{ outcome: 'clicked' }, { outcome: 'opened' }, { link: links[0]!.id }] as const)
      expect(await work(() => reports.recipients(id, { ...asked, ...filter }))).toBeLessThan(51 * 6);
    const domain = (await reports.of(id)).domains[0]!.domain;
    const first = await reports.recipients(id, { ...asked, outcome: 'opened', domain });
    const second = await reports.recipients(id, {
      ...asked,
      ...{ outcome: 'opened', domain, cursor: first.next_cursor! },
    } as const);
    const addresses = [...first.items, ...second.items].map(({ contact_email }) => contact_email);
    expect(new Set(addresses).size).toBe(100);
    expect(addresses.every((address) => address!.endsWith(`@${domain}`))).toBe(true);
  });
});
