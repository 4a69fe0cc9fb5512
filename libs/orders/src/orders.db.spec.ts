import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { orderCountsText } from '#contracts';
import { systemActor } from '#platform';
import type { ShopOrder } from '#testing';
import { ann, order, OrdersFixture } from './orders.fixture.js';
import { closeNoLongerOpen } from './refunded-open.js';
import { SourceError } from './source.js';

let on: OrdersFixture;
beforeAll(async () => {
  on = await OrdersFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.close());

const bob = 'bob@school.example';
const sql = <T = Record<string, unknown>>(text: string, values: unknown[] = []) => on.db.database.rows<T>(text, values);

describe('orders from Stripe', () => {
  it('are its charges that were paid, each with its customer’s address, else the one it was billed to', async () => {
    const { stripe } = on;
    const customer = stripe.customer('Ann@School.example');
    stripe.charge({ id: 'ch_1', customer, email: 'other@school.example' });
    stripe.charge({ id: 'ch_2', email: bob, amount: 1000, amount_captured: 700 });
    stripe.charge({ id: 'ch_3', receipt_email: bob });
    stripe.charge({ id: 'ch_pending', customer, status: 'pending' });
    stripe.charge({ id: 'ch_declined', customer, status: 'failed' });
    stripe.charge({ id: 'ch_reserved', customer, captured: false });
    stripe.charge({ id: 'ch_nobody' });
    stripe.refund('ch_1', 900);
    const source = on.stripeSource();
    const counts = await on.sync(source).sync(source);
    expect(orderCountsText(counts)).toBe('3 new orders, 1 order without an address');
    expect(await on.lines()).toEqual([
      `ch_1 Ann@School.example partly_refunded 4900-900 EUR`,
      `ch_2 ${bob} paid 700 EUR`,
      `ch_3 ${bob} paid 4900 EUR`,
    ]);
    expect(await sql('select type from public.crm_activities where contact_email = $1 order by type', [ann])).toEqual([
      { type: 'order.paid' },
      { type: 'order.refunded' },
    ]);
  });

  it('have amounts in the smallest unit of their own currency', async () => {
    const amounts: [string, number][] = [
      ['eur', 4900],
      ['jpy', 4900],
      ['kwd', 49_000],
      ['isk', 490_000],
      ['ugx', 490_000],
      ['mga', 4900],
    ];
    for (const [currency, amount] of amounts) on.stripe.charge({ id: `ch_${currency}`, email: ann, currency, amount });
    on.stripe.refund('ch_isk', 90_000);
    const source = on.stripeSource();
    await on.sync(source).sync(source);
    expect((await on.lines()).map((line) => line.replace(/^\S+ \S+ /, ''))).toEqual([
      'paid 4900 EUR',
      'partly_refunded 4900-900 ISK',
      'paid 4900 JPY',
      'paid 49000 KWD',
      'paid 490000 MGA',
      'paid 4900 UGX',
    ]);
  });

  it('are asked for page by page, and again after a pause when Stripe is asked too often or does not answer', async () => {
    const { stripe } = on;
    stripe.pageSize = 2;
    for (let n = 1; n <= 5; n++) stripe.charge({ id: `ch_${n}`, email: ann });
    stripe.plan(
      { kind: 'status', status: 429, code: 'rate_limit', headers: { 'retry-after': '7' } },
      { kind: 'status', status: 500 },
      { kind: 'dropped' },
    );
    const source = on.stripeSource();
    const counts = await on.sync(source).sync(source);
    expect([counts.new, on.waited]).toEqual([5, [7, 2, 4]]);
    expect(stripe.calls.filter((call) => call.startsWith('GET /v1/charges')).length).toBe(6);
  });

  it('are asked for again when Stripe does not answer in time', async () => {
    on.stripe.charge({ id: 'ch_1', email: ann });
    on.stripe.plan({ kind: 'hangs' });
    const source = on.stripeSource(1000);
    expect((await on.sync(source).sync(source)).new).toBe(1);
    expect(on.waited.length).toBeGreaterThan(0);
  });

  it('are looked at again for refunds and late payments, and everything else is unchanged', async () => {
    const { stripe } = on;
    stripe.charge({ id: 'ch_old', email: ann, created: '2026-01-10T10:00:00Z' });
    stripe.charge({ id: 'ch_new', email: ann });
    const late = stripe.charge({ id: 'ch_late', email: ann, status: 'pending' });
    const source = on.stripeSource();
    const sync = on.sync(source);
    expect(orderCountsText(await sync.sync(source))).toBe('2 new orders');
    expect(orderCountsText(await sync.sync(source))).toBe('Nothing new');
    stripe.refund('ch_old', undefined, { created: '2026-11-30T10:00:00Z' });
    Object.assign(late, { status: 'succeeded', captured: true, amount_captured: 4900 });
    expect(orderCountsText(await sync.sync(source))).toBe('1 new order, 1 refund');
    expect(await on.lines()).toEqual([
      `ch_late ${ann} paid 4900 EUR`,
      `ch_new ${ann} paid 4900 EUR`,
      `ch_old ${ann} refunded 4900-4900 EUR`,
    ]);
    // Only what is new or may still change was asked for.
    expect(stripe.calls.at(-1)).toMatch(/created%5Bgte%5D=|created\[gte\]=/);
    expect((await sync.states())[0]).toMatchObject({
      source: 'stripe',
      state: 'done',
      since: '2026-12-01T10:00:00.000Z',
    });
  });

  it('of one person are those of their customers there, and the known ones that no customer has', async () => {
    const { stripe } = on;
    const customer = stripe.customer('Ann@School.example');
    const second = stripe.customer(ann);
    stripe.pageSize = 2;
    for (let n = 1; n <= 3; n++) stripe.charge({ id: `ch_${n}`, customer });
    stripe.charge({ id: 'ch_4', customer: second });
    stripe.charge({ id: 'ch_guest', email: ann });
    stripe.charge({ id: 'ch_bob', email: bob });
    await sql(
      `with ann as (insert into public.unified_profiles (email) values ('Ann@School.example') returning id)
       insert into public.transactions (profile_id, external_id, amount_minor, currency)
       select id, e, 4900, 'EUR' from ann, unnest(array['ch_guest', 'pi_of_the_first', 'own-number-7']) e`,
    );
    stripe.charges[0]!.payment_intent = 'pi_of_the_first';
    stripe.refund('ch_guest', 100);
    const source = on.stripeSource();
    const counts = await on.sync(source).syncPerson(source, await on.personOf(ann));
    expect(orderCountsText(counts)).toBe('3 new orders, 1 refund');
    // One by one only what no customer has.
    expect(stripe.calls.filter((call) => call.includes('/charges/'))).toEqual([
      expect.stringContaining('/v1/charges/ch_guest?'),
    ]);
    const gone = { kind: 'customer', external_id: 'cus_deleted' } as const;
    expect(orderCountsText(await on.sync(source).follow(source, gone))).toBe('No orders');
    expect((await on.rows()).map(({ external_id, refunded_minor }) => `${external_id} ${refunded_minor}`)).toEqual([
      'ch_2 0',
      'ch_3 0',
      'ch_4 0',
      'ch_guest 100',
      'own-number-7 0',
      'pi_of_the_first 0',
    ]);
  });

  it('that are given back in full say which courses are still open, of linked accounts too, until they are not', async () => {
    const { stripe } = on;
    await sql(`insert into public.courses (title) values ('Bread'), ('Cake')`);
    stripe.charge({ id: 'ch_1', email: ann, metadata: { course_title: 'Bread' } });
    stripe.charge({ id: 'ch_2', email: ann });
    const source = on.stripeSource();
    const sync = on.sync(source);
    await sync.sync(source);
    await sql(
      `with bob as (insert into public.unified_profiles (email) values ($1) returning id)
       insert into public.enrollments (profile_id, course_id, transaction_id)
       select bob.id, c.id, t.id from bob, public.courses c, public.transactions t
       where c.title = 'Cake' and t.external_id = 'ch_2'`,
      [bob],
    );
    const [from, into] = [await on.personOf(bob), await on.personOf(ann)];
    await sql('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [from, into]);
    stripe.refund('ch_1', 900);
    await sync.follow(source, { kind: 'order', external_id: 'ch_1' });
    expect(await on.notices()).toEqual([]);
    for (const external_id of ['ch_1', 'ch_2']) {
      stripe.refund(external_id);
      await sync.follow(source, { kind: 'order', external_id });
    }
    const title = 'Refunded at Stripe, course still open';
    const bread = { title, detail: expect.stringContaining(`${ann} was given everything back for the order ch_1`) };
    const cake = { title, detail: expect.stringContaining(`${bob} was given everything back for the order ch_2`) };
    expect(await on.notices()).toMatchObject([bread, cake]);
    const look = () => on.db.database.tx((tx) => closeNoLongerOpen(tx));
    await look();
    expect(await on.notices()).toMatchObject([bread, cake]);
    await sql(
      `update public.enrollments e set status = 'cancelled' from public.courses c
       where c.id = e.course_id and c.title = 'Bread'`,
    );
    await look();
    expect(await on.notices()).toMatchObject([cake]);
    // As an erasure leaves them.
    await sql('update public.unified_profiles set email = null where email = $1', [bob]);
    await look();
    expect(await on.notices()).toEqual([]);
  });

  it('that come already given back say which course is open that they paid for, and open none', async () => {
    const { stripe } = on;
    await sql(`insert into public.courses (title) values ('Bread'), ('Cake')`);
    await sql(
      `with u as (insert into public.unified_profiles (email) values ($1), ($2) returning id, email)
       insert into public.enrollments (profile_id, course_id, created_at)
       select u.id, c.id, '2026-11-20 10:05Z' from u, public.courses c where u.email = $1 and c.title = 'Bread'`,
      [ann, bob],
    );
    stripe.charge({ id: 'ch_1', email: ann, created: '2026-11-20T10:00:00Z' });
    stripe.charge({ id: 'ch_2', email: bob, created: '2026-11-20T10:00:00Z', metadata: { course_title: 'Cake' } });
    stripe.refund('ch_1');
    stripe.refund('ch_2');
    const source = on.stripeSource();
    await on.sync(source).sync(source);
    expect(await on.notices()).toMatchObject([
      { title: 'Refunded at Stripe, course still open', detail: expect.stringMatching(`^${ann} .* ch_1, .*“Bread”`) },
    ]);
    expect(await sql('select id from public.enrollments')).toHaveLength(1);
  });

  it('for a course that support took away later open nothing, and somebody is told that they were paid', async () => {
    const { stripe } = on;
    await sql(`insert into public.courses (title) values ('Bread')`);
    const charge = { email: ann, metadata: { course_title: 'Bread' } };
    stripe.charge({ id: 'ch_1', ...charge, created: '2026-11-20T10:00:00Z' });
    const source = on.stripeSource();
    const sync = on.sync(source);
    await sync.sync(source);
    await sql(
      `with e as (update public.enrollments set status = 'cancelled' returning id)
       insert into cortex.contact_actions (id, action, person_id, plan, actor, state, resume_at)
       select uuidv7(), 'revoke_access', $1, jsonb_build_object('enrollment', jsonb_build_object('id', e.id)), '{}', 'done',
         cortex.now() from e`,
      [await on.personOf(ann)],
    );
    stripe.charge({ id: 'ch_0', ...charge, created: '2026-11-19T10:00:00Z' });
    await sync.sync(source);
    const statuses = async () =>
      (await sql<{ status: string }>('select status from public.enrollments')).map((e) => e.status);
    expect([await statuses(), await on.notices()]).toMatchObject([
      ['cancelled'],
      [{ title: 'Paid, but the course stays closed', detail: expect.stringContaining('ch_0') }],
    ]);
    await on.db.clock.set('2026-12-02T10:00:00Z');
    stripe.charge({ id: 'ch_2', ...charge, created: '2026-12-02T09:00:00Z' });
    await sync.sync(source);
    expect((await statuses()).toSorted()).toEqual(['active', 'cancelled']);
  });
});

describe('orders of a shop', () => {
  it('are fetched from its own address with its token, and enroll whoever newly paid for a known course', async () => {
    const { shop } = on;
    await sql(`insert into public.courses (title) values ('Bread'), ('Cake'), ('cake')`);
    await sql(`insert into public.purchase_leads (email, first_name) values ($1, 'Ann')`, [ann]);
    shop.pageSize = 2;
    shop.orders = [
      order('1', { course_title: 'BREAD' }),
      order('2', { email: bob, course_title: 'Cake' }),
      order('3', { email: bob, course_title: 'Bread', refunded_minor: 4900 }),
      order('4', { status: 'failed' }),
      order('5', { email: null }),
      order('6', { refunded_minor: 9999 }),
      { external_id: '7' } as ShopOrder,
    ];
    const source = on.shopSource();
    const sync = on.sync(source);
    expect(orderCountsText(await sync.sync(source))).toBe(
      '3 new orders, 1 order without an address, 2 orders that could not be read',
    );
    const enrolled = () =>
      sql(
        `select u.email::text as email, u.first_name, c.title, e.status from public.enrollments e
         join public.unified_profiles u on u.id = e.profile_id join public.courses c on c.id = e.course_id`,
      );
    expect(await enrolled()).toEqual([{ email: ann, first_name: 'Ann', title: 'Bread', status: 'active' }]);
    // What was taken away is not given back by looking again.
    await sql(`update public.enrollments set status = 'cancelled'`);
    shop.orders[0]!.refunded_minor = 900;
    shop.orders[0]!.updated_at = '2026-12-01T09:59:00Z';
    expect(orderCountsText(await sync.sync(source))).toBe('1 refund');
    expect((await enrolled()).map((one) => one.status)).toEqual(['cancelled']);
    expect(shop.calls.at(-1)).toBe('updated_since=2026-12-01T09%3A55%3A00.000Z');
  });

  it('of one person are asked for by address', async () => {
    on.shop.orders = [order('1'), order('2', { email: 'ANN@school.example' }), order('3', { email: bob })];
    await sql(`insert into public.purchase_leads (email) values ('ANN@school.example')`);
    const source = on.shopSource();
    expect((await on.sync(source).syncPerson(source, await on.personOf(ann))).new).toBe(2);
    expect((await on.rows()).map(({ external_id }) => external_id)).toEqual(['1', '2']);
  });

  it.each([
    ['401', { status: 401 }, 'answered 401. Check ORDERS_TOKEN.'],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, 'redirects are not followed'],
    ['something else', { status: 200, body: '<html>' }, 'answered something else than a page of orders'],
    ['too much', { status: 200, body: `"${'x'.repeat(5_000_000)}"` }, 'its answer is larger than'],
    [
      'the same page for ever',
      { status: 200, body: '{"items":[],"next_cursor":"0"}', times: 2 },
      'answered with the same page twice',
    ],
  ])('that answers %s is shown under Needs attention until it answers again', async (_name, planned, sentence) => {
    const source = on.shopSource();
    const sync = on.sync(source);
    on.shop.planned.push(planned, ...('times' in planned ? [planned] : []));
    await expect(sync.sync(source)).rejects.toThrow(SourceError);
    expect(await on.notices()).toMatchObject([
      {
        title: 'Orders from your shop could not be fetched',
        detail: expect.stringContaining(sentence),
        href: '/admin/settings#orders',
      },
    ]);
    expect((await sync.states())[1]).toMatchObject({ state: 'failed', error: expect.stringContaining('shop') });
    await sync.sync(source);
    expect([await on.notices(), (await sync.states())[1]!.state]).toEqual([[], 'done']);
  });

  it('is not asked at an address inside, unless its network was named', async () => {
    const source = on.shopSource({ CORTEX_WEBHOOK_NETWORKS: '10.0.0.0/8' });
    await expect(on.sync(source).sync(source)).rejects.toThrow(/only public addresses are called/);
    expect([on.shop.calls, on.waited]).toEqual([[], []]);
  });

  it('goes on from the page where it was, and from the beginning where the shop has forgotten that page', async () => {
    const { shop } = on;
    shop.pageSize = 1;
    shop.orders = ['1', '2', '3'].map((id) => order(id, { updated_at: '2026-12-01T10:00:00Z' }));
    const source = on.shopSource();
    const sync = on.sync(source);
    const later = { status: 503 };
    const cursors = () => shop.calls.splice(0).map((call) => new URLSearchParams(call).get('cursor') ?? '-');
    const failAfterOne = async () => {
      const changed = source.changed.bind(source);
      source.changed = (...ask) => {
        source.changed = changed;
        return changed(...ask).then((page) => (shop.planned.push(later, later, later, later, later), page));
      };
      await expect(sync.sync(source)).rejects.toThrow(/answered 503/);
    };
    await failAfterOne();
    expect(cursors()).toEqual(['-', '1', '1', '1', '1', '1']);
    await sync.sync(source);
    expect(cursors()).toEqual(['1', '2']);
    await failAfterOne();
    cursors();
    shop.planned.push({ status: 410 });
    await sync.sync(source);
    expect(cursors()).toEqual(['1', '-', '1', '2']);
    expect((await on.rows()).length).toBe(3);
  });
});

describe('several sources', () => {
  it('are all asked, also when one does not answer', async () => {
    on.stripe.key = 'sk_test_another_key';
    on.shop.orders = [order('1')];
    const [stripe, shop] = [on.stripeSource(), on.shopSource()];
    on.stripe.key = 'sk_test_revoked';
    const sync = on.sync(stripe, shop);
    await expect(sync.syncAll()).rejects.toThrow('Stripe answered 401.');
    expect((await on.rows()).length).toBe(1);
    expect(await on.notices()).toMatchObject([
      {
        title: 'Orders from Stripe could not be fetched',
        detail: expect.stringContaining('Set STRIPE_API_KEY to a key'),
      },
    ]);
    await sync.ask(systemActor('test'));
    expect((await sync.states()).map(({ state }) => state)).toEqual(['waiting', 'waiting', 'off']);
  });
});
