import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Tx } from '#platform';
import type { SkipReason } from '#rules';
import { until, type SeededPerson } from '#testing';
import { fixAudience, funnelOf } from '../audience/audience.js';
import { actor, BroadcastFixture } from '../broadcast.fixture.js';
import { prepareStep } from './freeze.js';
import { BroadcastReports } from '../report/reports.js';

const PEOPLE = 20_000;
const CHUNK = 3_000;

let on: BroadcastFixture;
let people: SeededPerson[];
let leftOut: string;

/** Of ten people one has unsubscribed, one never answered, one is suppressed, one had enough, one is left out by a list. */
const kinds = ['unsubscribed', 'no_consent', 'suppressed', 'capped', 'left_out'] as const;
const kindOf = (n: number) => kinds[n % 10];
const consents = { unsubscribed: 'unsubscribed', no_consent: 'unknown' } as Record<string, string>;

beforeAll(async () => {
  on = await BroadcastFixture.make();
  const { database } = on.db;
  people = await on.people(PEOPLE, (n) => consents[kindOf(n) ?? ''] ?? 'subscribed');
  const numberOf = (person: SeededPerson) => Number(/\d+/.exec(person.email)![0]);
  const of = (kind: string) => people.filter((person) => kindOf(numberOf(person)) === kind);
  await database.run(
    `insert into cortex.suppressions (address, stream, reason, origin)
     select a, 'broadcast', r, 'test' from unnest($1::text[]) with ordinality a (a, nth)
     join unnest(array['hard_bounce', 'manual', 'spam_complaint']) with ordinality r (r, other) on nth % other = 0`,
    [of('suppressed').map(({ email }) => email)],
  );
  await database.run(`update cortex.settings set frequency_cap = '{"count": 1, "per": {"n": 1, "unit": "days"}}'`);
  await database.run(
    `with content as (
       insert into cortex.mail_contents (hash, subject, html) values ('\\x00', 'x', 'x') returning id)
     insert into cortex.messages (dedupe_key, person_id, contact_email, stream, content_id, state, submitted_at)
     select 'before ' || p, p, '', 'broadcast', c.id, 'sent', cortex.now() from content c, unnest($1::uuid[]) p`,
    [of('capped').map(({ person_id }) => person_id)],
  );
  leftOut = await on.staticList(
    'Not these',
    of('left_out').map(({ person_id }) => person_id),
  );
}, 300_000);
afterAll(() => on.db.drop());

const expected = {
  candidates: PEOPLE * 0.9,
  queued: PEOPLE * 0.5,
  skipped: expect.objectContaining({
    unsubscribed: PEOPLE / 10,
    no_consent: PEOPLE / 10,
    suppressed: PEOPLE / 10,
    capped: PEOPLE / 10,
  }),
};

/** Prepares until there is nothing to prepare, holding to the sum after each step. @returns how many steps it took */
async function prepare(id: string): Promise<number> {
  for (let steps = 0; steps < 60; steps += 1) {
    if (!(await prepareStep(on.db.database, CHUNK))) return steps;
    await on.assertSum(id);
  }
  throw new Error('Preparing does not come to an end.');
}

/** Mails and exclusions of a broadcast, and the people behind them. */
const written = (id: string) =>
  on.db.database.row<{ rows: number; people: number }>(
    `select count(*)::int as rows, count(distinct w.person_id)::int as people from (
       select m.person_id from cortex.messages m where m.broadcast_id = $1
       union all
       select e.person_id from cortex.broadcast_exclusions e where e.broadcast_id = $1) w`,
    [id],
  );

describe('freezing a broadcast to 20,000 people', () => {
  it('accounts for everybody once: a mail, or the reason why there is none, as the funnel said before', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    const funnel = await on.broadcasts.audience(id);
    expect(funnel).toMatchObject({ candidates: PEOPLE * 0.9, will_receive: PEOPLE * 0.5 });
    await on.send(id);
    expect(await prepare(id)).toBeGreaterThan(PEOPLE / CHUNK);
    const { status, counts } = await on.broadcasts.get(id);
    expect(status).toBe('sending');
    expect(counts).toMatchObject(expected);
    expect(Object.entries(funnel.skipped).filter(([reason, n]) => counts.skipped[reason] !== n)).toEqual([]);
    expect(await written(id)).toEqual({ rows: PEOPLE * 0.9, people: PEOPLE * 0.9 });
    await on.lifecycle.cancel(actor, id);
  }, 120_000);

  it('goes on after a process was killed between two chunks, and within one', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    await on.send(id);
    // Fixed, and two chunks: then this process is gone, and with it everything it had in memory.
    for (let step = 0; step < 3; step += 1) await prepareStep(on.db.database, CHUNK);
    const before = await on.counts(id);
    expect(before.candidates).toBeGreaterThan(0);
    // The next one is killed in the middle of writing: it comes to a mail that we hold.
    const killed = on.db.database.tx(async (tx) => {
      await tx.run(
        `insert into cortex.messages (dedupe_key, person_id, contact_email, stream, content_id)
         select 'broadcast ' || b.id || ' ' || p.person_id, p.person_id, '', 'broadcast', b.content_id
         from cortex.broadcasts b join cortex.people p on p.person_id > b.freeze_cursor and p.first_name ~ '[5-9]$'
         where b.id = $1 order by p.person_id offset 700 limit 1`,
        [id],
      );
      const dying = prepareStep(on.db.database, CHUNK).then(
        () => 'done',
        () => 'killed',
      );
      const kill = () =>
        on.db.database.rows(
          `select pg_terminate_backend(l.pid) from pg_locks l
           where l.locktype = 'transactionid' and not l.granted and l.pid in (
             select a.pid from pg_stat_activity a where a.datname = current_database())`,
        );
      await until(async () => (await kill()).length > 0);
      throw new Error(await dying);
    });
    await expect(killed).rejects.toThrow('killed');
    expect(await on.counts(id)).toEqual(before);
    await prepare(id);
    expect((await on.broadcasts.get(id)).counts).toMatchObject(expected);
    expect(await written(id)).toEqual({ rows: PEOPLE * 0.9, people: PEOPLE * 0.9 });
    await on.lifecycle.cancel(actor, id);
  }, 120_000);

  it('is done by several workers at once as by one', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    await on.send(id);
    const worker = async () => {
      for (let idle = 0; idle < 200; idle += 1) {
        if (await prepareStep(on.db.database, CHUNK)) idle = 0;
        else if ((await on.broadcasts.get(id)).status === 'sending') return;
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect((await on.broadcasts.get(id)).counts).toMatchObject(expected);
    expect(await written(id)).toEqual({ rows: PEOPLE * 0.9, people: PEOPLE * 0.9 });
  }, 120_000);
});

describe('a hold-out', () => {
  it('is the same share of those who would get it in the funnel, for one person, and frozen', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut], holdout_percent: 20 });
    const funnel = await on.broadcasts.audience(id);
    const held = funnel.skipped.held_out!;
    const would = PEOPLE * 0.5;
    expect(funnel.will_receive).toBe(would - held);
    expect(held / would).toBeCloseTo(0.2, 1);
    await on.send(id);
    await prepare(id);
    const { counts } = await on.broadcasts.get(id);
    expect(counts).toMatchObject({
      queued: funnel.will_receive,
      skipped: { held_out: held, unsubscribed: PEOPLE / 10 },
    });
    const out = await on.db.database.row<{ email: string }>(
      `select p.email::text as email from cortex.broadcast_exclusions e join cortex.people p on p.person_id = e.person_id
       where e.broadcast_id = $1 and e.reason = 'held_out' limit 1`,
      [id],
    );
    expect(await on.broadcasts.whyNot(id, out!.email)).toBe('held_out');
    const { items } = await new BroadcastReports(on.db.database, on.broadcasts).recipients(id, {
      state: 'skipped',
      limit: 200,
    });
    expect(items.map(({ reason }) => reason)).toContain('held_out');
    await on.lifecycle.cancel(actor, id);
  }, 120_000);

  it('is somebody else in each broadcast', async () => {
    const heldOut = async () => {
      const id = await on.draft({ exclude_smart_list_ids: [leftOut], holdout_percent: 50 });
      await on.send(id);
      await prepare(id);
      await on.lifecycle.cancel(actor, id);
      const rows = await on.db.database.rows<{ person_id: string }>(
        "select person_id from cortex.broadcast_exclusions where broadcast_id = $1 and reason = 'held_out'",
        [id],
      );
      return new Set(rows.map(({ person_id }) => person_id));
    };
    const [first, second] = [await heldOut(), await heldOut()];
    const both = [...first].filter((person) => second.has(person)).length;
    expect(both / first.size).toBeCloseTo(0.5, 1);
  }, 120_000);
});

describe('a broadcast that cannot be frozen', () => {
  it('is not sent when a mail is missing: the sum is wrong', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    await on.send(id);
    for (let step = 0; step < 4; step += 1) await prepareStep(on.db.database, CHUNK);
    await on.db.database.run(
      `delete from cortex.messages where id = (
         select m.id from cortex.messages m where m.broadcast_id = $1 limit 1)`,
      [id],
    );
    for (let step = 0; step < 60; step += 1) if (!(await prepareStep(on.db.database, CHUNK))) break;
    expect(await on.broadcasts.get(id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining(`${PEOPLE * 0.9} people were found`),
    });
  }, 120_000);

  it('says so when a list is gone by then', async () => {
    const list = await on.staticList('Soon gone', [people[9]!.person_id]);
    const id = await on.draft({ rules: null, include_smart_list_ids: [list] });
    await on.send(id);
    await on.db.database.run('delete from public.crm_smart_lists where id = $1', [list]);
    await prepareStep(on.db.database, CHUNK);
    expect(await on.broadcasts.get(id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('does not exist'),
    });
  });

  it('does not stand in the way of the next one', async () => {
    const broken = await on.draft();
    await on.send(broken);
    await on.db.database.run(
      `update cortex.broadcasts set rules = '{"operator": "AND", "conditions": [{"field": "nothing"}]}' where id = $1`,
      [broken],
    );
    const next = await on.draft({ exclude_smart_list_ids: [leftOut] });
    await on.send(next);
    await prepare(next);
    expect((await on.broadcasts.get(broken)).status).toBe('failed');
    expect((await on.broadcasts.get(next)).status).toBe('sending');
  }, 120_000);
});

describe('one person', () => {
  it('is in or out, and the answer says why', async () => {
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    const whyNot = (n: number) => on.broadcasts.whyNot(id, `p${n}@school.example`);
    expect(await Promise.all([0, 1, 2, 3, 4, 5].map(whyNot))).toEqual([...kinds, null]);
    const other = await on.draft({ rules: null, include_smart_list_ids: [leftOut] });
    expect(await on.broadcasts.whyNot(other, 'p5@school.example')).toBe('not_in_audience');
    await expect(on.broadcasts.whyNot(other, 'nobody@school.example')).rejects.toMatchObject({
      code: 'unknown_address',
    });
  });
});

describe('the people of an audience', () => {
  it('are as many for each reason as the funnel says, and without those who are linked with somebody', async () => {
    const { database } = on.db;
    const [first, second, third] = people
      .filter(({ email }) => /^p\d+6@/.test(email))
      .map(({ person_id }) => person_id);
    const id = await on.draft({ exclude_smart_list_ids: [leftOut] });
    const before = await on.broadcasts.audience(id);
    await database.run("update cortex.people set paused_until = cortex.now() + interval '1 day' where person_id = $1", [
      first,
    ]);
    await database.run('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [second, third]);
    try {
      const funnel = await on.broadcasts.audience(id);
      expect(funnel).toMatchObject({
        candidates: before.candidates - 1,
        will_receive: before.will_receive - 2,
        skipped: { ...before.skipped, paused: 1 },
      });
      for (const [reason, n] of Object.entries(funnel.skipped) as [SkipReason, number][]) {
        let listed = 0;
        let cursor: string | undefined;
        do {
          const page = await on.broadcasts.audiencePeople(id, { reason, limit: 500, cursor });
          listed += page.items.filter((item) => item.reason === reason).length;
          cursor = page.next_cursor ?? undefined;
        } while (cursor);
        expect([reason, listed]).toEqual([reason, n]);
      }
    } finally {
      await database.run('delete from cortex.person_links');
      await database.run('update cortex.people set paused_until = null where person_id = $1', [first]);
    }
  }, 120_000);

  it('are counted by workers of PostgreSQL too, where there is no limit for each person', async () => {
    await on.db.database.run('update cortex.settings set frequency_cap = null');
    const plan = await on.db.database.tx(async (tx) => {
      await tx.run(
        "select set_config(name, '0', true) from pg_settings where name ~ '^(min_)?parallel_.*(size|cost)$'",
      );
      const lines: string[] = [];
      const explaining = Object.create(tx, {
        rows: {
          value: async (text: string, values: unknown[]) => {
            if (!text.includes('count(*)')) return tx.rows(text, values);
            lines.push(
              ...(await tx.rows<{ 'QUERY PLAN': string }>(`explain ${text}`, values)).map((l) => l['QUERY PLAN']),
            );
            return [];
          },
        },
      }) as Tx;
      const rules = { operator: 'AND' as const, conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] };
      const audience = await fixAudience(tx, { staff: false, include: [], exclude: [], rules });
      await funnelOf(explaining, audience, { id: leftOut, topic_id: leftOut, holdout_percent: 10 });
      return lines.join('\n');
    });
    expect(plan).toContain('Workers Planned');
  });
});
