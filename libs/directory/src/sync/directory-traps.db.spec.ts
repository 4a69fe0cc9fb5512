import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DIRECTORY_DIFFERENCES, testDatabase, type TestDatabase } from '#testing';
import pg from 'pg';

/** Every trap that the triggers once fell into, by name; all through plain SQL, as a shop's program would. */
describe('the directory follows the shop', () => {
  let db: TestDatabase;
  const clients: pg.Client[] = [];
  let shop: pg.Client;
  let other: pg.Client;
  let observer: pg.Client;

  const session = async () => {
    const client = new pg.Client({ connectionString: db.url });
    await client.connect();
    clients.push(client);
    return client;
  };
  const rows = async (sql: string, values: unknown[] = []) => (await shop.query(sql, values)).rows;
  const number = async (sql: string, values: unknown[] = []) => Number(Object.values((await rows(sql, values))[0])[0]);
  const lead = (email: string, name = 'Someone', client = shop) =>
    client.query('insert into purchase_leads (email, first_name) values ($1, $2)', [email, name]);
  const profile = (email: string, name = 'Someone', client = shop) =>
    client.query('insert into unified_profiles (email, first_name) values ($1, $2) returning id', [email, name]);
  const pending = () => number('select count(*) from cortex.pending');
  const errors = () => number('select count(*) from cortex.trigger_errors');
  const repair = async () => {
    while ((await number('select cortex.repair_pending(100)')) > 0);
  };
  const settled = async () => {
    expect(await rows(DIRECTORY_DIFFERENCES)).toEqual([]);
    expect(await number('select count(*) from cortex.touched')).toBe(0);
  };

  beforeAll(async () => {
    db = await testDatabase();
    shop = await session();
    other = await session();
    observer = await session();
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end()));
    await db.drop();
  });
  beforeEach(async () => {
    await shop.query('truncate purchase_leads, unified_profiles, transactions, enrollments, crm_activities');
    await shop.query(`truncate cortex.people, cortex.former_ids, cortex.person_links, cortex.pending,
      cortex.trigger_errors, cortex.activity_inbox`);
  });
  afterEach(settled);

  it('shows a lead, then the customer it became, under one person', async () => {
    await lead(' Ann@Example.com ', 'Ann');
    const [before] = await rows('select * from view_directory_contacts');
    expect(before).toMatchObject({ type: 'lead', tags: ['lead'], first_name: 'Ann', address: 'ann@example.com' });
    const id = (await profile('ann@example.com', 'Anna')).rows[0].id;
    const [after] = await rows('select * from view_directory_contacts');
    expect(after).toMatchObject({ type: 'customer', id, person_id: before.person_id, first_name: 'Anna' });
    expect(await rows('select type, contact_id, person_id from crm_activities')).toEqual([
      { type: 'lead.created', contact_id: id, person_id: before.person_id },
    ]);
    expect(await rows('select id, person_id from cortex.former_ids')).toEqual([
      { id: before.id, person_id: before.person_id },
    ]);
  });

  it('a customer who ordered nothing is worth nothing', async () => {
    await profile('ann@example.com');
    expect(await rows('select lifetime_value_minor from view_directory_contacts')).toEqual([
      { lifetime_value_minor: '0' },
    ]);
  });

  it('keeps a touch of a statement whose activities fail: the guards are two', async () => {
    await shop.query('alter table crm_activities rename to crm_activities_away');
    try {
      await lead('ann@example.com');
      await settled();
      expect(await rows('select trigger_name, sqlstate from cortex.trigger_errors')).toEqual([
        { trigger_name: 'cortex_20_activities_insert on purchase_leads', sqlstate: '42P01' },
      ]);
      expect(await pending()).toBe(0);
    } finally {
      await shop.query('alter table crm_activities_away rename to crm_activities');
    }
  });

  it('puts aside what a failing sweep could not do, answers rightly meanwhile, and repairs it', async () => {
    await shop.query('alter function cortex.refresh_people rename to refresh_people_away');
    try {
      await lead('ann@example.com');
      expect(await pending()).toBe(2); // the address, and the activity without a person
      expect(await errors()).toBe(1);
      await settled();
    } finally {
      await shop.query('alter function cortex.refresh_people_away rename to refresh_people');
    }
    await repair();
    expect(await pending()).toBe(0);
    expect(await number('select count(*) from crm_activities where person_id is null')).toBe(0);
    expect(await number('select count(*) from cortex.activity_inbox')).toBe(1);
  });

  it('puts addresses aside that could not even be noted', async () => {
    await shop.query('alter table cortex.touched rename to touched_away');
    try {
      await lead('ann@example.com');
    } finally {
      await shop.query('alter table cortex.touched_away rename to touched');
    }
    await settled();
    expect(await number("select count(*) from cortex.pending where address = 'ann@example.com'")).toBe(2);
    await repair();
    expect(await number('select count(*) from cortex.activity_inbox')).toBe(1);
  });

  it('gives an activity its inbox row later when the inbox failed', async () => {
    await lead('ann@example.com');
    await shop.query('alter table cortex.activity_inbox rename to inbox_away');
    try {
      await shop.query(
        "insert into crm_activities (contact_email, type, person_id) select email, 'page_view', person_id from cortex.people",
      );
    } finally {
      await shop.query('alter table cortex.inbox_away rename to activity_inbox');
    }
    await repair();
    expect(await number('select count(*) from cortex.activity_inbox')).toBe(2);
  });

  it('repairs the others when one address cannot be repaired', async () => {
    await shop.query("insert into cortex.pending (address) values ('good@example.com'), ('bad@example.com')");
    await shop.query("alter table cortex.people add constraint fault check (address <> 'bad@example.com')");
    try {
      expect(await number('select cortex.repair_pending(100)')).toBe(1);
    } finally {
      await shop.query('alter table cortex.people drop constraint fault');
    }
    expect(await rows('select address, attempts from cortex.pending')).toEqual([
      { address: 'bad@example.com', attempts: 1 },
    ]);
    await repair();
  });

  it('REPEATABLE READ writers only note: their snapshot is too old to overwrite with', async () => {
    await shop.query('begin isolation level repeatable read');
    await shop.query('select count(*) from purchase_leads');
    await lead('ann@example.com', 'Newer', other);
    await shop.query(
      "insert into purchase_leads (email, first_name, created_at) values ('ann@example.com', 'Older', now() - interval '1 day')",
    );
    await shop.query('commit');
    expect(await pending()).toBe(2);
    await settled();
    await repair();
    expect(await rows('select first_name from cortex.people')).toEqual([{ first_name: 'Newer' }]);
  });

  it('a sweep that waited for its lock looks with a snapshot younger than the lock', async () => {
    await lead('ann@example.com', 'First');
    await other.query('begin');
    await lead('ann@example.com', 'Second', other);
    await other.query('set constraints all immediate'); // swept: holds the person until it commits
    await shop.query('begin');
    await shop.query(
      "insert into purchase_leads (email, first_name, created_at) values ('ann@example.com', 'Older', now() - interval '1 day')",
    );
    const commit = shop.query('commit'); // waits in its sweep, whose first snapshot does not see Second
    await waitsForLock(shop);
    await other.query('commit');
    await commit;
    expect(await rows('select first_name from cortex.people')).toEqual([{ first_name: 'Second' }]);
    expect(await pending()).toBe(0);
  });

  it('waits half a second for a person at most, and never fails the writer', async () => {
    await lead('ann@example.com');
    await other.query('begin');
    await other.query('select from cortex.people for update');
    const started = Date.now();
    await lead('ann@example.com', 'Again');
    expect(Date.now() - started).toBeLessThan(2000);
    await other.query('rollback');
    expect(await rows('select distinct sqlstate from cortex.trigger_errors')).toEqual([{ sqlstate: '55P03' }]);
    await settled();
    await repair();
    expect(await rows('select first_name from cortex.people')).toEqual([{ first_name: 'Again' }]);
  });

  it('savepoints and SET CONSTRAINTS IMMEDIATE leave nothing behind', async () => {
    await shop.query('begin');
    await lead('a@example.com');
    await shop.query('set constraints all immediate');
    await shop.query('savepoint one');
    await lead('b@example.com');
    await shop.query('rollback to one');
    await shop.query('set constraints all deferred');
    await shop.query('savepoint two');
    await lead('c@example.com');
    await shop.query('rollback to two');
    await lead('d@example.com');
    await shop.query("update purchase_leads set first_name = 'New'");
    await shop.query('commit');
    expect(await number("select count(*) from cortex.people where type = 'lead' and first_name = 'New'")).toBe(2);
    expect(await errors()).toBe(0);
  });

  it('PREPARE TRANSACTION sweeps at prepare; others wait no longer than the lock timeout', async () => {
    await shop.query('begin');
    await lead('ann@example.com', 'Prepared');
    await shop.query("prepare transaction 'directory'");
    await lead('ann@example.com', 'Meanwhile', other);
    await settled();
    await shop.query("commit prepared 'directory'");
    await settled();
    await repair();
    expect(await number('select count(*) from cortex.people')).toBe(1);
  });

  it('TRUNCATE has no transition tables: everyone it could concern is looked at again', async () => {
    await lead('ann@example.com');
    await profile('bob@example.com');
    await shop.query('truncate purchase_leads cascade');
    expect(await rows('select email from view_directory_contacts')).toEqual([{ email: 'bob@example.com' }]);
    await shop.query('truncate unified_profiles cascade');
    expect(await number('select count(*) from cortex.people where type is null')).toBe(2);
  });

  it('finds and repairs what went past the triggers', async () => {
    await shop.query('set session_replication_role = replica');
    await lead('ann@example.com');
    await shop.query("insert into crm_activities (contact_email, type) values ('ann@example.com', 'page_view')");
    await shop.query('set session_replication_role = origin');
    expect(await rows(DIRECTORY_DIFFERENCES)).toHaveLength(1);
    expect(await number('select cortex.compare_directory()')).toBe(1);
    await settled();
    expect(await number("select cortex.note_lost_activities(now() - interval '1 day', 100)")).toBe(1);
    await repair();
    expect(await number('select cortex.compare_directory()')).toBe(0);
    expect(await number('select count(*) from cortex.activity_inbox')).toBe(1);
  });

  it('of two profiles of one normalised address the oldest is shown', async () => {
    await profile('é@example.com'.normalize('NFC'), 'Old');
    await shop.query("insert into unified_profiles (email, first_name) values ($1, 'Young')", [
      ' é@example.com'.normalize('NFD'),
    ]);
    expect(await rows('select first_name from view_directory_contacts')).toEqual([{ first_name: 'Old' }]);
    await shop.query("delete from unified_profiles where first_name = 'Old'");
    expect(await rows('select first_name from view_directory_contacts')).toEqual([{ first_name: 'Young' }]);
  });

  it('of leads of one statement, created at one instant, the one with the greatest id is shown', async () => {
    await shop.query(
      "insert into purchase_leads (email, first_name) select 'ann@example.com', 'n' || g from generate_series(1, 20) g",
    );
    await settled();
    expect(await number('select count(*) from view_directory_contacts')).toBe(1);
  });

  it('two profiles may swap their addresses, and a lead may have the id of a profile', async () => {
    const a = (await profile('a@example.com', 'A')).rows[0].id;
    const b = (await profile('b@example.com', 'B')).rows[0].id;
    await shop.query('begin');
    await shop.query("update unified_profiles set email = 'tmp@example.com' where id = $1", [a]);
    await shop.query("update unified_profiles set email = 'a@example.com' where id = $1", [b]);
    await shop.query("update unified_profiles set email = 'b@example.com' where id = $1", [a]);
    await shop.query('commit');
    await settled();
    await shop.query("insert into purchase_leads (id, email) values ($1, 'c@example.com')", [a]);
    expect(await errors()).toBe(0);
    expect(await pending()).toBe(0);
  });

  it('a profile that moves to an address nobody had keeps its person, its consent and its history', async () => {
    await profile('old@example.com', 'Ann');
    await shop.query("update cortex.people set consent_status = 'subscribed', suppressed_broadcast = true");
    const person = (await rows('select person_id from cortex.people'))[0].person_id;
    await shop.query("update unified_profiles set email = 'new@example.com'");
    expect(await rows('select person_id, address, consent_status, suppressed_broadcast from cortex.people')).toEqual([
      { person_id: person, address: 'new@example.com', consent_status: 'subscribed', suppressed_broadcast: false },
    ]);
    expect(await rows('select type, person_id, metadata from crm_activities')).toEqual([
      {
        type: 'contact.updated',
        person_id: person,
        metadata: { changes: { email: { old: 'old@example.com', new: 'new@example.com' } } },
      },
    ]);
  });

  it('what was done under the old address in the same moment goes along with the person who moves', async () => {
    await profile('old@example.com');
    const [{ person_id }] = await rows("select person_id from cortex.people where address = 'old@example.com'");
    await shop.query('begin');
    await shop.query("insert into crm_activities (contact_email, type) values ('old@example.com', 'page_view')");
    await shop.query("update unified_profiles set email = 'new@example.com' where email = 'old@example.com'");
    await shop.query('commit');
    expect(await rows("select person_id from crm_activities where type = 'page_view'")).toEqual([{ person_id }]);
    expect(await rows('select person_id, address from cortex.people')).toEqual([
      { person_id, address: 'new@example.com' },
    ]);
    expect(
      await number(
        "select count(*) from cortex.activity_inbox i join crm_activities a on a.id = i.activity_id where a.type = 'page_view'",
      ),
    ).toBe(1);
  });

  it('a row renamed while a sweep waited for it is looked for again', async () => {
    await profile('old@example.com', 'Ann');
    await other.query('begin');
    await other.query("update unified_profiles set email = 'new@example.com'");
    await other.query('set constraints all immediate');
    const insert = lead('old@example.com', 'Later');
    await waitsForLock(shop);
    await other.query('commit');
    await insert;
    expect(await pending()).toBe(0);
    expect(await rows('select address, type from cortex.people order by address')).toEqual([
      { address: 'new@example.com', type: 'customer' },
      { address: 'old@example.com', type: 'lead' },
    ]);
  });

  it('an address too long for an index harms nobody and is nobody', async () => {
    await shop.query(
      "insert into purchase_leads (email) select string_agg(md5(g::text), '') from generate_series(1, 200) g",
    );
    expect(await number('select count(*) from cortex.people')).toBe(0);
    expect(await errors()).toBe(0);
    await shop.query('truncate purchase_leads cascade');
  });

  it('opposing writers of the same addresses do not deadlock', async () => {
    const addresses = Array.from({ length: 12 }, (_, at) => `p${at}@example.com`);
    const sessions = await Promise.all(Array.from({ length: 4 }, session));
    await Promise.all(
      sessions.map(async (client, at) => {
        for (let round = 0; round < 40; round++) {
          const order = (at + round) % 2 === 0 ? addresses : addresses.toReversed();
          await client.query('begin');
          for (const address of order.slice(round % 5, (round % 5) + 4)) await lead(address, `r${round}`, client);
          await client.query('commit');
        }
      }),
    );
    expect(await errors()).toBe(0);
    expect(await pending()).toBe(0);
  });

  /** Until `waiting` waits for a lock; ends by itself when it does not, and the test's expectations then fail. */
  async function waitsForLock(waiting: pg.Client): Promise<void> {
    const pid = (waiting as unknown as { processID: number }).processID;
    for (let look = 0; look < 400; look++) {
      const { rows: found } = await observer.query(
        "select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'",
        [pid],
      );
      if (found.length > 0) return;
      await observer.query('select pg_sleep(0.001)');
    }
  }
});
