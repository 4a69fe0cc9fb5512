import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SeededPerson } from '#testing';
import { actor, BroadcastFixture } from '../broadcast.fixture.js';
import { measureNext } from '../results/measure.js';
import { noteClick, takeBackClicks } from './record.js';
import { BroadcastReports } from './reports.js';

const START = new Date('2026-03-02T09:00:00Z');
const HOUR = 3_600_000;

let on: BroadcastFixture;
let reports: BroadcastReports;
let people: SeededPerson[];

const idsOf = (from: number, to: number) => people.slice(from, to).map(({ person_id }) => person_id);
const mailsOf = (id: string, set: string, from: number, to: number) =>
  on.db.database.run(
    `update cortex.messages m set ${set} where m.broadcast_id = $1 and m.person_id = any($2::uuid[])`,
    [id, idsOf(from, to)],
  );

/** Somebody began a course. */
const enrolled = (nth: number, hours: number, more: { type: string; metadata: object }[] = []) =>
  on.db.database.tx(async (tx) => {
    for (const { type, metadata } of [...more, { type: 'course.enrolled', metadata: {} }])
      await tx.run(
        `insert into public.crm_activities (type, person_id, occurred_at, metadata, source)
         values ($1, $2, $3, $4::jsonb, 'test')`,
        [
          type,
          people[nth]!.person_id,
          new Date(START.getTime() + hours * HOUR - (type === 'course.enrolled' ? 0 : 1000)),
          JSON.stringify(metadata),
        ],
      );
  });

type Filter = Omit<Parameters<BroadcastReports['recipients']>[1], 'limit' | 'cursor'>;

/** Everybody of a list of people, read in small pages; each once. */
async function listed(id: string, filter: Filter): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const { items, next_cursor } = await reports.recipients(id, { ...filter, limit: 3, ...(cursor ? { cursor } : {}) });
    found.push(...items.map(({ message_id }) => message_id));
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
  expect(new Set(found).size).toBe(found.length);
  return found;
}

async function freeze(id: string): Promise<void> {
  await on.send(id);
  while (await on.loop.once());
}

beforeAll(async () => {
  on = await BroadcastFixture.make();
  await on.db.clock.set(START);
  reports = new BroadcastReports(on.db.database, on.broadcasts);
  const numberOf = ({ email }: SeededPerson) => Number(/\d+/.exec(email)![0]);
  people = (await on.people(40)).sort((a, b) => numberOf(a) - numberOf(b));
}, 240_000);
afterAll(() => on.db.drop());

describe('the report by list', () => {
  it('counts who is in two lists in both, and says whose people clicked and enrolled', async () => {
    const first = await on.staticList('First', idsOf(0, 20));
    const second = await on.staticList('Second', idsOf(10, 30));
    const rules = { operator: 'AND' as const, conditions: [{ field: 'first_name', operator: 'eq', value: 'P39' }] };
    const id = await on.draft({ include_smart_list_ids: [first, second], rules });
    await freeze(id);
    await mailsOf(id, 'delivered_at = cortex.now()', 0, 40);
    await mailsOf(id, 'clicked_at = cortex.now()', 5, 15);
    // Taken back, and with a mail that is gone.
    await mailsOf(id, 'clicked_at = null', 5, 6);
    await on.db.database.run('delete from cortex.messages where broadcast_id = $1 and person_id = $2', [
      id,
      people[14]!.person_id,
    ]);
    const metadata = { campaign_id: id };
    await enrolled(7, 1, [{ type: 'email.clicked', metadata }]);
    await enrolled(12, 1, [{ type: 'email.clicked', metadata }]);
    await on.db.clock.set(new Date(START.getTime() + 2 * HOUR));
    while (await measureNext(on.db.database));
    expect((await reports.of(id)).lists).toEqual([
      { smart_list_id: first, name: 'First', mails: 20, delivered: 19, clicked: 8, enrolled: 2 },
      { smart_list_id: second, name: 'Second', mails: 20, delivered: 19, clicked: 4, enrolled: 1 },
      { smart_list_id: null, name: null, mails: 1, delivered: 1, clicked: 0, enrolled: 0 },
    ]);
    // And opens the people behind each number, page by page.
    const behind = async (filter: Filter) => (await listed(id, filter)).length;
    for (const [list, n] of [
      [first, { mails: 19, delivered: 19, clicked: 8 }],
      [second, { mails: 19, delivered: 19, clicked: 4 }],
      ['rules', { mails: 1, delivered: 1, clicked: 0 }],
    ] as const)
      expect({
        mails: await behind({ list }),
        delivered: await behind({ list, outcome: 'delivered' }),
        clicked: await behind({ list, outcome: 'clicked' }),
      }).toEqual(n);
    expect(await behind({ list: id })).toBe(0);
    await on.lifecycle.cancel(actor, id);
  });

  it('is the whole where it was for one list', async () => {
    const only = await on.staticList('Only', idsOf(0, 3));
    const id = await on.draft({ include_smart_list_ids: [only], rules: null });
    await freeze(id);
    await mailsOf(id, 'delivered_at = cortex.now()', 0, 2);
    expect((await reports.of(id)).lists).toMatchObject([{ name: 'Only', mails: 3, delivered: 2, clicked: 0 }]);
    expect((await listed(id, { list: only, outcome: 'delivered' })).length).toBe(2);
    await on.lifecycle.cancel(actor, id);
  });
});

describe('the report by device', () => {
  it('counts an opening on its first device and people by each that they clicked on, and takes back both', async () => {
    const id = await on.draft();
    await freeze(id);
    await mailsOf(id, "opened_on = 'mobile', opened_at = cortex.now()", 0, 3);
    await mailsOf(id, 'opened_at = cortex.now()', 3, 4);
    const mail = (await on.db.database.row<{ id: string }>(
      'select m.id from cortex.messages m where m.broadcast_id = $1 and m.person_id = $2',
      [id, people[0]!.person_id],
    ))!;
    const click = (url: string, seconds: number, device: string | null) =>
      on.db.database.tx((tx) =>
        noteClick(tx, {
          ...{ broadcast_id: id, message_id: mail.id, url, device, machine: false },
          at: new Date(START.getTime() + seconds * 1000),
        }),
      );
    await click('https://school.example/a', 0, 'mobile');
    await click('https://school.example/b', 60, 'mobile');
    await click('https://school.example/a', 120, 'desktop');
    await click('https://school.example/a', 180, null);
    const devices = async () =>
      (await reports.of(id)).devices.map(({ device, opened, clicked }) => [device, opened, clicked]);
    expect((await devices()).sort()).toEqual([
      ['desktop', 0, 1],
      ['mobile', 3, 1],
      ['unknown', 1, 1],
    ]);
    const behind = async (outcome: 'opened' | 'clicked', device: string) =>
      (await listed(id, { outcome, device })).length;
    for (const [device, opened, clicked] of await devices())
      expect([await behind('opened', device as string), await behind('clicked', device as string)]).toEqual([
        opened,
        clicked,
      ]);
    await on.db.database.tx((tx) => takeBackClicks(tx, mail.id, new Date(START.getTime() + 120_000), 2));
    await on.db.database.run('delete from cortex.messages where broadcast_id = $1 and person_id = $2', [
      id,
      people[1]!.person_id,
    ]);
    expect((await devices()).sort()).toEqual([
      ['mobile', 2, 1],
      ['unknown', 1, 1],
    ]);
    await on.lifecycle.cancel(actor, id);
  });
});

describe('what a broadcast brought that everybody gets at their own time of day', () => {
  it('counts from that time on, for those who got it and for those who were held out', async () => {
    // Half an hour after it began in Tokyo it is nine hours too early in Europe.
    await on.db.database.run(
      `update cortex.people p set timezone = case when p.person_id = any($1::uuid[]) then 'Asia/Tokyo' else 'UTC' end`,
      [idsOf(0, 20)],
    );
    await on.db.clock.set(START);
    await on.db.database.run('update cortex.settings set attribution_days = 1');
    const id = await on.draft({ local_time: true, holdout_percent: 50 });
    const { will_receive } = await on.broadcasts.audience(id);
    const at = new Date('2026-03-03T09:00:00Z');
    await on.lifecycle.schedule(actor, id, at, will_receive);
    await on.db.clock.set('2026-03-03T00:00:00Z');
    while (await on.loop.once());
    const outside = await on.db.database.rows<{ person_id: string }>(
      'select e.person_id from cortex.broadcast_exclusions e where e.broadcast_id = $1',
      [id],
    );
    const out = new Set(outside.map(({ person_id }) => person_id));
    const of = (from: number, to: number, held: boolean) =>
      people.findIndex(({ person_id }, nth) => nth >= from && nth < to && out.has(person_id) === held);
    const hours = (time: string) => (Date.parse(time) - START.getTime()) / HOUR;
    // In Tokyo its day is from midnight UTC on, at home from nine on.
    for (const held of [false, true]) {
      await enrolled(of(0, 20, held), hours('2026-03-03T00:30:00Z'));
      await enrolled(of(20, 40, held), hours('2026-03-03T00:30:00Z'));
    }
    const measuredAt = async (time: string) => {
      await on.db.clock.set(time);
      await on.db.database.run(
        "update cortex.broadcast_results set measure_at = '2026-01-01' where broadcast_id = $1",
        [id],
      );
      while (await measureNext(on.db.database));
      const { mailed, held_out } = (await reports.of(id)).results!.held_out!.enrolled;
      return [mailed, held_out];
    };
    expect(await measuredAt('2026-03-03T01:00:00Z')).toEqual([1, 1]);
    // The last hour of the day at home, when that of Tokyo is over.
    for (const held of [false, true]) {
      await enrolled(of(0, 20, held), hours('2026-03-04T08:30:00Z'));
      await enrolled(of(20, 40, held), hours('2026-03-04T08:30:00Z'));
    }
    expect(await measuredAt('2026-03-05T00:00:00Z')).toEqual([2, 2]);
  });
});
