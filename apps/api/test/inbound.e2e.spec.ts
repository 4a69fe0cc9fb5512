import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { queueMail } from '#emails';
import { testApp, type TestApp } from '#testing';

const ANN = 'ann@forms.example';
const SECRET = 'shpss_of_this_test';
const SCRIPT = '<img src=x onerror=alert(1)>';

let api: TestApp;
beforeAll(async () => {
  const env = {
    SHOPIFY_WEBHOOK_SECRET: SECRET,
    POSTMARK_WEBHOOK_USER: 'postmark',
    POSTMARK_WEBHOOK_PASSWORD: 'a long password',
  };
  api = await testApp({ worker: false, env });
}, 120_000);
afterAll(() => api?.close());

const rows = <T = any>(text: string, values: unknown[] = []) => api.database.rows<T>(text, values);
const sourceNow = async (id: string) =>
  (await api.call('GET', '/sources')).body.items.find((one: { id: string }) => one.id === id);

describe('an inbound webhook', () => {
  const mapping = {
    type: { at: '/event/name' },
    email: '/customer/e~1mail',
    external_id: '/id',
    occurred_at: '/at',
    metadata: [
      { name: 'plan', at: '/items/0/plan' },
      { name: 'missing', at: '/nothing/here' },
    ],
  };
  const body = (more: object = {}) => ({
    id: 77,
    event: { name: 'Form Sent' },
    customer: { 'e/mail': ANN },
    at: 1_764_000_000,
    items: [{ plan: SCRIPT }],
    ...more,
  });
  let id: string;
  let address: string;
  const send = (given: unknown, to = address, headers: Record<string, string> = {}) =>
    api.call('POST', to, given, { key: null, headers });
  const change = (what: object) => api.call('PATCH', `/sources/${id}`, what);

  it('keeps samples until it is switched on, the newest ten, and its address is shown once', async () => {
    const made = await api.call('POST', '/sources', { name: 'Forms' });
    expect([made.status, made.body.is_on, made.body.mapping]).toEqual([201, false, null]);
    id = made.body.id;
    address = new URL(made.body.url).pathname;
    expect(address).toMatch(/^\/in\/cx_in_[\w-]{40}$/);
    for (let n = 0; n < 12; n += 1) expect((await send(body({ id: n }))).body).toEqual({ status: 'sampled', id: null });
    const { samples, url } = (await api.call('GET', `/sources/${id}`)).body;
    expect([samples.length, samples[0].body.id, url]).toEqual([10, 11, undefined]);
    expect(await rows('select from public.crm_activities')).toEqual([]);
    expect(JSON.stringify(await rows('select * from cortex.inbound_sources'))).not.toContain(address.slice(4));
    const form = 'email=ann%40forms.example&plan=pro';
    await send(form, address, { 'content-type': 'application/x-www-form-urlencoded' });
    expect((await api.call('GET', `/sources/${id}`)).body.samples[0].body).toEqual({ email: ANN, plan: 'pro' });
    await send(body());
  });

  it('says what a mapping would store, and what is wrong with it, and stores nothing', async () => {
    const attempt = (given: object) => api.call('POST', `/sources/${id}/try`, { mapping: { ...mapping, ...given } });
    expect((await attempt({})).body).toEqual({
      activity: {
        type: 'form_sent',
        contact_email: ANN,
        external_id: '77',
        occurred_at: '2025-11-24T16:00:00.000Z',
        metadata: { plan: SCRIPT },
      },
      problems: [],
    });
    expect((await attempt({ email: '/event' })).body).toMatchObject({
      activity: null,
      problems: [{ pointer: '/email', message: expect.stringContaining('/event') }],
    });
    expect((await attempt({ type: { at: '/customer' } })).body.problems[0].pointer).toBe('/type');
    expect((await attempt({ type: { text: 'email.opened' } })).status).toBe(400);
    expect((await attempt({ email: '/constructor/name' })).body.activity).toBeNull();
    expect((await change({ is_on: true })).body.errors[0].pointer).toBe('/mapping');
    expect(await rows('select from public.crm_activities')).toEqual([]);
  });

  it('records what is sent once it is on, a repeat once, and forgets the samples', async () => {
    expect((await change({ mapping, is_on: true })).body).toMatchObject({ is_on: true, samples: [] });
    const first = await send(body());
    expect([first.status, first.body.status]).toEqual([202, 'accepted']);
    expect((await send(body())).body).toEqual({ status: 'duplicate', id: first.body.id });
    expect(
      await rows('select type, contact_email::text as email, metadata from public.crm_activities order by type'),
    ).toEqual([
      { type: 'form_sent', email: ANN, metadata: { plan: SCRIPT } },
      { type: 'lead.created', email: ANN, metadata: expect.anything() },
    ]);
    expect(await sourceNow(id)).toMatchObject({ kind: 'inbound', name: 'Forms', day: { accepted: 1 } });
  });

  it('refuses what does not fit, and keeps it as a reject', async () => {
    for (const wrong of [body({ customer: {} }), [body()], 'null', body({ at: 'yesterday' })])
      expect((await send(wrong)).status).toBe(400);
    const { items } = (await api.call('GET', `/sources/${id}/rejects`)).body;
    expect(items.map(({ pointer }: any) => pointer)).toEqual(['/occurred_at', null, null, '/email']);
    expect(items[3].body).toContain(SCRIPT);
    expect(JSON.stringify(items)).not.toContain(address.slice(4));
    expect((await send({ huge: 'x'.repeat(70_000) })).status).toBe(413);
  });

  it('has no more in hand than a key that records: what is too much is refused before its body', async () => {
    const sent = Array.from({ length: 20 }, () => {
      const options = {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
      };
      const one = request(`${api.url}${address}`, options);
      one.write('{');
      return one;
    });
    const refused = await Promise.race(
      sent.map((one) =>
        once(one, 'response').then(
          ([answer]) => answer as IncomingMessage,
          () => new Promise<never>(() => undefined),
        ),
      ),
    );
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    for (const one of sent) one.destroy();
  });

  it('is bounded by the minute', async () => {
    await change({ is_on: false });
    await api.clock.advance({ minutes: 2 });
    const statuses = new Set<number>();
    for (let n = 0; n < 605; n += 1) statuses.add((await send({ n })).status);
    expect([...statuses]).toEqual([202, 429]);
    const [kept] = await rows('select count(*)::int as n, max(body) as last from cortex.inbound_samples');
    expect(kept).toEqual({ n: 10, last: '{"n":29}' });
    await api.clock.advance({ minutes: 2 });
  });

  it('has an address that can be replaced and revoked, and everybody else is refused before the body', async () => {
    const old = address;
    address = new URL((await api.call('POST', `/sources/${id}/rotate`, {})).body.url).pathname;
    expect([(await send({}, old)).status, (await send({})).status]).toEqual([401, 202]);
    for (const wrong of ['/in/cx_in_nothing', '/in/x', `/in/${'y'.repeat(900)}`])
      expect((await send({}, wrong)).body.code).toBe('wrong_webhook_credentials');
    expect((await api.call('DELETE', `/sources/${id}`)).body).toEqual({ done: true });
    expect((await send({})).status).toBe(401);
    expect((await api.call('GET', `/sources/${id}`)).status).toBe(404);
    const { items } = (await api.call('GET', '/audit')).body;
    const done = items.map(({ action }: any) => action).filter((action: string) => action.startsWith('source.'));
    expect(new Set(done)).toEqual(new Set(['source.created', 'source.changed', 'source.rotated', 'source.removed']));
    expect(JSON.stringify(items)).not.toContain(address.slice(4));
  });
});

describe('Shopify’s webhook', () => {
  const sign = (text: string, secret = SECRET) => createHmac('sha256', secret).update(text).digest('base64');
  const report = (topic: string, given: object, signature?: string) => {
    const text = JSON.stringify(given);
    const headers = { 'x-shopify-topic': topic, 'x-shopify-hmac-sha256': signature ?? sign(text) };
    return api.call('POST', '/webhooks/shopify', text, { key: null, headers });
  };
  const order = (more: object = {}) => ({
    id: 450789469,
    admin_graphql_api_id: 'gid://shopify/Order/450789469',
    email: 'bob@shopify.example',
    customer: { id: 207119551 },
    total_price: '49.90',
    currency: 'EUR',
    financial_status: 'paid',
    created_at: '2026-11-01T10:00:00+01:00',
    updated_at: '2026-11-01T10:00:00+01:00',
    line_items: [{ title: 'Bread' }],
    refunds: [],
    ...more,
  });
  const refund = (id: number, amount: string, at: string, order_id = 450789469) => ({
    id,
    order_id,
    created_at: at,
    transactions: [{ kind: 'refund', status: 'success', amount, currency: 'EUR' }],
  });
  const orders = () =>
    rows(
      `select t.external_id, t.amount_minor::int as amount, t.refunded_minor::int as refunded, t.status, u.email::text as email
       from public.transactions t join public.unified_profiles u on u.id = t.profile_id order by 1`,
    );
  const bob = { external_id: 'gid://shopify/Order/450789469', amount: 4990, email: 'bob@shopify.example' };

  it('believes only what Shopify has signed, byte by byte, and keeps nothing of the rest', async () => {
    const text = JSON.stringify(order());
    for (const signature of ['', 'nonsense', sign(text, 'another'), sign(`${text} `), sign(text).toLowerCase()])
      expect((await report('orders/paid', order(), signature)).body).toMatchObject({
        status: 401,
        code: 'wrong_webhook_credentials',
      });
    expect(await orders()).toEqual([]);
    const { items } = (await api.call('GET', '/sources/shopify/rejects')).body;
    expect(new Set(items.map(({ body }: any) => body))).toEqual(new Set([null]));
  });

  it('makes paid orders ours, in whatever order and however often it is told', async () => {
    await api.call('POST', '/courses', { title: 'Bread' });
    expect((await report('orders/create', order({ financial_status: 'pending' }))).body).toEqual({ status: 'ignored' });
    // The refund comes before its order.
    await report('refunds/create', refund(1, '9.90', '2026-11-02T10:00:00Z'));
    for (const topic of ['orders/paid', 'orders/create', 'orders/paid']) await report(topic, order());
    expect(await orders()).toEqual([{ ...bob, refunded: 990, status: 'partly_refunded' }]);
    for (let n = 0; n < 2; n += 1) await report('refunds/create', refund(2, '10.00', '2026-11-03T10:00:00Z'));
    await report('orders/paid', order());
    expect(await orders()).toEqual([{ ...bob, refunded: 1990, status: 'partly_refunded' }]);
    const cancelled = order({
      financial_status: 'refunded',
      updated_at: '2026-11-04T10:00:00Z',
      refunds: [refund(2, '10.00', '2026-11-03T10:00:00Z'), refund(3, '30.00', '2026-11-04T10:00:00Z')],
    });
    await report('orders/cancelled', cancelled);
    expect(await orders()).toEqual([{ ...bob, refunded: 4990, status: 'refunded' }]);
    const enrolled = await rows('select status from public.enrollments');
    expect(enrolled).toEqual([{ status: 'active' }]);
  });

  it('makes customers ours, with their word about mail, and leaves out what cannot be read', async () => {
    const customer = {
      id: 1,
      email: 'cleo@shopify.example',
      first_name: `Cleo ${SCRIPT}`,
      phone: 'not a phone',
      tags: 'vip, bread',
      created_at: '2026-10-01T00:00:00Z',
      updated_at: '2026-10-01T00:00:00Z',
      default_address: { country_code: 'DE' },
      email_marketing_consent: { state: 'subscribed', consent_updated_at: '2026-10-01T00:00:00Z' },
    };
    expect((await report('customers/create', customer)).body).toEqual({ status: 'taken' });
    await report('customers/update', {
      ...customer,
      last_name: 'Moon',
      email_marketing_consent: { state: 'not_subscribed' },
    });
    const [cleo] = (await api.call('GET', '/contacts?q=cleo@shopify.example')).body.items;
    expect(cleo).toMatchObject({
      first_name: `Cleo ${SCRIPT}`,
      last_name: 'Moon',
      country: 'DE',
      tags: ['vip', 'bread'],
      consent: { status: 'subscribed', source: 'shopify' },
    });
    expect((await report('customers/create', { id: 2, email: null })).body).toEqual({ status: 'ignored' });
    expect((await report('products/update', { id: 2 })).body).toEqual({ status: 'ignored' });
    expect(await sourceNow('shopify')).toMatchObject({ day: { unused: 3 } });
  });
});

describe('a reply by mail', () => {
  const headers = { authorization: `Basic ${Buffer.from('postmark:a long password').toString('base64')}` };
  const inbound = (more: object) =>
    api.call(
      'POST',
      '/webhooks/postmark/inbound',
      {
        MessageID: 'in-1',
        From: 'dan@replies.example',
        Subject: 'Re: Hello',
        Date: 'Mon, 2 Nov 2026 10:00:00 +0000',
        ...more,
      },
      { key: null, headers },
    );
  const provider = '0a129aee-e1cd-480d-b08d-4f48548ff48d';

  it('is an activity of whoever got the mail that it answers, once, and of nobody else', async () => {
    await api.call('POST', '/profiles', [{ email: 'dan@replies.example' }, { email: 'eve@replies.example' }]);
    const [dan] = await rows<{ person_id: string }>(
      `select person_id from cortex.people where address = 'dan@replies.example'`,
    );
    const mail = await api.database.tx((tx) =>
      queueMail(tx, {
        person_id: dan!.person_id,
        stream: 'broadcast',
        content: { subject: 'Hello', html: '<p>Hello</p>' },
        data: { contact: { first_name: 'Dan' } },
        dedupe_key: 'answered',
      }),
    );
    await rows(
      `update cortex.messages set state = 'sent', sent_at = cortex.now(), provider = 'postmark', provider_id = $2 where id = $1`,
      [mail.message_id, provider],
    );
    await rows('insert into cortex.provider_ids (hash, message_id) values (hashtextextended($2, 0), $1)', [
      mail.message_id,
      provider,
    ]);
    const answers = { Headers: [{ Name: 'In-Reply-To', Value: `<${provider}@mtasv.net>` }] };
    // Whoever writes in somebody's name without having got a mail is nobody.
    expect((await inbound({ MessageID: 'in-0', From: 'eve@replies.example' })).body).toEqual({ status: 'ignored' });
    const reply = { ...answers, StrippedTextReply: `Yes, please. ${SCRIPT}`, TextBody: 'Yes, please.\n> Hello' };
    expect((await inbound(reply)).body).toEqual({ status: 'new' });
    expect((await inbound(reply)).body).toEqual({ status: 'repeated' });
    const { items } = (await api.call('GET', '/activities?type=mail.replied')).body;
    expect(items).toMatchObject([
      {
        contact_email: 'dan@replies.example',
        sentence: 'Replied to “Hello”',
        metadata: { reply_subject: 'Re: Hello', text: `Yes, please. ${SCRIPT}` },
        occurred_at: '2026-11-02T10:00:00.000Z',
      },
    ]);
    expect((await api.call('POST', '/webhooks/postmark/inbound', {}, { key: null })).status).toBe(401);
    // With files, as large as Postmark sends: they are left out while it is read, and nobody else may send as much.
    const files = [{ Name: 'a.pdf', Content: 'QUJD'.repeat(7_500_000), ContentType: 'application/pdf' }];
    expect((await inbound({ ...reply, MessageID: 'in-2', Attachments: files })).body).toEqual({ status: 'new' });
    expect((await inbound({ MessageID: 'in-3', Attachments: [...files, ...files] })).status).toBe(413);
    const many = Array.from({ length: 10_000 }, (_, n) => ({ Name: `${n} ${'x'.repeat(600)}` }));
    expect((await inbound({ MessageID: 'in-4', Attachments: many })).body).toMatchObject({ code: 'too_large' });
    for (const given of [headers, {}]) {
      const large = { RecordType: 'Open', Attachments: [{ Content: 'QUJD'.repeat(500_000) }] };
      const status = (await api.call('POST', '/webhooks/postmark', large, { key: null, headers: given })).status;
      expect(status).toBe(given === headers ? 413 : 401);
    }
  });
});
