import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stripeReport } from '#testing';
import { testApi, type CallOptions, type TestApi } from './api.fixture.js';

const SHOP = 'https://shop.example';
const ANN = 'ann@shop.example';
const SCRIPT = '<script>alert(1)</script>';

let api: TestApi;
let server: { id: string; key: string };
let page: { id: string; key: string };

const listed = async (id: string) =>
  (await api.call('GET', '/sources')).body.items.find((one: { id: string }) => one.id === id);
const rejectsOf = async (id: string, query = '', options: CallOptions = {}) =>
  api.call('GET', `/sources/${id}/rejects${query}`, undefined, options);
const post = (body: unknown, options: CallOptions = {}) =>
  api.call('POST', '/activities', body, { key: server.key, ...options });
const track = (activities: object[], origin = SHOP) =>
  api.call('POST', `/track?key=${page.key}`, { activities }, { anonymous: true, headers: { origin } });
const visit = (more: object = {}) => ({ id: randomUUID(), anonymous_id: 'v1', type: 'page_view', ...more });

beforeAll(async () => {
  api = await testApi({ STRIPE_WEBHOOK_SECRET: 'whsec_of_the_sources' });
  const make = async (wish: object) => (await api.call('POST', '/api-keys', wish)).body;
  server = await make({ name: 'Shop server', kind: 'server', scopes: ['ingest'] });
  page = await make({ name: 'Shop pages', kind: 'write', allowed_types: ['page_view'], allowed_origins: [SHOP] });
});
afterAll(() => api?.close());

describe('a source', () => {
  it('is every key that may record and every webhook that is set up, before anything came', async () => {
    await api.call('POST', '/api-keys', { name: 'Reports', kind: 'server', scopes: ['read'] });
    const { items, next_cursor } = (await api.call('GET', '/sources')).body;
    expect(next_cursor).toBeNull();
    expect(items.map(({ kind, name }: any) => [kind, name])).toEqual([
      ['server', expect.any(String)],
      ['write', 'Shop pages'],
      ['server', 'Shop server'],
      ['webhook', 'stripe'],
    ]);
    expect(items[1]).toMatchObject({ last_activity_at: null, per_minute: 0, rejects: 0 });
    const first = (await api.call('GET', '/sources?limit=1')).body;
    const second = (await api.call('GET', `/sources?limit=1&cursor=${first.next_cursor}`)).body;
    expect([first.items[0].id, second.items[0].id]).toEqual([items[0].id, items[1].id]);
  });

  it('says when it was heard of last, and how much came, repeats not counted', async () => {
    const id = randomUUID();
    for (let n = 0; n < 2; n += 1) await post({ id, contact_email: ANN, type: 'order.placed' });
    await post([
      { contact_email: ANN, type: 'order.placed' },
      { contact_email: ANN, type: 'order.placed' },
    ]);
    await track([visit()]);
    await api.call('POST', '/purchase-leads', { email: 'new@shop.example' }, { key: server.key });
    expect(await listed(server.id)).toMatchObject({
      ended: false,
      last_activity_at: expect.any(String),
      last_reject_at: null,
      per_minute: 0.8,
      day: { accepted: 4, rejected: 0, unused: 0 },
      rejects: 0,
    });
    expect((await listed(server.id)).per_hour.at(-1)).toBe(4);
    expect(await listed(page.id)).toMatchObject({ day: { accepted: 1 } });
    await api.db.clock.advance({ hours: 3 });
    expect(await listed(server.id)).toMatchObject({ per_minute: 0, day: { accepted: 4 } });
    expect((await listed(server.id)).per_hour.at(-4)).toBe(4);
    await api.db.clock.advance({ hours: 22 });
    expect(await listed(server.id)).toMatchObject({ day: { accepted: 0 } });
  });

  it('shows what was refused, why, and the body as text', async () => {
    const good = { contact_email: ANN, type: 'order.placed' };
    await post([good, { ...good, type: SCRIPT }]);
    await post('{"contact_email": "ann@shop.example", ');
    await post({ ...good, unknown: SCRIPT });
    await post(good, { headers: { 'content-type': 'application/xml' } });
    await post(Buffer.alloc(900_000, 'x'), { headers: { 'content-type': 'application/octet-stream' } });
    await post({ ...good, many: Array.from({ length: 20_000 }, (_, n) => n) });
    const [many, bytes, ...items] = (await rejectsOf(server.id)).body.items;
    expect([many.is_cut, bytes.is_cut, bytes.body]).toEqual([true, true, 'x'.repeat(4_000)]);
    expect(items.map(({ code, pointer, body }: any) => [code, pointer, body])).toEqual([
      ['unsupported_media_type', null, null],
      ['invalid_request', '/unknown', expect.stringContaining(SCRIPT)],
      ['invalid_json', null, '{"contact_email": "ann@shop.example", '],
      ['invalid_request', '/type', expect.stringContaining(SCRIPT)],
    ]);
    expect(items[0]).toMatchObject({ route: 'POST /activities', is_cut: false, unused: false });
    expect(items[3].reason).toMatch(/lower case words/);
    const answer = await rejectsOf(server.id, '?limit=3');
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    const rest = await rejectsOf(server.id, `?limit=3&cursor=${answer.body.next_cursor}`);
    expect([answer.body.items.length, rest.body.items.length, rest.body.next_cursor]).toEqual([3, 3, null]);
    expect(await listed(server.id)).toMatchObject({ day: { rejected: 6 }, rejects: 6 });
  });

  it('shows a type and a page that the key does not name', async () => {
    const claim = { contact_email: ANN, signature: 'ab'.repeat(32) };
    await track([visit(), visit({ type: 'order.paid', metadata: { n: 1 }, ...claim })]);
    await track([visit()], 'https://elsewhere.example');
    const { items } = (await rejectsOf(page.id)).body;
    expect(items).toMatchObject([
      { code: 'origin_not_allowed', body: null },
      { code: 'invalid_request', pointer: '/type', reason: expect.stringContaining('order.paid') },
    ]);
    // Whom a page claims a visitor to be is kept nowhere.
    expect(items[1].body).toMatch(/"n": 1/);
    expect(items[1].body).toMatch(/\(address\)[^]*\(signature\)/);
    expect(items[1].body).not.toMatch(/ann|abab/);
  });

  it('tells apart what was accepted and not used, and keeps no key', async () => {
    const group = { userId: 'u', groupId: 'g', traits: { name: 'A company' } };
    const good = { type: 'track', userId: ANN, event: 'Seen' };
    const client = (path: string, given: object) => api.call('POST', path, given, { anonymous: true });
    expect((await client('/v1/group', { ...group, writeKey: server.key })).status).toBe(200);
    const batch = [good, { type: 'alias', userId: 'u', previousId: 'v' }, { type: 'track', event: 1 }];
    expect((await client('/v1/batch', { batch, writeKey: server.key })).status).toBe(200);
    expect((await client('/v1/track', { event: 7, writeKey: server.key })).status).toBe(400);
    expect(await listed(server.id)).toMatchObject({ day: { accepted: 2, rejected: 8, unused: 2 } });
    const { items } = (await rejectsOf(server.id, '?unused=true')).body;
    expect(items.map(({ code, unused }: any) => [code, unused])).toEqual([
      ['not_used', true],
      ['not_used', true],
    ]);
    expect(items[1].body).toMatch(/"name": "A company"[^]*"writeKey": "\(key\)"/);
    expect(JSON.stringify(await api.db.database.rows('select * from cortex.source_rejects'))).not.toContain(server.key);
    expect((await rejectsOf(server.id, '?unused=false')).body.items).toHaveLength(8);
  });

  it('keeps no more than its bound, whatever is sent, and nothing of what nobody has signed', async () => {
    const bad = { contact_email: ANN, type: 'Not A Type', metadata: { long: 'x'.repeat(9_000) } };
    for (let n = 0; n < 12; n += 1) {
      await post(Array.from({ length: 40 }, () => bad));
      await post([{ contact_email: ANN, type: 'order.placed' }, ...Array.from({ length: 40 }, () => bad)]);
      await listed(server.id);
    }
    const [kept] = await api.db.database.rows<any>(
      'select count(*)::int as n, max(length(body))::int as longest from cortex.source_rejects where source_id = $1',
      [server.id],
    );
    expect(kept).toEqual({ n: 100, longest: 4_000 });
    const { body, signature } = stripeReport('whsec_of_somebody', 'charge.succeeded', { id: 'ch_1' });
    for (let n = 0; n < 60; n += 1) {
      await api.call('POST', '/webhooks/stripe', body, { anonymous: true, headers: { 'stripe-signature': signature } });
      if (n % 5 === 4) await listed('stripe');
    }
    const broken = { 'stripe-signature': signature };
    await api.call('POST', '/webhooks/stripe', `{"secret": `, { anonymous: true, headers: broken });
    const { items } = (await rejectsOf('stripe')).body;
    expect(items).toHaveLength(20);
    expect(items[0].code).toBe('invalid_json');
    expect(new Set(items.map(({ body: shown }: any) => shown))).toEqual(new Set([null]));
    expect(await listed('stripe')).toMatchObject({ day: { rejected: 61 } });
  });

  it('shows its bodies to administrators alone', async () => {
    for (const role of ['viewer', 'marketer', 'support']) {
      const email = `${role}@example.com`;
      await api.call('POST', '/staff', { email, name: role, role, password: 'a password for tests' });
      const cookie = await api.signIn(email, 'a password for tests');
      expect((await rejectsOf(server.id, '', { cookie })).status).toBe(403);
      expect((await api.call('GET', '/sources', undefined, { cookie })).text).not.toContain('xxxx');
    }
    expect((await rejectsOf(server.id, '', { key: server.key })).status).toBe(403);
    expect((await api.call('GET', '/sources/rejects', undefined, { key: server.key })).status).toBe(403);
    expect((await rejectsOf(randomUUID())).status).toBe(404);
  });

  it('are shown of all sources together, those of now alone, page by page', async () => {
    await api.db.clock.advance({ minutes: 10 });
    await post({ contact_email: ANN, type: 'Not A Type' });
    await track([visit()], 'https://elsewhere.example');
    const all = (query: string) => api.call('GET', `/sources/rejects${query}`);
    const { items } = (await all('?seconds=120')).body;
    expect(items).toMatchObject([
      { code: 'origin_not_allowed', source_id: page.id, source: 'Shop pages', body: null },
      { code: 'invalid_request', source_id: server.id, body: expect.stringContaining('Not A Type') },
    ]);
    const first = (await all('?limit=1')).body;
    const second = (await all(`?limit=1&cursor=${first.next_cursor}`)).body;
    expect([first.items[0].id, second.items[0].id]).toEqual([items[0].id, items[1].id]);
  });

  it('forgets what names somebody with them', async () => {
    const email = 'gone@shop.example';
    await api.call('POST', '/profiles', { email });
    await post({ contact_email: email, type: 'order.placed', unknown: 'their telephone number' });
    const [person] = (await api.call('GET', `/contacts?q=${email}`)).body.items;
    expect((await rejectsOf(server.id)).text).toContain('telephone');
    await api.call('POST', `/contacts/${person.id}/erase`, { reason: 'They asked', confirm: email });
    expect((await rejectsOf(server.id)).text).not.toContain('telephone');
  });
});

describe('a type of activity', () => {
  const typed = async (type: string) =>
    (await api.call('GET', '/activities/types')).body.items.find((one: { type: string }) => one.type === type);

  it('asks for a label once, unless Cortex knows it, and is called by it in timelines', async () => {
    await post({ contact_email: ANN, type: 'quiz.finished' });
    await post({ contact_email: ANN, type: 'page_view' });
    expect(await typed('quiz.finished')).toMatchObject({ label: 'Quiz finished', asks_for_label: true });
    expect(await typed('page_view')).toMatchObject({ asks_for_label: false });
    const named = await api.call('PUT', '/activities/types/quiz.finished', { label: `Ended the quiz ${SCRIPT}` });
    expect([named.status, named.body]).toEqual([200, { done: true }]);
    expect(await typed('quiz.finished')).toMatchObject({ label: `Ended the quiz ${SCRIPT}`, asks_for_label: false });
    // Rules say it so, too; what is sent stays what is asked.
    const rules = {
      operator: 'AND',
      conditions: [{ field: 'activity', activity_type: 'quiz.finished', operator: 'count_gte', value: 1 }],
    };
    const list = await api.call('POST', '/smart-lists', { name: 'Quizzed', kind: 'rules', rules });
    expect(list.body.sentence).toContain(`“Ended the quiz ${SCRIPT}”`);
    expect((await api.call('POST', '/smart-lists/preview', { rules })).body.sentence).toBe(list.body.sentence);
    const { items } = (await api.call('GET', '/activities?type=quiz.finished')).body;
    expect(items[0]).toMatchObject({ label: `Ended the quiz ${SCRIPT}`, sentence: `Ended the quiz ${SCRIPT}` });
    await api.call('PUT', '/activities/types/quiz.finished', { label: null });
    expect(await typed('quiz.finished')).toMatchObject({ label: 'Quiz finished', asks_for_label: false });
    const { items: audit } = (await api.call('GET', '/audit?action=activity_type.named')).body;
    expect(audit).toHaveLength(2);
  });
});

describe('what comes in', () => {
  /** Reads a stream of events until what was asked for has come. */
  async function watch(query: string, holds: (seen: any[]) => boolean, act?: () => Promise<unknown>): Promise<any[]> {
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const stop = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${port}/activities/live${query}`, {
      headers: { authorization: `Bearer ${api.adminKey}` },
      signal: stop.signal,
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const seen: any[] = [];
    let text = '';
    await act?.();
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        const [, name, data] = /^event: (\w+)\ndata: (.*)$/m.exec(event) ?? [];
        if (name === 'activity') seen.push(JSON.parse(data!));
      }
      if (holds(seen)) break;
    }
    stop.abort();
    return seen;
  }

  beforeAll(async () => {
    await api.db.clock.reset();
    await api.db.database.run('truncate public.crm_activities, cortex.activity_keys, cortex.activity_inbox');
    await api.app.listen(0, '127.0.0.1');
  });

  it('is seen as it comes, once, from every source, with what was just before', async () => {
    await post({ contact_email: ANN, type: 'cart.filled', metadata: { note: SCRIPT } });
    await post({
      contact_email: ANN,
      type: 'cart.filled',
      occurred_at: '2026-01-01T00:00:00Z',
      metadata: { old: true },
    });
    const seen = await watch(
      '',
      (all) => all.some(({ type }) => type === 'page_view'),
      () => track([visit({ metadata: { long: 'y'.repeat(7_000) } })]),
    );
    expect(seen.filter(({ type }) => type === 'cart.filled')).toMatchObject([
      { contact_email: ANN, metadata: { note: SCRIPT }, source: 'api', is_cut: false },
    ]);
    expect(seen.at(-1)).toMatchObject({ type: 'page_view', source: 'browser', metadata: {}, is_cut: true });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
  });

  it.each([
    ['?type=cart.filled', 'cart.filled'],
    ['?source=browser', 'page_view'],
    [`?contact_email=${ANN}&type=cart.filled`, 'cart.filled'],
  ])('can be filtered: %s', async (query, type) => {
    const seen = await watch(
      query,
      (all) => all.length > 0,
      async () => {
        await track([visit()]);
        await post({ contact_email: ANN, type: 'cart.filled' });
      },
    );
    expect(new Set(seen.map((one) => one.type))).toEqual(new Set([type]));
  });

  it('has a bounded number of listeners', async () => {
    const { port } = api.app.getHttpServer().address() as AddressInfo;
    const stops: AbortController[] = [];
    const open = async () => {
      const stop = new AbortController();
      stops.push(stop);
      const answer = await fetch(`http://127.0.0.1:${port}/activities/live`, {
        headers: { authorization: `Bearer ${api.adminKey}` },
        signal: stop.signal,
      });
      return [answer.status, answer.headers.get('retry-after')];
    };
    const statuses = [];
    for (let n = 0; n < 30; n += 1) statuses.push((await open())[0]);
    expect(statuses).toContain(503);
    expect(await open()).toEqual([503, '10']);
    for (const stop of stops) stop.abort();
  });
});
