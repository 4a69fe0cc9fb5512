import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FakeStripe, stripeReport, testApp, until, type TestApp } from '#testing';
import { testApi, type TestApi } from './api.fixture.js';

const SECRET = 'whsec_of_this_test';
const ann = 'ann@school.example';

let bare: TestApi;
let signed: TestApi;
beforeAll(async () => {
  bare = await testApi();
  signed = await testApi({ STRIPE_WEBHOOK_SECRET: SECRET });
});
afterAll(async () => {
  await bare?.close();
  await signed?.close();
});
beforeEach(() => signed.db.database.run('truncate public.transactions, cortex.order_sightings cascade'));

const charge = (more: object = {}) => ({
  id: 'ch_1',
  object: 'charge',
  amount: 4900,
  amount_captured: 4900,
  amount_refunded: 0,
  captured: true,
  status: 'succeeded',
  currency: 'eur',
  created: 1_764_000_000,
  billing_details: { email: ann },
  customer: 'cus_1',
  metadata: {},
  ...more,
});
const send = (to: TestApi, { body, signature }: { body: string; signature?: string }) =>
  to.call('POST', '/webhooks/stripe', body, {
    anonymous: true,
    headers: signature === undefined ? {} : { 'stripe-signature': signature },
  });
const orders = () =>
  signed.db.database.rows('select external_id, status, refunded_minor::int as refunded from public.transactions');

describe('Stripe’s webhook', () => {
  it('answers 401 to everybody while no secret is set', async () => {
    expect((await send(bare, stripeReport(SECRET, 'charge.succeeded', charge()))).status).toBe(401);
  });

  it('believes only what Stripe has signed, within five minutes, byte by byte', async () => {
    const now = Math.floor(Date.now() / 1000);
    const good = stripeReport(SECRET, 'charge.succeeded', charge());
    const refused = [
      { body: good.body },
      { ...good, signature: 'nonsense' },
      { ...good, body: good.body.replace('4900', '9900') },
      { ...good, body: good.body.replace('"amount"', ' "amount"') },
      stripeReport('whsec_of_somebody_else', 'charge.succeeded', charge()),
      stripeReport(SECRET, 'charge.succeeded', charge(), { at: now - 400 }),
      stripeReport(SECRET, 'charge.succeeded', charge(), { at: now + 400 }),
    ];
    for (const one of refused)
      expect((await send(signed, one)).body).toMatchObject({ status: 401, code: 'wrong_webhook_credentials' });
    expect(await orders()).toEqual([]);
    expect((await send(signed, good)).body).toEqual({ status: 'taken' });
    expect(await orders()).toEqual([{ external_id: 'ch_1', status: 'paid', refunded: 0 }]);
  });

  it('takes repeated and late reports without harm, and ignores what it does not know', async () => {
    const at = 1_764_000_000;
    const paid = stripeReport(SECRET, 'charge.succeeded', charge(), { created: at });
    const back = charge({ amount_refunded: 900 });
    const refunded = stripeReport(SECRET, 'charge.refunded', back, { created: at + 60 });
    const sameSecond = stripeReport(SECRET, 'charge.succeeded', charge(), { created: at + 60 });
    for (const one of [paid, paid, refunded, paid, sameSecond, refunded])
      expect((await send(signed, one)).status).toBe(200);
    expect(await orders()).toEqual([{ external_id: 'ch_1', status: 'partly_refunded', refunded: 900 }]);
    for (const [type, object] of [
      ['customer.updated', { id: 'cus_1', object: 'customer', email: ann }],
      ['charge.succeeded', charge({ id: 'ch_2', status: 'pending', captured: false })],
      ['invoice.paid', { id: 'in_1', object: 'invoice' }],
      ['nobody.knows', {}],
    ] as const)
      expect((await send(signed, stripeReport(SECRET, type, object))).body).toEqual({ status: 'ignored' });
    expect(
      (await send(signed, stripeReport(SECRET, 'charge.succeeded', charge({ id: 'ch_3', billing_details: null }))))
        .status,
    ).toBe(200);
    expect((await orders()).length).toBe(1);
  });

  it('that gives an order back in full says whose course is still open, until it is taken from them', async () => {
    const at = 1_764_000_000;
    const tell = (type: string, amount_refunded: number, seconds: number) =>
      send(signed, stripeReport(SECRET, type, charge({ amount_refunded }), { created: at + seconds }));
    const notices = async () => {
      const { body } = await signed.call('GET', '/attention');
      return body.items.filter((item: { kind: string }) => item.kind === 'refunded_open');
    };
    await tell('charge.succeeded', 0, 0);
    const course_id = (await signed.call('POST', '/courses', { title: 'Bread' })).body.results[0].id;
    await signed.call('POST', '/enrollments', { email: ann, course_id, created_at: new Date(at * 1000).toISOString() });
    await tell('charge.refunded', 900, 60);
    expect(await notices()).toEqual([]);
    await tell('charge.refunded', 4900, 120);
    const { id } = (await signed.call('GET', `/contacts?q=${ann}`)).body.items[0];
    const notice = {
      title: 'Refunded at Stripe, course still open',
      detail: expect.stringContaining(`${ann} was given everything back for the order ch_1, and still has “Bread”.`),
      action: { label: 'Open the person', href: `/admin/directory?contact=${id}` },
    };
    const [item] = await notices();
    expect(item).toMatchObject(notice);
    // Whoever marked it as done is not told again.
    await signed.call('POST', `/attention/${item.id}/close`);
    await tell('charge.refunded', 4900, 180);
    expect(await notices()).toEqual([]);

    await signed.db.database.run(`update public.transactions set status = 'paid', refunded_minor = 0`);
    await tell('charge.captured', 0, 240);
    await tell('charge.refunded', 4900, 300);
    expect(await notices()).toMatchObject([notice]);
    const wish = { reason: 'Refunded', confirm: 'ch_1' };
    expect((await signed.call('POST', `/contacts/${id}/actions/revoke_access`, wish)).body.state).toBe('done');
    expect(await notices()).toEqual([]);
  });
});

describe('fetching orders', () => {
  it('has to be set up first', async () => {
    expect((await bare.call('POST', '/orders/sync')).body).toMatchObject({ status: 422, code: 'no_order_source' });
    expect((await bare.call('GET', '/orders/sources')).body).toMatchObject({
      items: [
        { source: 'stripe', state: 'off', webhook: false },
        { source: 'shop', state: 'off', webhook: null },
        { source: 'shopify', state: 'off', webhook: false },
      ],
    });
    const lead = await bare.call('POST', '/purchase-leads', { email: ann });
    const path = `/contacts/${lead.body.results[0].id}/actions`;
    expect((await bare.call('POST', `${path}/sync_orders`, {})).body).toMatchObject({
      status: 409,
      code: 'action_not_available',
      detail: expect.stringContaining('No source of orders is set up.'),
    });
  });
});

describe('with a worker', () => {
  let stripe: FakeStripe;
  let app: TestApp;
  beforeAll(async () => {
    stripe = await FakeStripe.start();
    app = await testApp({
      env: { STRIPE_API_KEY: stripe.key, STRIPE_API_URL: stripe.url, STRIPE_WEBHOOK_SECRET: SECRET },
    });
  });
  afterAll(async () => {
    await app?.close();
    await stripe?.close();
  });
  const mine = () =>
    app.database.rows<{ external_id: string; email: string; refunded: number }>(
      `select t.external_id, u.email::text as email, t.refunded_minor::int as refunded from public.transactions t
       join public.unified_profiles u on u.id = t.profile_id order by 1`,
    );
  const report = ({ body, signature }: { body: string; signature: string }) =>
    app.call('POST', '/webhooks/stripe', body, { key: null, headers: { 'stripe-signature': signature } });

  it('what is asked for is done, and what is reported is asked of Stripe', async () => {
    const customer = stripe.customer(ann);
    const first = stripe.charge({ customer });
    const asked = await app.call('POST', '/orders/sync', {});
    expect([asked.status, asked.body.items[0].webhook]).toEqual([202, true]);
    await until(async () => (await app.call('GET', '/orders/sources')).body.items[0].state === 'done');
    expect((await app.call('GET', '/orders/sources')).body.items[0]).toMatchObject({
      counts: { new: 1, unchanged: 0 },
    });
    expect(await mine()).toEqual([{ external_id: first.id, email: ann, refunded: 0 }]);

    // The report says less than Stripe knows by now.
    stripe.refund(first.id, 700);
    await report(stripeReport(SECRET, 'charge.succeeded', { ...first, amount_refunded: 0 }));
    await until(async () => (await mine())[0]!.refunded === 700);

    const quiet = stripe.charge({ customer });
    await report(
      stripeReport(SECRET, 'customer.updated', stripe.customers[0]!, {
        previous_attributes: { email: 'old@school.example' },
      }),
    );
    await until(async () => (await mine()).some(({ external_id }) => external_id === quiet.id));
    expect((await app.call('GET', '/audit')).body.items.map(({ action }: { action: string }) => action)).toContain(
      'orders.asked_for',
    );
  });

  it('fetches a person’s orders by the action, source by source, and says what came', async () => {
    const email = 'eve@school.example';
    const lead = await app.call('POST', '/purchase-leads', { email });
    const path = `/contacts/${lead.body.results[0].id}/actions`;
    const customer = stripe.customer(email);
    for (let n = 0; n < 2; n++) stripe.charge({ customer });
    const preview = await app.call('POST', `${path}/sync_orders?preview=true`, {});
    expect(preview.body).toMatchObject({
      sentences: [`Stripe is asked for every order of ${email}, whenever it was made.`, expect.any(String)],
      effects: [{ name: 'stripe', detail: expect.stringMatching(/^What changed up to .+ UTC is here already\.$/) }],
    });
    const act = async () => (await app.call('POST', `${path}/sync_orders`, {})).body;
    expect(await act()).toMatchObject({
      state: 'done',
      effects: [{ name: 'stripe', label: 'Fetch orders from Stripe', state: 'done', detail: '2 new orders.' }],
    });
    stripe.refund(stripe.charges.at(-1)!.id);
    expect((await act()).effects[0].detail).toBe('1 refund.');
    stripe.plan({ kind: 'status', status: 401 });
    const failed = await act();
    expect(failed).toMatchObject({
      state: 'failed',
      effects: [{ state: 'failed', detail: expect.stringMatching(/^Stripe answered 401 .*\. Set STRIPE_API_KEY/) }],
    });
    expect((await app.call('POST', `/actions/${failed.id}/retry`)).body).toMatchObject({
      state: 'done',
      effects: [{ detail: 'Nothing new.' }],
    });
    expect((await mine()).filter((one) => one.email === email).map(({ refunded }) => refunded)).toEqual([0, 4900]);
  });
});
