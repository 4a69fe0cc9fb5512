import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Contacts } from '#directory';
import { createLog, systemActor } from '#platform';
import { rulesSchema } from '#rules';
import { BulkChanges, ListMembers, MemberFiles, Membership, RuleQuestions, SmartLists } from '#smart-lists';
import { mail, Shop, wait } from './peers.fixture.js';
import { drawing, on } from './steps.fixture.js';

const actor = systemActor('test');
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });
const always = { entry: { limit: 'always' as const } };

describe('entering again, pausing, limits, odd characters and dates, as people complained about it elsewhere', () => {
  let shop: Shop;
  let contacts: Contacts;
  let serial = 0;
  beforeAll(async () => {
    shop = await Shop.make('more');
    contacts = new Contacts(shop.db.database);
  });
  afterAll(() => shop.close());
  beforeEach(() => {
    serial += 1;
  });

  const someone = async (): Promise<string> => {
    const [email] = await shop.crowd(1, `more${serial}x`);
    return email!;
  };
  const found = async (...conditions: object[]): Promise<string[]> => {
    const questions = new RuleQuestions(shop.db.database, contacts);
    const { items } = await questions.search(rulesSchema.parse(all(...conditions)), { sort: 'email', limit: 200 });
    return items.map(({ email }) => email!);
  };
  const searched = async (q: string): Promise<string[]> =>
    (await contacts.list({ q, sort: 'email', limit: 50 })).items.map(({ email }) => email!);
  const set = (email: string, column: string, value: unknown) =>
    shop.db.database.run(`update public.purchase_leads set ${column} = $2 where email = $1`, [email, value]);

  it('mautic#6699: an address with & in it is found by the part behind the &', async () => {
    const where = all({ field: 'metadata.url', operator: 'contains', value: 'utm_source=toto&u' });
    const automation = await shop.line.live(drawing([on('page.with.and', { where }), mail('and')]));
    const email = await someone();
    await shop.post(email, 'page.with.and', { url: 'https://www.example.com/?utm_source=toto&utm_medium=tutu' });
    await shop.post(email, 'page.with.and', { url: 'https://www.example.com/?utm_source=toto&amp;utm_medium=tutu' });
    expect(await shop.people.runs(automation, email)).toHaveLength(1);
    const counted = { field: 'activity', activity_type: 'page.with.and', operator: 'count_eq', value: 1, where };
    expect(await found(counted)).toEqual([email]);
  });

  it('mautic#4235, mautic#5516: “Bed & Breakfast” is one of several values, as it was written', async () => {
    const email = await someone();
    await set(email, 'attributes', { stay: 'Bed & Breakfast' });
    expect(await found({ field: 'attributes.stay', operator: 'in', value: ['Hotel', 'Bed & Breakfast'] })).toEqual([
      email,
    ]);
    expect(await found({ field: 'attributes.stay', operator: 'in', value: ['Bed &amp; Breakfast'] })).toEqual([]);
  });

  it('mautic#7325, mautic#7715: who has no tag is found, however they came', async () => {
    const { database } = shop.db;
    const [none, left, tagged] = [0, 1, 2].map((n) => `tagless${n}@example.com`);
    await database.run('insert into public.unified_profiles (email) values ($1)', [none]);
    await database.run(`insert into public.unified_profiles (email, tags) values ($1, '{once}'), ($2, '{still}')`, [
      left,
      tagged,
    ]);
    await database.run(`update public.unified_profiles set tags = '{}' where email = $1`, [left]);
    expect(
      await found(
        { field: 'tags', operator: 'is_empty' },
        { field: 'email', operator: 'starts_with', value: 'tagless' },
      ),
    ).toEqual([none, left]);
  });

  it('Ghost#12164: a tag with commas is one tag', async () => {
    const email = await someone();
    await contacts.edit(
      (await contacts.list({ q: email, sort: 'email', limit: 1 })).items[0]!.id,
      { tags: ['very,cool,label'] },
      actor,
    );
    expect(await found({ field: 'tags', operator: 'contains', value: 'very,cool,label' })).toEqual([email]);
    expect(await found({ field: 'tags', operator: 'has_any', value: ['very', 'cool', 'label'] })).toEqual([]);
  });

  it('mautic#9797: who enters again while inside goes twice, each time for itself, and nobody stalls', async () => {
    const automation = await shop.line.live(
      drawing([
        on('again.inside'),
        mail('one'),
        wait('day', 1, 'days'),
        mail('two'),
        wait('more', 1, 'days'),
        mail('three'),
      ]),
      always,
    );
    const email = await someone();
    await shop.post(email, 'again.inside');
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    await shop.post(email, 'again.inside');
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    const runs = await shop.people.runs(automation, email);
    expect(runs.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(shop.inboxOf(email).sort()).toEqual(
      ['one', 'one', 'three', 'three', 'two', 'two'].map((id) => `Mail ${id}`),
    );
  });

  it('mautic#7338, mautic#16075, mautic#7881: back on a list, one enters again where each time is wanted, and not where once is', async () => {
    const { database } = shop.db;
    const members = new ListMembers(database);
    const bulk = new BulkChanges(database, members, new RuleQuestions(database, contacts));
    const keeper = new Membership(database, new MemberFiles(database, members, bulk), createLog('silent', 'test'));
    const settle = async () => {
      for (let round = 0; round < 3; round += 1) {
        await keeper.once();
        await keeper.sweep();
        await shop.settle();
      }
    };
    const list = await new SmartLists(database, contacts).create(actor, {
      name: 'Back again',
      kind: 'rules',
      rules: rulesSchema.parse(all({ field: 'tags', operator: 'contains', value: 'in' })),
    });
    const steps = drawing([['start', 'smart_list_entered', { smart_list_id: list.id }], mail('in')]);
    const [each, once] = [await shop.line.live(steps, always), await shop.line.live(steps)];
    const email = await someone();
    await settle();
    for (const tags of [['in'], [], ['in']]) {
      await set(email, 'tags', tags);
      await settle();
      await shop.db.clock.advance({ minutes: 1 });
    }
    expect(await shop.people.runs(each, email)).toHaveLength(2);
    expect(await shop.people.runs(once, email)).toHaveLength(1);
  });

  it('mautic#3340, mautic#7508: after three weeks of pause one mail is due, not three at once, and it goes on from there', async () => {
    const automation = await shop.line.live(
      drawing([
        on('weekly.start'),
        mail('w1'),
        wait('a', 7, 'days'),
        mail('w2'),
        wait('b', 7, 'days'),
        mail('w3'),
        wait('c', 7, 'days'),
        mail('w4'),
      ]),
    );
    const email = await someone();
    await shop.post(email, 'weekly.start');
    await shop.line.lifecycle.pause(actor, automation);
    await shop.db.clock.advance({ days: 22 });
    await shop.settle();
    expect(shop.inboxOf(email)).toEqual(['Mail w1']);
    await shop.line.lifecycle.resume(actor, automation);
    await shop.settle();
    expect(shop.inboxOf(email)).toEqual(['Mail w1', 'Mail w2']);
    await shop.db.clock.advance({ days: 6 });
    await shop.settle();
    expect(shop.inboxOf(email)).toHaveLength(2);
    await shop.db.clock.advance({ days: 1 });
    await shop.settle();
    expect(shop.inboxOf(email)).toEqual(['Mail w1', 'Mail w2', 'Mail w3']);
  });

  it('mautic#6729, mautic#6896: the workspace’s limit holds for automations too, and system mail neither counts nor waits', async () => {
    const { database } = shop.db;
    const automation = await shop.line.live(
      drawing([on('capped.start'), mail('t1', 'transactional'), mail('m1'), mail('m2'), mail('t2', 'transactional')]),
    );
    const email = await someone();
    await database.run(`update cortex.settings set frequency_cap = '{"count": 1, "per": {"n": 7, "unit": "days"}}'`);
    try {
      await shop.post(email, 'capped.start');
      expect(await shop.mails(automation, email)).toMatchObject([
        { node_id: 't1', state: 'sent' },
        { node_id: 'm1', state: 'sent' },
        { node_id: 'm2', state: 'skipped', reason: 'capped' },
        { node_id: 't2', state: 'sent' },
      ]);
    } finally {
      await database.run('update cortex.settings set frequency_cap = null');
    }
  });

  it('mautic#17319, mautic#9040: just after local midnight a birthday is that of the local day, not of the day before or after', async () => {
    const { database, clock } = shop.db;
    const [yesterday, today, tomorrow] = await shop.crowd(3, 'born');
    for (const [email, born] of [
      [yesterday, '1990-06-09'],
      [today, '1990-06-10'],
      [tomorrow, '1990-06-11'],
    ] as const)
      await set(email!, 'attributes', { born });
    await database.run(`update cortex.settings set timezone = 'Europe/Berlin'`);
    try {
      // Half past midnight of the tenth in Berlin, still the ninth in UTC.
      await clock.set('2026-06-09T22:30:00Z');
      const birthday = { field: 'attributes.born', operator: 'anniversary_in', value: { n: 0, unit: 'days' } };
      expect(await found(birthday)).toEqual([today]);
      await clock.set('2026-06-10T21:59:00Z');
      expect(await found(birthday)).toEqual([today]);
    } finally {
      await database.run(`update cortex.settings set timezone = 'UTC'`);
    }
  });

  it('listmonk#3167, listmonk#1464: a whole address is found with its + and in any case, also by its beginning', async () => {
    await shop.db.database.run(
      `insert into public.purchase_leads (email) values ('plus.user+subaddr@example.net'), ('plus.user1subaddr@example.net')`,
    );
    expect(await searched('plus.user+subaddr@example.net')).toEqual(['plus.user+subaddr@example.net']);
    expect(await searched('PLUS.user+Sub')).toEqual(['plus.user+subaddr@example.net']);
    expect(await searched('user+subaddr')).toEqual(['plus.user+subaddr@example.net']);
  });

  it('twenty#14732, server#29242: Röder is found by Röder, by its letters in two parts, and by Roder', async () => {
    const email = 'umlaut@example.com';
    await shop.db.database.run(
      `insert into public.purchase_leads (email, first_name, last_name) values ($1, 'Jürgen', 'Röder')`,
      [email],
    );
    for (const q of ['Röder', 'RÖDER', 'Ro\u0308der', 'Jürgen Röder', 'Roder', 'jurgen'])
      expect([q, await searched(q)]).toEqual([q, [email]]);
  });

  it('mailtrain#631: one address in two spellings is one person and gets one mail', async () => {
    const { database } = shop.db;
    await database.run(
      `insert into public.purchase_leads (email) values ('Twice.Spelled@Example.com'), ('twice.spelled@example.com')`,
    );
    await database.run(
      `update cortex.people set consent_status = 'subscribed' where address = 'twice.spelled@example.com'`,
    );
    await shop.line.live(drawing([on('spelled.start'), mail('spelled')]));
    await shop.post('twice.spelled@example.com', 'spelled.start');
    expect(await searched('twice.spelled')).toHaveLength(1);
    const got = shop.fake.accepted.filter(({ to }) => to.toLowerCase() === 'twice.spelled@example.com');
    expect(got.map(({ subject }) => subject)).toEqual(['Mail spelled']);
  });
});
