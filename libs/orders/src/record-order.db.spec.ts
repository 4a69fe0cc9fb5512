import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { orderCountsText } from '#contracts';
import fc from 'fast-check';
import { ann, expectKilled, killing, order, OrdersFixture } from './orders.fixture.js';

let on: OrdersFixture;
beforeAll(async () => {
  on = await OrdersFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(() => on.reset());
afterEach(() => on.close());

const bob = 'bob@school.example';
const sql = <T = Record<string, unknown>>(text: string, values: unknown[] = []) => on.db.database.rows<T>(text, values);

describe('an order', () => {
  it('is never moved to another person: it waits for a decision, and is fine when both are one', async () => {
    const { shop } = on;
    shop.orders = [order('1'), order('2', { email: bob })];
    const source = on.shopSource();
    const sync = on.sync(source);
    await sync.sync(source);
    shop.orders[0] = order('1', { email: bob, refunded_minor: 4900, updated_at: '2026-12-01T10:00:00Z' });
    expect(orderCountsText(await sync.sync(source))).toBe('1 order that names another person');
    expect((await on.lines())[0]).toBe(`1 ${ann} paid 4900 EUR`);
    const [profile] = await sql<{ id: string }>('select id from public.unified_profiles where email = $1', [ann]);
    expect(await on.notices()).toMatchObject([
      {
        title: 'An order at your shop names another person',
        detail: expect.stringContaining('names somebody else (1). Nothing was changed.'),
        href: `/admin/directory?contact=${profile!.id}`,
      },
    ]);
    const [from, into] = [await on.personOf(bob), await on.personOf(ann)];
    await sql('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [from, into]);
    expect(orderCountsText(await sync.sync(source))).toBe('1 refund');
    expect([(await on.lines())[0], await on.notices()]).toEqual([`1 ${ann} refunded 4900-4900 EUR`, []]);
  });

  it('stays where it is when its source still has an address that nobody has any more', async () => {
    on.shop.orders = [order('1')];
    const source = on.shopSource();
    const sync = on.sync(source);
    await sync.sync(source);
    await sql(`update public.unified_profiles set email = 'new@school.example'`);
    on.shop.orders[0]!.refunded_minor = 100;
    on.shop.orders[0]!.updated_at = '2026-12-01T10:00:00Z';
    expect(orderCountsText(await sync.sync(source))).toBe('1 refund');
    expect(await on.lines()).toEqual(['1 new@school.example partly_refunded 4900-100 EUR']);
  });

  it('of somebody who has another address by now is theirs, unless the old one is somebody else’s', async () => {
    const { stripe } = on;
    const customer = stripe.customer(ann);
    stripe.charge({ id: 'ch_1', customer });
    const source = on.stripeSource();
    const sync = on.sync(source);
    await sync.sync(source);
    await sql(`update public.unified_profiles set email = 'new@school.example'`);
    stripe.charge({ id: 'ch_2', customer });
    expect((await sync.sync(source)).new).toBe(1);
    await sql(`insert into public.purchase_leads (email) values ($1)`, [ann]);
    stripe.charge({ id: 'ch_3', customer });
    await sync.sync(source);
    expect((await on.rows()).map(({ external_id, email }) => `${external_id} ${email}`)).toEqual([
      'ch_1 new@school.example',
      'ch_2 new@school.example',
      `ch_3 ${ann}`,
    ]);
  });

  it('that was refunded here stays refunded while its source does not know of it', async () => {
    on.shop.orders = [order('1')];
    const source = on.shopSource();
    const sync = on.sync(source);
    await sync.sync(source);
    await sql(`update public.transactions set status = 'refunded', refunded_minor = 4900`);
    on.shop.orders[0]!.updated_at = '2026-12-01T10:00:00Z';
    expect(orderCountsText(await sync.sync(source))).toBe('Nothing new');
    on.shop.orders[0]!.refunded_minor = 100;
    expect(orderCountsText(await sync.sync(source))).toBe('Nothing new');
    expect(await on.lines()).toEqual([`1 ${ann} refunded 4900-4900 EUR`]);
  });

  it('is the same in the end however its source is asked: side by side, cut off anywhere, again and again', async () => {
    const { shop } = on;
    const one = fc.record({
      who: fc.constantFrom(ann, bob, 'ANN@School.example', null),
      amount: fc.integer({ min: 0, max: 9 }),
      refunded: fc.integer({ min: 0, max: 9 }),
      failed: fc.boolean(),
    });
    /** Which pages are killed, of how many rounds at once. */
    const rounds = fc.array(fc.array(fc.nat(4), { maxLength: 2 }), { minLength: 1, maxLength: 3 });
    const plan = fc.record({
      before: fc.array(one, { minLength: 1, maxLength: 8 }),
      after: fc.array(one, { minLength: 1, maxLength: 8 }),
      rounds,
      person: fc.boolean(),
    });
    const put = (all: { who: string | null; amount: number; refunded: number; failed: boolean }[]) => {
      shop.orders = all.map(({ who, amount, refunded, failed }, nth) =>
        order(`o${nth}`, {
          email: who,
          amount_minor: amount,
          refunded_minor: Math.min(amount, refunded),
          ...(failed ? { status: 'failed' } : {}),
          updated_at: '2026-12-01T10:00:00Z',
        }),
      );
    };
    await fc.assert(
      fc.asyncProperty(plan, async ({ before, after, rounds: killed, person }) => {
        const run = async (kills: number[][]) => {
          const sync = on.sync(on.shopSource());
          const fetches = kills.map((pages) => sync.sync(killing(on.shopSource(), pages)).catch(expectKilled));
          const known = await sql<{ person_id: string }>('select person_id from cortex.people where address = $1', [
            ann,
          ]);
          if (person && known[0]) fetches.push(sync.syncPerson(on.shopSource(), known[0].person_id));
          await Promise.all(fetches);
        };
        shop.pageSize = 3;
        await on.empty();
        put(before);
        await run([[]]);
        put(after);
        await run([[]]);
        await run([[]]);
        const wanted = await on.lines();
        await on.empty();
        put(before);
        await run(killed);
        await run([[]]);
        put(after);
        await run(killed);
        await run([[], []]);
        expect(await on.lines()).toEqual(wanted);
      }),
      { numRuns: 10 },
    );
  });
});
