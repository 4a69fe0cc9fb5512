import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
}, 120_000);
afterAll(() => api?.close());

interface Posted {
  accepted: number;
  duplicates: number;
  rejected: number;
  results: { id: string; status: string; error?: { pointer: string; message: string } }[];
}
const post = (body: unknown) => api.call<Posted>('POST', '/activities', body);
const one = (fields = {}) => ({ contact_email: 'ann@example.com', type: 'page.viewed', ...fields });
const stored = async (type: string) =>
  Number(
    (await api.db.database.row<{ n: string }>('select count(*) n from crm_activities where type = $1', [type]))!.n,
  );
/** Whether, within two seconds, the ingestion's own connection waits for somebody's lock. */
async function waitsForLock(): Promise<boolean> {
  for (const until = Date.now() + 2000; Date.now() < until; await new Promise((next) => setImmediate(next))) {
    const waiting = await api.db.database.row(
      `select from pg_stat_activity where datname = current_database()
         and application_name = 'cortex ingestion' and wait_event_type = 'Lock'`,
    );
    if (waiting) return true;
  }
  return false;
}
const pointers = (answer: { body: unknown }) =>
  (answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer);

describe('POST /activities', () => {
  it('takes one, an array, and a wrapped array, and answers after they are stored', async () => {
    const first = await post(one({ type: 'shape.one', metadata: { course: 'Photo 101', n: 3 } }));
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ accepted: 1, duplicates: 0, rejected: 0, results: [{ status: 'accepted' }] });
    expect((await post([one({ type: 'shape.many' }), one({ type: 'shape.many' })])).body.accepted).toBe(2);
    expect((await post({ activities: [one({ type: 'shape.many' })] })).body.accepted).toBe(1);
    expect([await stored('shape.one'), await stored('shape.many')]).toEqual([1, 3]);
    const row = await api.db.database.row<Record<string, unknown>>(
      `select a.metadata, a.source, a.contact_email, p.address, (select count(*)::int from cortex.activity_inbox i where i.activity_id = a.id) inbox
       from crm_activities a join cortex.people p using (person_id) where a.id = $1`,
      [first.body.results[0]!.id],
    );
    expect(row).toEqual({
      metadata: { course: 'Photo 101', n: 3 },
      source: 'api',
      contact_email: 'ann@example.com',
      address: 'ann@example.com',
      inbox: 1,
    });
  });

  it('makes a lead of an address nobody knows, once, however many activities come with it', async () => {
    const many = Array.from({ length: 20 }, (_, n) =>
      one({ contact_email: n % 2 ? 'New.Lead@example.com' : ' new.lead@example.com', type: 'lead.seen' }),
    );
    expect((await post(many)).body.accepted).toBe(20);
    await post(one({ contact_email: 'new.lead@example.com', type: 'lead.seen' }));
    const leads = await api.db.database.rows("select source from purchase_leads where email = 'new.lead@example.com'");
    expect(leads).toEqual([{ source: 'activity' }]);
    const people = await api.db.database.rows(
      "select count(distinct person_id)::int people, count(*)::int n, count(person_id)::int known from crm_activities where type = 'lead.seen'",
    );
    expect(people).toEqual([{ people: 1, n: 21, known: 21 }]);
  });

  it('T3: a lead made by history is as old as its oldest activity, and its beginning is history too', async () => {
    const past = { contact_email: 'past@example.com', type: 'page_view', history: true };
    await post([
      { ...past, occurred_at: '2020-05-02T10:00:00Z' },
      { ...past, occurred_at: '2020-05-01T10:00:00Z' },
      { contact_email: 'both@example.com', type: 'page_view', history: true, occurred_at: '2020-05-01T10:00:00Z' },
      { contact_email: 'both@example.com', type: 'page_view' },
      { contact_email: 'late@example.com', type: 'page_view', occurred_at: '2020-05-01T10:00:00Z' },
    ]);
    const created = await api.db.database.rows(
      `select a.contact_email, a.occurred_at = l.created_at as same, l.created_at = '2020-05-01T10:00:00Z' as old,
         a.history, i.history as to_match, p.created_at = l.created_at as known
       from crm_activities a join purchase_leads l on l.email = a.contact_email join cortex.people p on p.id = l.id
       join cortex.activity_inbox i on i.activity_id = a.id
       where a.type = 'lead.created' and l.email in ('past@example.com', 'both@example.com', 'late@example.com')
       order by 1`,
    );
    const old = { same: true, old: true, known: true };
    expect(created).toEqual([
      { contact_email: 'both@example.com', history: false, to_match: false, ...old },
      { contact_email: 'late@example.com', history: false, to_match: false, ...old },
      { contact_email: 'past@example.com', history: true, to_match: true, ...old },
    ]);
    // What is older and comes later makes the lead older; a lead of the shop keeps its own age.
    await api.call('POST', '/purchase-leads', { email: 'shop@example.com', created_at: '2021-01-01T00:00:00Z' });
    await post([
      { ...past, occurred_at: '2019-01-01T00:00:00Z' },
      { ...past, contact_email: 'shop@example.com', occurred_at: '2019-01-01T00:00:00Z' },
    ]);
    expect(
      await api.db.database.rows(
        "select p.created_at from cortex.people p where address in ('past@example.com', 'shop@example.com') order by address",
      ),
    ).toEqual([{ created_at: new Date('2019-01-01T00:00:00Z') }, { created_at: new Date('2021-01-01T00:00:00Z') }]);
  });

  it('keeps an anonymous activity without a person', async () => {
    expect((await post({ anonymous_id: 'visitor-1', type: 'anon.seen' })).body.accepted).toBe(1);
    const row = await api.db.database.row(
      "select person_id, anonymous_id from crm_activities where type = 'anon.seen'",
    );
    expect(row).toEqual({ person_id: null, anonymous_id: 'visitor-1' });
  });

  it('takes a repeat of an id, or of source and external id, as a duplicate that changes nothing', async () => {
    const id = randomUUID();
    expect((await post(one({ id, type: 'dup.id' }))).body.results).toEqual([{ id, status: 'accepted' }]);
    expect((await post(one({ id, type: 'dup.other' }))).body.results).toEqual([{ id, status: 'duplicate' }]);
    const event = one({ source: 'shop', external_id: 'evt_1', type: 'dup.event' });
    const first = await post(event);
    const again = await post(event);
    expect(again.body).toMatchObject({ accepted: 0, duplicates: 1 });
    expect(again.body.results[0]!.id).toBe(first.body.results[0]!.id);
    expect((await post({ ...event, source: 'other' })).body.accepted).toBe(1);
    const inOne = await post([
      one({ id: randomUUID(), external_id: 'x', type: 'dup.batch' }),
      one({ external_id: 'x', type: 'dup.batch' }),
    ]);
    expect(inOne.body).toMatchObject({ accepted: 1, duplicates: 1 });
    expect([
      await stored('dup.id'),
      await stored('dup.other'),
      await stored('dup.event'),
      await stored('dup.batch'),
    ]).toEqual([1, 0, 2, 1]);
  });

  it('puts a batch into the inbox in its order, and takes it apart when some of it comes again with another month', async () => {
    await post(one());
    const occurred_at = new Date(Date.now() - 1000).toISOString();
    const batch = Array.from({ length: 50 }, () => one({ id: randomUUID(), type: 'batch.seen', occurred_at }));
    expect((await post(batch)).body).toMatchObject({ accepted: 50, duplicates: 0 });
    const older = one({ id: randomUUID(), type: 'batch.seen', occurred_at: '2026-01-31T23:59:59Z' });
    const again = await post([...batch, older]);
    expect(again.body).toMatchObject({ accepted: 1, duplicates: 50, rejected: 0 });
    const inbox = await api.db.database.rows<{ activity_id: string }>(
      'select i.activity_id from cortex.activity_inbox i where i.type = $1 order by i.seq',
      ['batch.seen'],
    );
    expect(inbox.map((row) => row.activity_id)).toEqual([...batch, older].map((row) => (row as { id?: string }).id));
    expect(await stored('batch.seen')).toBe(51);
  });

  it('accepts each of many ids once when they arrive at the same moment in different orders', async () => {
    const ids = Array.from({ length: 40 }, () => randomUUID());
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        post((n % 2 ? ids : ids.toReversed()).map((id) => one({ id, type: 'race.id' }))),
      ),
    );
    expect(answers.every((answer) => answer.status === 202)).toBe(true);
    expect(answers.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(40);
    expect(await stored('race.id')).toBe(40);
  });

  it('answers 499 good requests 202 beside one bad one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, n) =>
        post(n === 250 ? { type: 'No Type', contact_email: 'x' } : one({ type: 'beside.bad' })),
      ),
    );
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(499);
    expect(answers[250]!.status).toBe(400);
    expect(await stored('beside.bad')).toBe(499);
  });

  it('stores 499 good items beside one bad item, which is told apart', async () => {
    const items = Array.from({ length: 500 }, (_, n) =>
      one({ type: 'item.bad', ...(n === 7 && { metadata: 'text' }) }),
    );
    const { status, body } = await post(items);
    expect([status, body.accepted, body.rejected]).toEqual([202, 499, 1]);
    expect(body.results[7]).toMatchObject({ status: 'rejected', error: { pointer: '/metadata' } });
    expect(await stored('item.bad')).toBe(499);
  });

  it('keeps a row that the database refuses from harming the others of its commit', async () => {
    await api.db.database.run(`create function refuse_poison() returns trigger language plpgsql as
      $$ begin if new.type = 'poison.pill' then raise exception 'refused' using errcode = '22000'; end if; return new; end $$`);
    await api.db.database.run(
      'create trigger refuse before insert on crm_activities for each row execute function refuse_poison()',
    );
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => post(one({ type: n === 100 ? 'poison.pill' : 'poison.beside' }))),
    );
    await api.db.database.run('drop function refuse_poison cascade');
    expect(answers[100]!.status).toBe(400);
    expect(answers.filter((answer) => answer.status === 202)).toHaveLength(199);
    expect([await stored('poison.pill'), await stored('poison.beside')]).toEqual([0, 199]);
  });

  it.each<[string, object, string]>([
    ['an unknown field', one({ colour: 'red' }), '/colour'],
    ['a wrong type of value', one({ metadata: [] }), '/metadata'],
    ['a malformed activity type', one({ type: 'Page Viewed' }), '/type'],
    ['an invalid address', one({ contact_email: 'not an address' }), '/contact_email'],
    ['nobody', { type: 'page.viewed' }, '/contact_email'],
    ['a date that is none', one({ occurred_at: 'yesterday' }), '/occurred_at'],
    ['an instant in the future', one({ occurred_at: new Date(Date.now() + 600_000).toISOString() }), '/occurred_at'],
  ])('refuses %s, with a pointer', async (_what, body, pointer) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(pointers(answer)).toContain(pointer);
  });

  it('tells a key that another process notes at the same moment as a duplicate', async () => {
    const id = randomUUID();
    let answer: ReturnType<typeof post> | undefined;
    await api.db.database.tx(async (tx) => {
      await tx.run('insert into cortex.activity_keys (key, occurred_at) values ($1, cortex.now())', [id]);
      answer = post([one({ type: 'race.other' }), one({ id, type: 'race.same' })]);
      await expect(waitsForLock()).resolves.toBe(true);
    });
    expect((await answer!).body.results.map(({ status }) => status)).toEqual(['accepted', 'duplicate']);
    expect([await stored('race.other'), await stored('race.same')]).toEqual([1, 0]);
  });

  it('stores what another key sends while a large group of a flood is not yet committed', async () => {
    const made = await api.call('POST', '/api-keys', { name: 'Other', kind: 'server', scopes: ['ingest'] });
    const id = randomUUID();
    let flood: ReturnType<typeof post> | undefined;
    await api.db.database.tx(async (tx) => {
      await tx.run('insert into cortex.activity_keys (key, occurred_at) values ($1, cortex.now())', [id]);
      const large = Array.from({ length: 200 }, () => one({ type: 'flood.large' }));
      flood = post([one({ id, type: 'flood.large' }), ...large]);
      await expect(waitsForLock()).resolves.toBe(true);
      const other = await api.call('POST', '/activities', one({ type: 'flood.other' }), { key: made.body.key });
      expect([other.status, await stored('flood.other'), await stored('flood.large')]).toEqual([202, 1, 0]);
    });
    expect((await flood!).status).toBe(202);
    expect(await stored('flood.large')).toBe(200);
  });

  it('stores known people once when making a lead for another fails', async () => {
    await post(one());
    await api.db.database.run(`create function refuse_lead() returns trigger language plpgsql as $$
      begin if new.email = 'refused@example.com' then raise exception 'no'; end if; return new; end $$`);
    await api.db.database.run(
      'create trigger refuse before insert on purchase_leads for each row execute function refuse_lead()',
    );
    const addresses = ['ann@example.com', 'refused@example.com', 'welcome@example.com'];
    const { body } = await post(addresses.map((contact_email) => one({ contact_email, type: 'apart.seen' })));
    await api.db.database.run('drop function refuse_lead cascade');
    expect(body.results.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted']);
    expect(await stored('apart.seen')).toBe(2);
  });

  it('keeps instants to the microsecond, whatever their offset', async () => {
    const instants = [
      '2026-03-29T02:30:00.123456+02:00',
      '2026-03-29T00:30:00.9999996Z',
      '1969-12-31T23:59:59.000001Z',
      '2026-01-01T00:00:00-05:00',
    ];
    const { body } = await post(instants.map((occurred_at) => one({ occurred_at, type: 'exact.seen' })));
    const rows = await api.db.database.rows<{ same: boolean }>(
      `select a.occurred_at = g.instant::timestamptz as same
       from unnest($1::uuid[], $2::text[]) g(id, instant) join crm_activities a using (id)`,
      [body.results.map(({ id }) => id), instants],
    );
    expect(rows).toEqual(instants.map(() => ({ same: true })));
  });

  it('refuses NUL characters, lone surrogates and numbers beyond a double, by item', async () => {
    const good = '{"contact_email":"ann@example.com","type":"text.good"}';
    const bad = (metadata: string) =>
      `{"contact_email":"ann@example.com","type":"text.bad","metadata":{"a":{"b":${metadata}}}}`;
    for (const metadata of ['"x\\u0000"', '"\\udc00"', '1e999', '12345678901234567890', '{"__proto__":1}']) {
      const alone = await post(bad(metadata));
      expect([metadata, alone.status, pointers(alone)[0]]).toEqual([
        metadata,
        400,
        expect.stringMatching(/^\/metadata\/a\/b/),
      ]);
      const beside = await api.call<Posted>('POST', '/activities', `[${good},${bad(metadata)}]`);
      expect(beside.body).toMatchObject({ accepted: 1, rejected: 1 });
      expect(beside.body.results[1]!.error!.pointer).toMatch(/^\/metadata\/a\/b/);
    }
    expect(await stored('text.bad')).toBe(0);
  });

  it('refuses more than 500, nothing, more than a megabyte, and an all-invalid batch', async () => {
    expect((await post(Array.from({ length: 501 }, () => one()))).status).toBe(400);
    expect((await post([])).status).toBe(400);
    expect((await post({ activities: 'x' })).status).toBe(400);
    expect((await post(one({ metadata: { text: 'x'.repeat(1_100_000) } }))).status).toBe(413);
    const answer = await post([one({ type: '?' }), one({ type: '!' })]);
    expect([answer.status, pointers(answer)]).toEqual([400, ['/0/type', '/1/type']]);
  });

  it('turns an international domain into its ASCII form', async () => {
    await post(one({ contact_email: 'jürgen@bücher.example', type: 'idn.seen' }));
    await post(one({ contact_email: 'anna@bücher.example', type: 'idn.seen' }));
    const rows = await api.db.database.rows<{ contact_email: string }>(
      "select contact_email from crm_activities where type = 'idn.seen'",
    );
    expect(rows.map((row) => row.contact_email)).toEqual(['anna@xn--bcher-kva.example']);
  });

  it('holds the limit of five minutes by the database clock', async () => {
    await api.db.clock.advance({ days: 2 });
    const at = new Date(Date.now() + 2 * 86_400_000 - 60_000).toISOString();
    expect((await post(one({ type: 'clock.moved', occurred_at: at }))).status).toBe(202);
    await api.db.clock.reset();
  });
});

describe('GET /activities', () => {
  it('lists those of one person by page, newest first, and the types seen', async () => {
    const at = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString();
    const email = 'reader@example.com';
    await post(
      [1, 2, 3].map((n) =>
        one({ contact_email: email, type: 'read.me', occurred_at: at(n), metadata: { [`key_${n}`]: n } }),
      ),
    );
    const path = `/activities?contact_email=Reader@example.com&type=read.me&limit=2`;
    const first = await api.call<any>('GET', path);
    expect(first.body.items.map((item: { occurred_at: string }) => item.occurred_at)).toEqual([at(3), at(2)]);
    const second = await api.call<any>('GET', `${path}&cursor=${first.body.next_cursor}`);
    expect(second.body).toMatchObject({ items: [{ occurred_at: at(1), metadata: { key_1: 1 } }], next_cursor: null });
    const { body } = await api.call<any>('GET', '/activities/types');
    expect(body.items.find((item: { type: string }) => item.type === 'read.me')).toEqual({
      type: 'read.me',
      metadata_keys: ['key_1', 'key_2', 'key_3'],
      last_seen: at(3),
      label: 'Read me',
      named: false,
      asks_for_label: true,
    });
  });
});
