import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PER_KEY_AND_DAY } from '#activities';
import { testApp, until, type TestApp } from '#testing';

const SHOP = 'https://shop.example';
const KNOWN = 'ann@shop.example';

/** The whole product behind a proxy that says where a request came from. */
let app: TestApp;
let key: string;
let secret: string;
let automation: string;

interface Item {
  type: string;
  anonymous_id: string;
  [field: string]: unknown;
}
interface Sent {
  ip?: string;
  origin?: string;
  with?: string;
  sent_at?: string;
}

const signed = (email: string, by = secret) => createHmac('sha256', by).update(email).digest('hex');
const send = (activities: Item[], { ip = '198.51.100.1', origin = SHOP, with: given = key, sent_at }: Sent = {}) =>
  app.call('POST', `/track?key=${given}`, JSON.stringify({ sent_at, activities: activities.map(withId) }), {
    key: null,
    headers: { 'content-type': 'text/plain;charset=UTF-8', origin, 'x-forwarded-for': ip },
  });
const withId = (item: Item) => ({ id: randomUUID(), ...item });
const rows = <T = any>(text: string, values: unknown[] = []) => app.database.rows<T>(text, values);
const peopleNow = async () =>
  (await rows<{ n: number }>('select count(*)::int as n from public.view_directory_contacts'))[0]!.n;
const ofVisitor = (visitor: string) =>
  rows(
    'select type, contact_email, person_id is not null as known from public.crm_activities where anonymous_id = $1 order by occurred_at, type',
    [visitor],
  );
const started = async (type: string) =>
  (
    await rows<{ n: number }>(
      `select count(*)::int as n from cortex.automation_runs r where r.automation_id = $1 and r.context::text like '%' || $2 || '%'`,
      [automation, type],
    )
  )[0]!.n;
const runs = async () =>
  (
    await rows<{ n: number }>('select count(*)::int as n from cortex.automation_runs where automation_id = $1', [
      automation,
    ])
  )[0]!.n;
const matched = () => until(async () => (await rows('select 1 from cortex.activity_inbox limit 1')).length === 0);

async function newKey(more: object = {}): Promise<{ id: string; key: string; signing_secret: string }> {
  const wish = {
    name: 'Shop pages',
    kind: 'write',
    allowed_types: ['page_view', 'checkout.abandoned', 'identified'],
    allowed_origins: [`${SHOP}/`],
    ...more,
  };
  const made = await app.call('POST', '/api-keys', wish);
  expect(made.status).toBe(201);
  return made.body;
}

beforeAll(async () => {
  app = await testApp({ env: { CORTEX_TRUST_PROXY: '1' } });
  ({ key, signing_secret: secret } = await newKey());
  await app.call('POST', '/profiles', { email: KNOWN, consent: 'subscribed' });
  const graph = {
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
      { id: 'end', type: 'exit', config: {} },
    ],
    edges: [{ source: 'start', port: 'next', target: 'end' }],
  };
  const settings = { entry: { limit: 'always' } };
  automation = (await app.call('POST', '/automations', { name: 'Carts', graph, settings })).body.id;
  const published = await app.call('POST', `/automations/${automation}/publish`, {});
  expect([published.status, published.body]).toEqual([200, expect.anything()]);
}, 120_000);
afterAll(() => app?.close());

describe('a write key', () => {
  it('records what it names, from where it names, and says of each item what became of it', async () => {
    const item = withId({ type: 'page_view', anonymous_id: 'v-1', metadata: { path: '/pricing' } });
    const answer = await send([item, { type: 'order.paid', anonymous_id: 'v-1' }, item]);
    expect([answer.status, answer.body]).toMatchObject([
      202,
      {
        ...{ accepted: 1, duplicates: 1, rejected: 1 },
        results: [{ id: item.id, status: 'accepted' }, { error: { pointer: '/type' } }, { status: 'duplicate' }],
      },
    ]);
    expect(answer.headers.get('access-control-allow-origin')).toBe(SHOP);
    expect((await send([item])).body).toMatchObject({ accepted: 0, duplicates: 1 });
    const [stored] = await rows(
      'select metadata, source, contact_email from public.crm_activities where anonymous_id = $1',
      ['v-1'],
    );
    expect(stored).toEqual({ metadata: { path: '/pricing' }, source: 'browser', contact_email: null });
    expect(await ofVisitor('v-1')).toHaveLength(1);
    const preflight = await app.call('OPTIONS', '/track', undefined, { key: null, headers: { origin: SHOP } });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, POST']);
  });

  it('is refused elsewhere, when it is none, and where it names nothing', async () => {
    const item = { type: 'page_view', anonymous_id: 'v-2' };
    for (const origin of ['https://evil.example', 'null', 'http://shop.example', 'https://shop.example.evil.example']) {
      const answer = await send([item], { origin });
      expect([origin, answer.status, answer.body.code]).toEqual([origin, 403, 'origin_not_allowed']);
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
    expect((await send([item], { with: 'cx_write_nothing' })).status).toBe(401);
    expect((await send([item], { with: app.adminKey })).status).toBe(401);
    const bare = await newKey({ allowed_types: undefined, allowed_origins: undefined });
    expect((await send([item], { with: bare.key })).status).toBe(403);
    expect(await ofVisitor('v-2')).toEqual([]);
  });

  it('reads nothing and changes nobody', async () => {
    for (const path of ['/activities', '/contacts', '/settings', '/api-keys'])
      expect((await app.call('GET', path, undefined, { key })).status).toBe(403);
    for (const [method, path, body] of [
      ['POST', '/activities', { contact_email: KNOWN, type: 'page_view' }],
      ['POST', '/profiles', { email: KNOWN, tags: ['vip'] }],
      ['POST', '/purchase-leads', { email: 'new@shop.example' }],
    ] as const)
      expect((await app.call(method, path, body, { key })).status).toBe(403);
    for (const more of [{ consent: 'subscribed' }, { tags: ['vip'] }, { history: true }, { source: 'shop' }])
      expect((await send([{ type: 'page_view', anonymous_id: 'v-3', ...more }])).status).toBe(400);
  });

  it('keeps its signing secret encrypted', async () => {
    const kept = JSON.stringify(await rows('select * from cortex.api_keys'));
    expect([kept.includes(secret), kept.includes(key)]).toEqual([false, false]);
    expect(JSON.stringify((await app.call('GET', '/api-keys')).body)).not.toContain('signing_secret');
  });

  it('bounds a visitor by the minute and a key by the day, and says so', async () => {
    const other = await newKey({ name: 'Flooded' });
    const batch = Array.from({ length: 50 }, () => ({ type: 'page_view', anonymous_id: 'v-4' }));
    const flood = { with: other.key, ip: '203.0.113.9' };
    const answers = [];
    for (let n = 0; n < 13; n += 1) answers.push(await send(batch, flood));
    expect(answers.map(({ status }) => status)).toEqual([...Array(12).fill(202), 429]);
    expect(Number(answers.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await send(batch, { ...flood, ip: '203.0.113.10' })).status).toBe(202);
    expect((await send(batch, { ip: '203.0.113.9' })).status).toBe(202);
    await app.database.run('update cortex.write_key_days set taken = $2 where key_id = $1', [
      other.id,
      PER_KEY_AND_DAY,
    ]);
    await app.clock.advance({ seconds: 120 });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await send(batch, flood)).status);
    expect(statuses).toContain(429);
    const { items } = (await app.call('GET', '/attention')).body;
    expect(items).toContainEqual(
      expect.objectContaining({ kind: 'write_key_full', title: expect.stringContaining('Flooded') }),
    );
  });
});

describe('a visitor', () => {
  it('makes nobody, mails nobody and starts nothing, 10,000 times', async () => {
    const before = [await peopleNow(), await runs(), (await rows('select 1 from cortex.messages')).length];
    for (let n = 0; n < 200; n += 1) {
      const batch = Array.from({ length: 50 }, (_, at) => ({
        type: 'checkout.abandoned',
        anonymous_id: `flood-${n}-${at}`,
        contact_email: `stranger-${n}-${at}@strangers.example`,
        ...(at % 2 ? { signature: signed(`stranger-${n}-${at}@strangers.example`, 'a guess') } : {}),
      }));
      expect((await send(batch, { ip: `198.51.100.${10 + (n % 40)}` })).body).toMatchObject({ accepted: 50 });
    }
    await matched();
    expect([await peopleNow(), await runs(), (await rows('select 1 from cortex.messages')).length]).toEqual(before);
    const [kept] = await rows(
      "select count(*)::int as n, count(contact_email)::int as claimed from public.crm_activities where anonymous_id like 'flood-%'",
    );
    expect(kept).toEqual({ n: 10_000, claimed: 0 });
  });

  it('is answered alike whether or not an address is known, and is nobody by a claim', async () => {
    const claims = [KNOWN, 'nobody@shop.example'].flatMap((contact_email) =>
      [undefined, signed(contact_email, 'forged'), 'x', signed('other@shop.example')].map((signature) => ({
        contact_email,
        signature,
      })),
    );
    const answers = [];
    for (const claim of claims) {
      const answer = await send([{ id: randomUUID(), type: 'checkout.abandoned', anonymous_id: 'claims', ...claim }]);
      answers.push([answer.status, { ...answer.body, results: answer.body.results.map((one: any) => one.status) }]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await ofVisitor('claims')).filter(({ known, contact_email }: any) => known || contact_email)).toEqual([]);
    const proven = await send([
      { type: 'page_view', anonymous_id: 'p-1', contact_email: KNOWN, signature: signed(KNOWN) },
    ]);
    const unknown = { contact_email: 'nobody@shop.example', signature: signed('nobody@shop.example') };
    const stranger = await send([{ type: 'page_view', anonymous_id: 'p-2', ...unknown }]);
    expect([proven.status, proven.body.accepted]).toEqual([stranger.status, stranger.body.accepted]);
    expect(await ofVisitor('p-2')).toEqual([{ type: 'page_view', contact_email: null, known: false }]);
    expect((await app.call('GET', '/contacts?q=nobody@shop.example')).body.items).toEqual([]);
  });

  it('becomes a person by proof: what they did before is theirs, in order, and starts what is not too late', async () => {
    const now = app.clock.now().getTime();
    const ago = (hours: number) => new Date(now - hours * 3600_000).toISOString();
    await send([
      { type: 'checkout.abandoned', anonymous_id: 'v-5', occurred_at: ago(30), metadata: { cart: 'old-cart' } },
      { type: 'page_view', anonymous_id: 'v-5', occurred_at: ago(2) },
      { type: 'checkout.abandoned', anonymous_id: 'v-5', occurred_at: ago(1), metadata: { cart: 'new-cart' } },
    ]);
    await matched();
    expect(await runs()).toBe(0);
    const proof = { contact_email: KNOWN, signature: signed(KNOWN) };
    await send([{ type: 'identified', anonymous_id: 'v-5', ...proof }]);
    await matched();
    expect((await ofVisitor('v-5')).map(({ type, contact_email }: any) => [type, contact_email])).toEqual([
      ['checkout.abandoned', KNOWN],
      ['page_view', KNOWN],
      ['checkout.abandoned', KNOWN],
      ['identified', KNOWN],
    ]);
    expect(await runs()).toBe(1);
    // Another tab was offline; what it sends is older than the proof. What is proven again joins nothing a second time.
    await send([{ type: 'page_view', anonymous_id: 'v-5', occurred_at: ago(0.5), metadata: { late: true } }]);
    await send([{ type: 'identified', anonymous_id: 'v-5', ...proof }]);
    await matched();
    expect([await runs(), await started('old-cart')]).toEqual([1, 0]);
    expect((await ofVisitor('v-5')).filter(({ known }: any) => !known)).toEqual([]);
  });

  it('is one person’s for ever: another proof and what comes after it change nothing', async () => {
    const bob = 'bob@shop.example';
    await app.call('POST', '/profiles', { email: bob });
    await app.clock.advance({ seconds: 1 });
    await send([{ type: 'page_view', anonymous_id: 'v-6' }]);
    const prove = (email: string) =>
      send([{ type: 'identified', anonymous_id: 'v-6', contact_email: email, signature: signed(email) }]);
    // Ten tabs at once, of two people.
    await Promise.all(Array.from({ length: 10 }, (_, n) => prove(n % 2 ? bob : KNOWN)));
    const [first] = await rows(
      "select contact_email from public.crm_activities where anonymous_id = 'v-6' and type = 'page_view'",
    );
    expect([bob, KNOWN]).toContain(first.contact_email);
    await app.clock.advance({ seconds: 1 });
    await send([{ type: 'page_view', anonymous_id: 'v-6', metadata: { after: true } }]);
    await prove(bob);
    await prove(KNOWN);
    const after = await rows(
      "select contact_email from public.crm_activities where anonymous_id = 'v-6' and type = 'page_view' order by occurred_at",
    );
    expect(after).toEqual([first, { contact_email: null }]);
  });

  it('is forgotten with the person', async () => {
    const email = 'gone@shop.example';
    await app.call('POST', '/profiles', { email, created_at: '2026-01-01T00:00:00Z' });
    const proof = { contact_email: email, signature: signed(email) };
    await send([{ type: 'identified', anonymous_id: 'v-8', metadata: { plan: 'pro' }, ...proof }]);
    await send([{ type: 'page_view', anonymous_id: 'v-8', metadata: { later: true } }]);
    const [person] = (await app.call('GET', `/contacts?q=${email}`)).body.items;
    const erased = await app.call('POST', `/contacts/${person.id}/erase`, { reason: 'They asked', confirm: email });
    expect([erased.status, erased.body.state]).toEqual([200, 'done']);
    expect(await rows("select 1 from cortex.visitors where anonymous_id = 'v-8'")).toEqual([]);
    expect(await ofVisitor('v-8')).toEqual([]);
    // Their browser goes on, and is nobody.
    await send([{ type: 'page_view', anonymous_id: 'v-8', ...proof }]);
    expect(await ofVisitor('v-8')).toEqual([{ type: 'page_view', contact_email: null, known: false }]);
  });

  it('has a clock that is corrected, and believed within a week', async () => {
    const now = app.clock.now().getTime();
    const at = (ms: number) => new Date(now + ms).toISOString();
    const day = 24 * 3600_000;
    await send([
      { type: 'page_view', anonymous_id: 'clock', occurred_at: at(-30 * day), metadata: { n: 1 } },
      { type: 'page_view', anonymous_id: 'clock', occurred_at: at(300 * day), metadata: { n: 3 } },
    ]);
    const wrong = { sent_at: at(-100 * day) };
    await send([{ type: 'page_view', anonymous_id: 'clock', occurred_at: at(-101 * day), metadata: { n: 2 } }], wrong);
    const found = await rows(
      "select metadata ->> 'n' as n, extract(epoch from occurred_at)::float8 * 1000 as at from public.crm_activities where anonymous_id = 'clock' order by occurred_at",
    );
    const days = found.map((row: any) => [row.n, Math.round((row.at - now) / day)]);
    expect(days).toEqual([
      ['1', -7],
      ['2', -1],
      ['3', 0],
    ]);
  });

  it('cannot take the place of what the shop’s server records', async () => {
    const guessed = randomUUID();
    await send([{ id: guessed, type: 'page_view', anonymous_id: 'v-7' }]);
    const answer = await app.call('POST', '/activities', { id: guessed, contact_email: KNOWN, type: 'order.paid' });
    expect(answer.body).toMatchObject({ accepted: 1, duplicates: 0 });
  });
});
