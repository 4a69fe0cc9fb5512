import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ContactSort } from '#contracts';
import { systemActor } from '#platform';
import { eachPersonal } from '#rules';
import { testDatabase, type TestDatabase } from '#testing';
import { pino } from 'pino';
import { addressOf } from '../identity/address.js';
import { setConsent } from '../consent/consent.js';
import { Contacts } from './contacts.js';
import { DirectoryRepair } from '../sync/directory-repair.js';
import { findOrCreatePeople } from '../identity/people.js';

const anna = { kind: 'staff', id: 's1', label: 'anna@shop.example', role: 'support' } as const;

describe('contacts', () => {
  let db: TestDatabase;
  let contacts: Contacts;
  let repair: DirectoryRepair;
  const sql = (text: string, values: unknown[] = []) => db.database.rows(text, values);

  beforeAll(async () => {
    db = await testDatabase();
    contacts = new Contacts(db.database);
    repair = new DirectoryRepair(db.database, pino({ level: 'silent' }));
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.clock.reset();
    await sql('truncate purchase_leads, unified_profiles, transactions, enrollments, crm_activities');
    await sql(`truncate cortex.people, cortex.former_ids, cortex.person_links, cortex.pending, cortex.suppressions,
      cortex.activity_inbox, cortex.known_names`);
    await sql('update cortex.settings set mail_unanswered = false');
  });

  const lead = async (email: string, first: string | null = null, last: string | null = null) =>
    (
      await sql('insert into purchase_leads (email, first_name, last_name) values ($1, $2, $3) returning id', [
        email,
        first,
        last,
      ])
    )[0]!.id as string;
  const profile = async (email: string, first: string | null = null) =>
    (await sql('insert into unified_profiles (email, first_name) values ($1, $2) returning id', [email, first]))[0]!
      .id as string;
  const person = async () => (await sql('select * from cortex.people'))[0]!;
  const search = (q: string) =>
    contacts.list({ q, sort: 'email', limit: 50 }).then((page) => page.items.map((item) => item.email));

  it('answers in the shape of the contract', async () => {
    const id = await profile('Ann@Example.com', 'Ann');
    await sql(
      "insert into transactions (profile_id, amount_minor, refunded_minor, currency) values ($1, 4900, 950, 'EUR')",
      [id],
    );
    expect(await contacts.get(id)).toEqual({
      id,
      email: 'Ann@Example.com',
      type: 'customer',
      ...eachPersonal(() => null),
      first_name: 'Ann',
      tags: [],
      attributes: {},
      lifetime_value: 39.5,
      currency: 'EUR',
      other_currencies: [],
      last_activity: null,
      created_at: expect.any(String),
      consent: { status: 'unknown', source: null, at: null, text: null },
      can_be_emailed: false,
      email_status: 'no_consent',
      email_reason: expect.stringContaining('Never answered'),
    });
  });

  it('is found by every id the person ever had', async () => {
    const first = await lead('ann@example.com');
    const second = await lead('ANN@example.com');
    const { person_id } = await person();
    const id = await profile('ann@example.com');
    await sql('delete from purchase_leads where id = $1', [second]);
    for (const known of [first, second, id, person_id as string]) {
      expect((await contacts.get(known)).id).toBe(id);
    }
    await expect(contacts.get('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('searches names and addresses by part, case, accent form and nearly', async () => {
    await lead('ann@example.com', 'Ann', 'Müller');
    await lead('bob_x@example.com', 'Bob', 'Katharina');
    await lead('bobyx@example.com', 'Ro%b', 'Other');
    expect(await search('MÜLL')).toEqual(['ann@example.com']);
    expect(await search('mü'.normalize('NFD'))).toEqual(['ann@example.com']);
    expect(await search('bob_')).toEqual(['bob_x@example.com']);
    expect(await search('o%b')).toEqual(['bobyx@example.com']);
    expect(await search('an')).toEqual(['ann@example.com']);
    expect(await search('katarina')).toEqual(['bob_x@example.com']);
    expect(await search('zz')).toEqual([]);
  });

  it('finds the middle of an address across its words, however short they are', async () => {
    await lead('anna.mueller.17@mail4.example');
    await lead('hanna.mueller.18@mail4.example');
    await lead('anna_mueller@mail4.example');
    expect(await search('na.mueller.1')).toEqual(['anna.mueller.17@mail4.example', 'hanna.mueller.18@mail4.example']);
    expect(await search('ueller@mail4')).toEqual(['anna_mueller@mail4.example']);
    expect(await search('r.18@m')).toEqual(['hanna.mueller.18@mail4.example']);
    expect(await search('a_mueller')).toEqual(['anna_mueller@mail4.example']);
    expect(await search('a.muel%')).toEqual([]);
  });

  it('finds the last name before the first, also with a comma and only the beginning of the first', async () => {
    await lead('ann@example.com', 'Anna Maria', 'van der Berg');
    await lead('bob@example.com', 'Bob', 'Berg');
    for (const q of [
      'van der Berg, Anna',
      'VAN DER BERG an',
      'anna maria van',
      'Van der Berg Anna Maria'.slice(0, 17),
    ]) {
      expect(await search(q)).toEqual(['ann@example.com']);
    }
    expect(await search('Berg Bo')).toEqual(['bob@example.com']);
  });

  it('finds names with one slip, without accents, and both of two names at once', async () => {
    await lead('ann@example.com', 'Zoë', 'Schneider');
    await lead('bob@example.com', 'Bob', 'Christophersen');
    await lead('kim@example.com', 'Kim', 'Müßig');
    const slips = {
      Schenider: 'ann@example.com', // changed places
      Shneider: 'ann@example.com', // missing
      Schnneider: 'ann@example.com', // too many
      Schneidar: 'ann@example.com', // wrong
      zoe: 'ann@example.com',
      'Zoe Schenider': 'ann@example.com',
      'schniider, zoé': 'ann@example.com',
      Mussig: 'kim@example.com',
      Mussigg: 'kim@example.com',
      Kristophersen: 'bob@example.com', // two slips of a long name
    };
    for (const [q, address] of Object.entries(slips)) expect([q, await search(q)]).toEqual([q, [address]]);
    expect(await search('Schubert')).toEqual([]);
  });

  it('pages through people of a name with a slip', async () => {
    await sql(`insert into purchase_leads (email, first_name, last_name)
      select 'p' || g || '@example.com', 'Ann', (array['Meyer', 'Mayer'])[1 + g % 2] from generate_series(1, 9) g`);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await contacts.list({ q: 'Meiyer', sort: 'name', limit: 2, cursor });
      seen.push(...page.items.flatMap((item) => item.email ?? []));
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    // “Mayer” is two slips away.
    expect(seen.toSorted()).toEqual(['p2@example.com', 'p4@example.com', 'p6@example.com', 'p8@example.com']);
  });

  it('knows each name once, and forgets at night what nobody is called any more', async () => {
    await lead('ann@example.com', 'Ann', 'Ångström');
    await lead('bob@example.com', 'ANN', 'Lee');
    const known = () => sql('select kind, name from cortex.known_names order by kind, name');
    expect(await known()).toEqual([
      { kind: 'first', name: 'ann' },
      { kind: 'last', name: 'lee' },
      { kind: 'last', name: 'ångström' },
    ]);
    await sql("delete from purchase_leads where email = 'ann@example.com'");
    await sql('delete from cortex.known_names where name = $1', ['ann']);
    await repair.compare();
    expect(await known()).toEqual([
      { kind: 'first', name: 'ann' },
      { kind: 'last', name: 'lee' },
    ]);
  });

  it.each<ContactSort>(['-created_at', 'created_at', 'email', '-email', 'name', '-last_activity', '-lifetime_value'])(
    'pages through everyone once, sorted by %s',
    async (sort) => {
      await sql(`insert into purchase_leads (email, first_name, created_at)
        select 'p' || g || '@example.com', 'N' || g % 3, timestamptz '2026-01-01' + (g % 4) * interval '1 microsecond'
        from generate_series(1, 25) g`);
      await sql("update cortex.people set last_activity = now() where address like 'p1%'");
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await contacts.list({ sort, limit: 7, cursor });
        seen.push(...page.items.map((item) => item.id));
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      expect(seen).toHaveLength(25);
      expect(new Set(seen).size).toBe(25);
    },
  );

  it('narrows by type and by a condition handed in', async () => {
    await lead('ann@example.com', 'Ann');
    await profile('bob@example.com', 'Bob');
    expect(
      (await contacts.list({ type: 'lead', sort: 'email', limit: 5 })).items.map((item) => item.first_name),
    ).toEqual(['Ann']);
    const rulesSql = { text: 'p.first_name = $1::text', values: ['Bob'] };
    expect(
      (await contacts.list({ rulesSql, q: 'example', sort: 'email', limit: 5 })).items.map((item) => item.email),
    ).toEqual(['bob@example.com']);
  });

  it('changes a lead where it lives, and a customer where they live', async () => {
    const id = await lead('ann@example.com', 'Ann');
    await sql(`update purchase_leads set attributes = '{"a": 1, "b": 2}'`);
    const changed = await contacts.edit(
      id,
      {
        first_name: null,
        last_name: 'Lee',
        tags: ['vip', 'lead'],
        attributes: { a: null, c: { d: true } },
        consent: 'subscribed',
      },
      anna,
    );
    expect(changed).toMatchObject({
      first_name: null,
      last_name: 'Lee',
      tags: ['vip', 'lead'],
      attributes: { b: 2, c: { d: true } },
      consent: { status: 'subscribed', source: 'anna@shop.example' },
      can_be_emailed: true,
      email_status: 'subscribed',
    });
    const { items } = await contacts.activities(id, { limit: 50 });
    expect(items.map((item) => item.sentence)).toEqual(
      expect.arrayContaining([
        'Tagged vip; first name, last name and details (a, c) changed by anna@shop.example',
        'Consent is now “subscribed”',
        'Started a checkout',
      ]),
    );
    const customer = await profile('ann@example.com');
    expect(await contacts.edit(customer, { first_name: 'Anna' }, anna)).toMatchObject({
      type: 'customer',
      first_name: 'Anna',
    });
    expect(await sql('select first_name from unified_profiles')).toEqual([{ first_name: 'Anna' }]);
  });

  it('says why somebody may not be mailed; suppression outlives consent', async () => {
    const id = await lead('ann@example.com');
    const { person_id } = await person();
    await sql('update cortex.settings set mail_unanswered = true');
    expect(await contacts.get(id)).toMatchObject({ can_be_emailed: true, email_status: 'not_asked' });
    await sql(
      "insert into cortex.suppressions (address, stream, reason, origin) values ('ann@example.com', 'broadcast', 'hard_bounce', 'test')",
    );
    await sql('update cortex.people set suppressed_broadcast = true');
    await db.database.tx((tx) => setConsent(tx, person_id as string, 'subscribed', 'person'));
    expect(await contacts.get(id)).toMatchObject({ can_be_emailed: false, email_status: 'bounced' });
  });

  it('finds or makes people by address, suppressed when their address is', async () => {
    await lead(' Ann@example.com', 'Ann');
    await sql(
      "insert into cortex.suppressions (address, stream, reason, origin) values ('new@example.com', 'broadcast', 'manual', 'test')",
    );
    const addresses = ['ann@example.com', 'new@example.com', 'new@example.com'];
    const people = await db.database.tx((tx) => findOrCreatePeople(tx, addresses));
    expect(people.get('ann@example.com')).toMatchObject({ type: 'lead', first_name: 'Ann' });
    expect(people.get('new@example.com')).toMatchObject({ type: null, id: null, suppressed_broadcast: true });
    const again = await db.database.tx((tx) => findOrCreatePeople(tx, addresses));
    expect(again.get('new@example.com')!.person_id).toBe(people.get('new@example.com')!.person_id);
    expect((await contacts.list({ sort: 'email', limit: 5 })).items).toHaveLength(1);
  });

  it('many callers at once make one person per address', async () => {
    const addresses = Array.from({ length: 20 }, (_, at) => `p${at}@example.com`);
    const made = await Promise.all(
      Array.from({ length: 5 }, (_, at) =>
        db.database.tx((tx) => findOrCreatePeople(tx, at % 2 ? addresses : addresses.toReversed())),
      ),
    );
    for (const people of made) expect(people.get('p7@example.com')).toEqual(made[0]!.get('p7@example.com'));
  });

  it('normalises addresses as the database does', async () => {
    for (const email of [' A@X.de ', 'É@x'.normalize('NFD'), 'ΟΔΟΣ@x.gr', 'İ@x', '\ta@x', ' a@x', 'a'.repeat(801)]) {
      const [row] = await sql('select cortex.address($1::citext) as address', [email]);
      expect(addressOf(email) ?? null).toBe(row!.address);
    }
  });

  it('the nightly comparison repairs who differs and tells of profiles that share an address', async () => {
    await profile('ann@example.com');
    await profile(' ANN@example.com');
    await sql("update cortex.people set first_name = 'wrong'");
    expect(await repair.compare()).toEqual({ people: 1, activities: 0 });
    expect((await person()).first_name).toBeNull();
    const open = "select facts from cortex.attention where key = 'directory.twins' and closed_at is null";
    expect(await sql(open)).toHaveLength(1);
    await sql("delete from unified_profiles where email <> 'ann@example.com'");
    await repair.compare();
    expect(await sql(open)).toEqual([]);
  });

  it('writes in the name of whoever asked', async () => {
    const id = await profile('ann@example.com');
    await contacts.edit(id, { country: 'FR' }, systemActor('import'));
    expect(await sql('select metadata from crm_activities')).toEqual([
      { metadata: { by: 'import', changes: { country: { old: null, new: 'FR' } } } },
    ]);
  });
});
