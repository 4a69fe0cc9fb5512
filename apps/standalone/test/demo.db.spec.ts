import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog, readConfig, systemActor, Vault } from '#platform';
import { testDatabase } from '#testing';
import { DemoData } from '#workspace';
import { liveSampleWeeks } from '../src/demo/live-sample-weeks.js';
import { sampleNewcomers } from '../src/demo/newcomers.js';
import { sampleLists, samplePeople } from '../src/demo/sample.js';
import { seedDemo } from '../src/demo/seed.js';
import { seedDemoAutomations } from '../src/demo/seed-automation.js';
import { seedDemoLists } from '../src/demo/seed-lists.js';

describe('the sample shop', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>;
  const config = readConfig({});
  const log = createLog('silent', 'test');
  const vault = () => new Vault(db.database, config);
  const lived = () => liveSampleWeeks(db.database, { config, vault: vault(), log });
  const counts = (sql: string) => db.database.rows<{ what: string; n: number }>(sql);
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('fills an empty database once', async () => {
    expect(await seedDemo(db.database)).toBe(true);
    expect(await seedDemo(db.database)).toBe(false);
    const people = await db.database.row(
      `select count(*)::int as n, bool_and(p.demo) as marked, bool_and(v.email::text like '%@example.com') as reserved
       from public.view_directory_contacts v join cortex.people p on p.id = v.id`,
    );
    expect(people).toEqual({ n: samplePeople.length, marked: true, reserved: true });
  });

  it('is history: nothing of it waits to be matched as if it had just happened', async () => {
    const fresh = await db.database.row(
      "select count(*)::int as n from cortex.activity_inbox where not history and occurred_at > cortex.now() - interval '1 hour'",
    );
    expect(fresh).toEqual({ n: 0 });
  });

  it('leaves nothing behind where its weeks are cut off, and begins them anew', async () => {
    await db.database.run(`create function cortex.cut() returns trigger language plpgsql as $$ begin
      if (select count(*) from cortex.automation_runs) > 20 then perform pg_terminate_backend(pg_backend_pid()); end if;
      return null; end $$`);
    await db.database.run(
      'create trigger cut after insert on cortex.automation_runs for each statement execute function cortex.cut()',
    );
    await expect(lived()).rejects.toThrow();
    await db.database.run('drop trigger cut on cortex.automation_runs');
    await db.database.run('drop function cortex.cut()');
    const left = await db.database.row<{ n: number }>(
      `select ((select count(*) from cortex.automation_runs) + (select count(*) from cortex.automations)
         + (select count(*) from cortex.messages))::int as n`,
    );
    expect(left).toEqual({ n: 0 });
  });

  it('lives through three weeks, once: the engine moves everybody, and no mail goes to a provider', async () => {
    const before = await db.database.row(`select pg_get_functiondef('cortex.now()'::regprocedure) as clock`);
    expect(await lived()).toBe(true);
    expect(await lived()).toBe(false);
    await seedDemoAutomations(db.database, vault());
    expect(await db.database.row(`select pg_get_functiondef('cortex.now()'::regprocedure) as clock`)).toEqual(before);
    expect(
      await db.database.rows('select name, status, live_version, demo from cortex.automations order by name'),
    ).toEqual(
      ['Abandoned checkout (sample)', 'Welcome (sample)'].map((name) => ({
        ...{ name, status: 'live', live_version: 1, demo: true },
      })),
    );
    const runs = await counts(`select status as what, count(*)::int as n from cortex.automation_runs group by 1`);
    expect(runs.reduce((sum, { n }) => sum + n, 0)).toBeGreaterThanOrEqual(sampleNewcomers.length);
    expect(runs.map(({ what }) => what)).toEqual(expect.arrayContaining(['completed', 'exited', 'waiting']));
    const spread = await db.database.row(
      `select min(entered_at) < cortex.now() - interval '18 days' as early,
         max(entered_at) > cortex.now() - interval '2 days' and max(entered_at) <= cortex.now() as late
       from cortex.automation_runs`,
    );
    expect(spread).toEqual({ early: true, late: true });
    const mails = await db.database.row(
      `select bool_and(provider is null or provider = 'outbox') as inside, bool_or(state = 'failed') as failed,
         bool_or(delivered_at is not null) as delivered, bool_or(opened_at is not null) as opened,
         bool_or(clicked_at is not null) as clicked, bool_or(bounced_at is not null) as bounced,
         bool_or(unsubscribed_at is not null) as unsubscribed, bool_or(state = 'skipped') as skipped,
         bool_or(state in ('queued', 'submitting')) as waits
       from cortex.messages`,
    );
    expect(mails).toEqual({
      ...{ inside: true, failed: true, delivered: true, opened: true, clicked: true, bounced: true },
      ...{ unsubscribed: true, skipped: true, waits: false },
    });
  });

  it('takes every way out of its drawings, and some who came by it enroll and pay', async () => {
    const ports = await counts(
      `select v.graph -> 'nodes' -> 0 ->> 'type' || ' ' || s.node_id || ' ' || coalesce(s.port, '') as what, count(*)::int as n
       from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
       join cortex.automation_versions v on v.id = r.version_id where s.left_at is not null group by 1`,
    );
    const ways = ['first-mail next', 'wait happened', 'wait timed_out', 'enrolled yes', 'enrolled no', 'end '];
    expect(ports.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        ...ways.map((way) => `monitor ${way}`),
        ...['welcome-mail next', 'wait next', 'second-mail next'].map((way) => `activity_received ${way}`),
      ]),
    );
    const money = await db.database.row(
      `select count(*)::int as n from public.enrollments e join public.transactions t on t.id = e.transaction_id
       where e.lead_id is not null and t.status = 'paid'`,
    );
    expect((money as { n: number }).n).toBeGreaterThan(15);
  });

  it('asks three questions, once, and each finds somebody: the design document’s example among them', async () => {
    await seedDemoLists(db.database);
    await seedDemoLists(db.database);
    const lists = await db.database.rows<{ name: string; user_count: number }>(
      'select name, user_count::int as user_count from public.crm_smart_lists order by created_at',
    );
    expect(lists.map((list) => list.name)).toEqual(sampleLists.map((list) => list.name));
    expect(lists.filter((list) => !(list.user_count > 0))).toEqual([]);
  });

  it('harmed no trigger on the way', async () => {
    const left = await db.database.row(
      'select (select count(*)::int from cortex.trigger_errors) as errors, (select count(*)::int from cortex.pending) as pending',
    );
    expect(left).toEqual({ errors: 0, pending: 0 });
  });

  it('goes by one button, and nothing of it stands under Needs attention', async () => {
    await new DemoData(db.database).remove(systemActor('test'));
    const left = await db.database.row(
      `select (select count(*)::int from public.view_directory_contacts) as people,
         (select count(*)::int from cortex.automation_runs) as runs, (select count(*)::int from cortex.messages) as mails,
         (select count(*)::int from cortex.suppressions) as suppressed,
         (select count(*)::int from cortex.attention where closed_at is null) as attention`,
    );
    expect(left).toEqual({ people: 0, runs: 0, mails: 0, suppressed: 0, attention: 0 });
  });

  it('never lives in a workspace that somebody uses by then', async () => {
    const other = await testDatabase();
    await seedDemo(other.database);
    await other.database.run("insert into public.unified_profiles (email) values ('real@journey.test')");
    const parts = { config, vault: new Vault(other.database, config), log };
    expect(await liveSampleWeeks(other.database, parts)).toBe(false);
    expect(await liveSampleWeeks(other.database, parts)).toBe(false);
    expect(await other.database.rows('select from cortex.automation_runs')).toEqual([]);
    await other.drop();
  });
});
