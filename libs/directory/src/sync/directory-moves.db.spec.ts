import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DIRECTORY_DIFFERENCES, testDatabase, type TestDatabase } from '#testing';
import pg from 'pg';

/** Issue 9, A: by hand what identity.db.spec.ts does at random; all through plain SQL, as a shop's program would. */
describe('who moves, meets somebody or changes places', () => {
  let db: TestDatabase;
  let shop: pg.Client;
  const rows = async (sql: string, values: unknown[] = []) => (await shop.query(sql, values)).rows;
  const number = async (sql: string) => Number(Object.values((await rows(sql))[0])[0]);
  const lead = (email: string, name = 'Someone') =>
    shop.query('insert into purchase_leads (email, first_name) values ($1, $2)', [email, name]);
  const profile = (email: string, name = 'Someone') =>
    shop.query('insert into unified_profiles (email, first_name) values ($1, $2)', [email, name]);

  beforeAll(async () => {
    db = await testDatabase();
    shop = new pg.Client({ connectionString: db.url });
    await shop.connect();
  });
  afterAll(async () => {
    await shop.end();
    await db.drop();
  });
  beforeEach(async () => {
    await shop.query('truncate purchase_leads, unified_profiles, transactions, enrollments, crm_activities');
    await shop.query(`truncate cortex.people, cortex.former_ids, cortex.person_links, cortex.pending,
      cortex.trigger_errors, cortex.activity_inbox`);
  });
  afterEach(async () => {
    expect(await rows(DIRECTORY_DIFFERENCES)).toEqual([]);
    expect(await rows('select * from cortex.trigger_errors')).toEqual([]);
  });

  it('A: a customer who once was a lead takes the leads along: nobody is left at the old address', async () => {
    await lead('old@example.com', 'Ann');
    const [{ person_id }] = await rows('select person_id from cortex.people');
    await profile('old@example.com', 'Ann');
    await shop.query("update unified_profiles set email = 'new@example.com'");
    expect(await rows('select person_id, address, type from cortex.people')).toEqual([
      { person_id, address: 'new@example.com', type: 'customer' },
    ]);
    expect(await rows('select email from view_directory_contacts')).toEqual([{ email: 'new@example.com' }]);
    expect(await rows('select distinct person_id from crm_activities')).toEqual([{ person_id }]);
    // What happens to the old lead now happens to the customer; a new one at that address is somebody new.
    await shop.query("update purchase_leads set tags = '{vip}'");
    expect(await number('select count(distinct person_id) from crm_activities')).toBe(1);
    await lead('old@example.com', 'Someone else');
    expect(await rows('select email, type from view_directory_contacts order by 1')).toEqual([
      { email: 'new@example.com', type: 'customer' },
      { email: 'old@example.com', type: 'lead' },
    ]);
    await shop.query("update unified_profiles set email = 'old@example.com'");
    expect(await rows('select person_id, email, type from view_directory_contacts')).toEqual([
      { person_id, email: 'old@example.com', type: 'customer' },
    ]);
  });

  it('A: two who meet become one: histories united, the later answer stands, nothing is lost', async () => {
    await lead('new@example.com', 'Ann');
    const [{ person_id: leadPerson }] = await rows('select person_id from cortex.people');
    await shop.query(
      "update cortex.people set consent_status = 'subscribed', consent_at = '2026-01-01', consent_by = 'person'",
    );
    await profile('old@example.com', 'Ann');
    const [{ person_id, id }] = await rows("select person_id, id from cortex.people where type = 'customer'");
    await shop.query(
      `update cortex.people set consent_status = 'unsubscribed', consent_at = '2026-02-01', consent_by = 'person'
       where person_id = $1`,
      [person_id],
    );
    const list = (await rows("insert into crm_smart_lists (name, kind) values ('x', 'static') returning id"))[0].id;
    await shop.query('insert into cortex.list_members (smart_list_id, person_id) values ($1, $2)', [list, leadPerson]);
    const version = (
      await rows(
        `with a as (insert into cortex.automations (name, draft_graph) values ('x', '{}') returning id)
         insert into cortex.automation_versions (automation_id, number, graph, settings)
         select id, 1, '{}', '{}' from a returning id, automation_id`,
      )
    )[0];
    for (const [person, key, at] of [
      [leadPerson, 'once', '2026-03-01'],
      [person_id, 'once', '2026-02-01'],
      [leadPerson, 'cart', '2026-03-01'],
    ])
      await shop.query(
        `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, status, entered_at)
         values ($1, $2, 1, $3, $4, 'waiting', $5)`,
        [version.automation_id, version.id, person, key, at],
      );
    await shop.query("update unified_profiles set email = 'new@example.com'");
    expect(
      await rows('select person_id, id, address, consent_status from cortex.people where type is not null'),
    ).toEqual([{ person_id, id, address: 'new@example.com', consent_status: 'unsubscribed' }]);
    expect(await rows('select distinct person_id, contact_id from crm_activities')).toEqual([
      { person_id, contact_id: id },
    ]);
    expect(await rows('select distinct person_id from cortex.activity_inbox')).toEqual([{ person_id }]);
    expect(await rows('select person_id from cortex.list_members')).toEqual([{ person_id }]);
    expect(
      await rows(
        'select left(entry_key, 4) as key, status, person_id from cortex.automation_runs order by entered_at, 1',
      ),
    ).toEqual([
      { key: 'once', status: 'waiting', person_id },
      { key: 'cart', status: 'waiting', person_id },
      { key: 'once', status: 'exited', person_id },
    ]);
    // Whoever comes to the old address finds the no that was given there.
    await lead('old@example.com');
    expect(await rows("select consent_status from cortex.people where address = 'old@example.com'")).toEqual([
      { consent_status: 'unsubscribed' },
    ]);
    await shop.query('delete from cortex.automations');
    await shop.query('delete from crm_smart_lists');
  });

  it('A: a customer without an address for a while is the same when one is there again', async () => {
    await profile('old@example.com');
    const [{ person_id }] = await rows('select person_id from cortex.people');
    await shop.query('update unified_profiles set email = null');
    expect(await rows('select email from view_directory_contacts')).toEqual([]);
    await shop.query("update unified_profiles set email = 'new@example.com'");
    expect(await rows('select person_id, address, type from cortex.people')).toEqual([
      { person_id, address: 'new@example.com', type: 'customer' },
    ]);
  });

  it('A: two who change places keep their own', async () => {
    await profile('a@example.com', 'A');
    await profile('b@example.com', 'B');
    const before = await rows('select person_id, id from cortex.people order by id');
    await shop.query('begin');
    await shop.query("update unified_profiles set email = 'tmp@example.com' where first_name = 'A'");
    await shop.query("update unified_profiles set email = 'a@example.com' where first_name = 'B'");
    await shop.query("update unified_profiles set email = 'b@example.com' where first_name = 'A'");
    await shop.query(
      "insert into transactions (profile_id, amount_minor, currency) select id, 100, 'EUR' from unified_profiles",
    );
    await shop.query('commit');
    expect(await rows('select person_id, id from cortex.people where type is not null order by id')).toEqual(before);
    expect(
      await number(
        `select count(*) from crm_activities a join cortex.people p on p.person_id = a.person_id
         where a.contact_id is distinct from p.id`,
      ),
    ).toBe(0);
  });
});
