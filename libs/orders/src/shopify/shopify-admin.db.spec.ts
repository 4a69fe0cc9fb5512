import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { internet, readConfig } from '#platform';
import { FakeShopify } from '#testing';
import { ann, OrdersFixture } from '../orders.fixture.js';
import { ShopifyOrders } from './shopify-admin.js';
import { ShopifyReports } from './shopify-reports.js';

let on: OrdersFixture;
let shopify: FakeShopify;
let source: ShopifyOrders;
beforeAll(async () => {
  on = await OrdersFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('truncate cortex.shopify_refunds');
  shopify = await FakeShopify.start();
  const config = readConfig({ CORTEX_WEBHOOK_NETWORKS: '127.0.0.1' });
  source = new ShopifyOrders({ url: shopify.url, token: shopify.token }, internet(config), on.db.database);
});
afterEach(async () => {
  await on.close();
  await shopify.close();
});

const bob = 'bob@school.example';
const order = (id: number, more: object = {}) => ({
  ...{ id, email: ann, amount: '49.00', updated_at: '2026-11-20T10:00:00.000Z' },
  ...more,
});

describe('orders that Shopify has from before', () => {
  it('are fetched once, page by page, and then what changed', async () => {
    shopify.orders = Array.from({ length: 45 }, (_, n) => order(n + 1, n % 2 ? { email: bob } : {}));
    shopify.orders.push(order(90, { status: 'AUTHORIZED' }), order(91, { email: null }));
    const sync = on.sync(source);
    expect(await sync.sync(source)).toMatchObject({ new: 45, without_address: 1, unreadable: 0 });
    expect(shopify.asked.map(({ after }) => after)).toEqual([null, '20', '40']);
    expect(shopify.asked[0]!.query).toBe("updated_at:<='2026-12-01T10:00:00.000Z'");
    expect((await on.lines())[0]).toBe(`gid://shopify/Order/1 ${ann} paid 4900 EUR`);
    await on.db.clock.advance({ days: 1 });
    shopify.orders[0] = order(1, {
      ...{ updated_at: '2026-12-01T20:00:00.000Z', status: 'PARTIALLY_REFUNDED', refunds: [{ id: 7, amount: '9.00' }] },
    });
    shopify.asked.length = 0;
    expect(await sync.sync(source)).toMatchObject({ new: 0, refunds: 1 });
    expect(shopify.asked).toEqual([
      { query: "updated_at:>='2026-12-01T09:55:00.000Z' updated_at:<='2026-12-02T10:00:00.000Z'", after: null },
    ]);
    expect((await on.lines())[0]).toBe(`gid://shopify/Order/1 ${ann} partly_refunded 4900-900 EUR`);
  });

  it('are the same rows as those that were reported, with each refund counted once', async () => {
    const reports = new ShopifyReports(on.db.database, readConfig({ SHOPIFY_WEBHOOK_SECRET: 'whsec_of_this_shop' }));
    shopify.orders = [order(1, { status: 'PARTIALLY_REFUNDED', refunds: [{ id: 7, amount: '9.00' }] })];
    await on.sync(source).sync(source);
    const refund = (id: number, amount: string) => ({
      ...{ id, order_id: 1, created_at: '2026-12-01T11:00:00Z' },
      transactions: [{ kind: 'refund', status: 'success', amount, currency: 'EUR' }],
    });
    await reports.take('refunds/create', refund(7, '9.00'));
    expect(await on.lines()).toEqual([`gid://shopify/Order/1 ${ann} partly_refunded 4900-900 EUR`]);
    await on.db.clock.advance({ hours: 2 });
    await reports.take('refunds/create', refund(8, '1.00'));
    expect(await on.lines()).toEqual([`gid://shopify/Order/1 ${ann} partly_refunded 4900-1000 EUR`]);
  });

  it('are fetched for one person', async () => {
    shopify.orders = [order(1), order(2, { email: bob })];
    await on.db.database.run('insert into public.unified_profiles (email) values ($1)', [ann]);
    const counts = await on.sync(source).syncPerson(source, await on.personOf(ann));
    expect(counts).toMatchObject({ new: 1 });
    expect(shopify.asked[0]!.query).toBe(`email:"${ann}"`);
  });

  it('wait where Shopify has no room, and say what to do where it refuses', async () => {
    shopify.orders = [order(1)];
    const errors = (code: string) => ({ status: 200, body: { errors: [{ message: 'No', extensions: { code } }] } });
    shopify.planned.push(errors('THROTTLED'));
    const sync = on.sync(source);
    expect(await sync.sync(source)).toMatchObject({ new: 1 });
    expect(on.waited).toEqual([2]);
    shopify.planned.push(errors('ACCESS_DENIED'));
    await expect(sync.sync(source)).rejects.toThrow('Shopify does not let orders be read.');
    expect(await on.notices()).toMatchObject([
      { title: 'Orders from Shopify could not be fetched', detail: expect.stringContaining('read_all_orders') },
    ]);
    shopify.planned.push({ status: 401 });
    await expect(sync.sync(source)).rejects.toThrow('Shopify answered 401.');
  });
});
