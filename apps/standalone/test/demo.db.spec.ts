import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readConfig, Vault } from '#platform';
import { testDatabase } from '#testing';
import { sampleLists, samplePeople } from '../src/demo/sample.js';
import { seedDemo } from '../src/demo/seed.js';
import { seedDemoAutomation } from '../src/demo/seed-automation.js';
import { seedDemoLists } from '../src/demo/seed-lists.js';

describe('the sample shop', () => {
  let db: Awaited<ReturnType<typeof testDatabase>>;
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

  it('runs the abandoned-checkout recipe, once, and leaves those alone who match from before', async () => {
    await seedDemoAutomation(db.database, new Vault(db.database, readConfig({})));
    await seedDemoAutomation(db.database, new Vault(db.database, readConfig({})));
    const automations = await db.database.rows('select status, live_version, demo from cortex.automations');
    expect(automations).toEqual([{ status: 'live', live_version: 1, demo: true }]);
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
});
