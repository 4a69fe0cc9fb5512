import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DIRECTORY_DIFFERENCES, testDatabase, type TestDatabase } from '#testing';
import fc from 'fast-check';
import pg from 'pg';

/** Few enough that the sessions meet all the time; twins by case, spaces, NFC and NFD, final sigma. */
const EMAILS = [
  'ann@example.com',
  'ANN@example.com',
  ' ann@example.com',
  'é@example.com'.normalize('NFC'),
  'É@example.com '.normalize('NFD'),
  'ΟΔΟΣ@example.com',
  'οδος@example.com',
  'bob@example.com',
  'new@example.com',
  '',
  null,
];

const FAULTS = ['people', 'touched', 'activities', 'inbox'] as const;

const email = fc.constantFrom(...EMAILS);
const name = fc.constantFrom('A', 'B', 'ß', null);
/** Which of the existing rows a statement means, counted in id order. */
const pick = fc.nat(6);
/** Minutes since the epoch of the run; few values, so that rows share their instants. */
const born = fc.nat(3);
const table = fc.constantFrom('unified_profiles', 'purchase_leads');

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), table, email, name, born }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('move' as const), table, pick, email }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rename' as const),
      table,
      pick,
      name,
      tag: fc.constantFrom('vip', 'lead'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), table, pick }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('bulk' as const), count: fc.integer({ min: 20, max: 200 }), born }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restamp' as const), table, born }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pay' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('act' as const), email }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('savepoint', 'rollback to', 'immediate', 'deferred') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom(...FAULTS, '') }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const transaction = fc.record({
  isolation: fc.constantFrom('read committed', 'read committed', 'read committed', 'repeatable read', 'serializable'),
  steps: fc.array(step, { minLength: 1, maxLength: 6 }),
  end: fc.constantFrom('commit', 'commit', 'commit', 'rollback', 'prepare'),
});

/** What a shop's own statements may meet among each other: keys, and each other's locks. Nothing of it comes from us. */
const OF_THE_WRITERS = new Set(['23503', '23505', '40001', '40P01']);

describe('view_directory_contacts', () => {
  let db: TestDatabase;
  const sessions: pg.Client[] = [];
  let checker: pg.Client;
  let prepared = 0;
  let checks = 0;

  beforeAll(async () => {
    db = await testDatabase();
    for (let at = 0; at < 4; at++) {
      const client = new pg.Client({ connectionString: db.url });
      await client.connect();
      sessions.push(client);
    }
    checker = sessions.pop()!;
    // Faults on demand: a writer's own transaction says which of our tables refuses it.
    await checker.query(`
      create function cortex.fault() returns trigger language plpgsql as $$
      begin
        if pg_trigger_depth() > 1 and current_setting('test.fault', true) = tg_argv[0] then raise exception 'injected'; end if;
        return new;
      end $$`);
    const tables = ['cortex.people', 'cortex.touched', 'public.crm_activities', 'cortex.activity_inbox'];
    for (const [at, fault] of FAULTS.entries()) {
      await checker.query(
        `create trigger a_fault before insert or update on ${tables[at]} for each row execute function cortex.fault('${fault}')`,
      );
    }
  });
  afterAll(async () => {
    await Promise.all([...sessions, checker].map((client) => client.end()));
    await db.drop();
  });

  async function run(client: pg.Client, it: Step): Promise<void> {
    const instant = (minutes: number) => new Date(Date.UTC(2026, 5, 1, 0, minutes));
    const nth = (tab: string) => `(select id from ${tab} order by id offset $1 limit 1)`;
    if (it.do === 'insert') {
      await client.query(
        `insert into ${it.table} (email, first_name, created_at) values ($1, $2, $3) on conflict do nothing`,
        [it.email, it.name, instant(it.born)],
      );
    } else if (it.do === 'move') {
      await client.query(`update ${it.table} set email = $2 where id = ${nth(it.table)}`, [it.pick, it.email]);
    } else if (it.do === 'rename') {
      await client.query(
        `update ${it.table} set first_name = $2, tags = array_append(tags, $3) where id = ${nth(it.table)}`,
        [it.pick, it.name, it.tag],
      );
    } else if (it.do === 'delete') {
      await client.query(`delete from ${it.table} where id = ${nth(it.table)}`, [it.pick]);
    } else if (it.do === 'bulk') {
      await client.query(
        `insert into purchase_leads (email, first_name, created_at)
         select case g % 3 when 0 then 'ann@example.com' when 1 then 'bulk' || g % 40 || '@example.com' end, 'n' || g, $2
         from generate_series(1, $1::int) g`,
        [it.count, instant(it.born)],
      );
    } else if (it.do === 'restamp') {
      await client.query(`update ${it.table} set created_at = $1`, [instant(it.born)]);
    } else if (it.do === 'pay') {
      await client.query(
        `insert into transactions (profile_id, amount_minor, currency)
         select id, 100, 'EUR' from unified_profiles order by id offset $1 limit 1`,
        [it.pick],
      );
    } else if (it.do === 'act') {
      await client.query("insert into crm_activities (contact_email, type) values ($1, 'page_view')", [it.email]);
    } else if (it.do === 'fault') {
      await client.query("select set_config('test.fault', $1, true)", [it.fault]);
    } else if (it.do === 'savepoint') {
      await client.query('savepoint s');
    } else if (it.do === 'rollback to') {
      await client.query('rollback to s').catch(async (error: pg.DatabaseError) => {
        if (error.code !== '3B001') throw error; // there was no savepoint: the transaction is over
        throw Object.assign(new Error('over'), { code: '40001' });
      });
    } else {
      await client.query(`set constraints all ${it.do}`);
    }
  }

  /** Runs one transaction as a shop would. Anything but a quarrel among the writers themselves is thrown. */
  async function play(client: pg.Client, plan: { isolation: string; steps: Step[]; end: string }): Promise<void> {
    await client.query(`begin isolation level ${plan.isolation}`);
    try {
      for (const one of plan.steps) await run(client, one);
      if (plan.end === 'prepare') {
        const id = `p${prepared++}`;
        await client.query(`prepare transaction '${id}'`);
        await equal();
        await client.query(`commit prepared '${id}'`);
      } else {
        await client.query(plan.end);
      }
    } catch (error) {
      await client.query('rollback');
      if (!OF_THE_WRITERS.has((error as pg.DatabaseError).code ?? '')) throw error;
    }
    await equal();
  }

  /** One connection is asked one question at a time. */
  let asked: Promise<unknown> = Promise.resolve();
  async function equal(): Promise<void> {
    checks++;
    const answer = asked.then(() => checker.query(DIRECTORY_DIFFERENCES));
    asked = answer.catch(() => undefined);
    expect((await answer).rows).toEqual([]);
  }

  async function settle(): Promise<void> {
    expect((await checker.query('select count(*)::int as n from cortex.touched')).rows).toEqual([{ n: 0 }]);
    for (let round = 0; round < 50; round++) {
      if ((await checker.query('select cortex.repair_pending(500) as n')).rows[0].n === 0) break;
    }
    expect((await checker.query('select * from cortex.pending')).rows).toEqual([]);
    expect((await checker.query('select cortex.compare_directory()::int as n')).rows).toEqual([{ n: 0 }]);
    const homeless = `select count(*)::int as n from crm_activities a
      where cortex.address(a.contact_email) is not null and a.person_id is null`;
    expect((await checker.query(homeless)).rows).toEqual([{ n: 0 }]);
    const unmatched = `select count(*)::int as n from crm_activities a
      where a.person_id is not null
        and (select count(*) from cortex.activity_inbox i where i.activity_id = a.id) <> 1`;
    expect((await checker.query(unmatched)).rows).toEqual([{ n: 0 }]);
  }

  it('equals its definition after every commit of opposing writers, whatever fails inside the triggers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(transaction, { minLength: 1, maxLength: 5 }), { minLength: 3, maxLength: 3 }),
        async (plans) => {
          await checker.query(`truncate purchase_leads, unified_profiles, transactions, enrollments, crm_activities,
          cortex.people, cortex.former_ids, cortex.person_links, cortex.pending, cortex.trigger_errors, cortex.activity_inbox`);
          await Promise.all(
            plans.map(async (plan, at) => {
              for (const one of plan) await play(sessions[at]!, one);
            }),
          );
          await equal();
          await settle();
          await equal();
        },
      ),
      { numRuns: 40, endOnFailure: true, interruptAfterTimeLimit: 60_000 },
    );
    expect(checks).toBeGreaterThan(100);
  }, 120_000);
});
