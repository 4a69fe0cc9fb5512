import { createLog, internet, readConfig, type Config } from '#platform';
import { FakeShop, FakeStripe, testDatabase, type ShopOrder, type TestDatabase } from '#testing';
import { OrderSync } from './order-sync.js';
import { ShopOrders } from './shop/shop-orders.js';
import type { OrderSource } from './source.js';
import { stripeClient } from './stripe/stripe-client.js';
import { StripeOrders } from './stripe/stripe-orders.js';

export interface OrderRow {
  external_id: string;
  email: string;
  amount_minor: number;
  refunded_minor: number;
  currency: string;
  status: string;
}

/** A database, a Stripe and a shop on this machine, and the fetching between them; everything is driven by hand. */
export class OrdersFixture {
  stripe!: FakeStripe;
  shop!: FakeShop;
  /** Seconds that were waited, in order. */
  waited: number[] = [];

  private constructor(readonly db: TestDatabase) {}

  static async make(): Promise<OrdersFixture> {
    return new OrdersFixture(await testDatabase({ poolSize: 8 }));
  }

  async reset(): Promise<void> {
    [this.stripe, this.shop] = [await FakeStripe.start(), await FakeShop.start()];
    this.waited = [];
    await this.db.clock.set('2026-12-01T10:00:00Z');
    await this.empty();
  }

  async empty(): Promise<void> {
    await this.db.database.run(
      `truncate public.unified_profiles, public.purchase_leads, public.transactions, public.enrollments, public.courses,
         public.crm_activities, cortex.activity_inbox, cortex.people, cortex.person_links, cortex.former_ids,
         cortex.pending, cortex.attention, cortex.order_sources, cortex.order_sightings, cortex.refused_orders,
         cortex.order_hints, cortex.contact_actions cascade`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.stripe.close(), this.shop.close()]);
  }

  config(more: Record<string, string> = {}): Config {
    return readConfig({
      STRIPE_API_KEY: this.stripe.key,
      STRIPE_API_URL: this.stripe.url,
      ORDERS_URL: this.shop.url,
      ...(this.shop.token === undefined ? {} : { ORDERS_TOKEN: this.shop.token }),
      CORTEX_WEBHOOK_NETWORKS: '127.0.0.1',
      ...more,
    });
  }

  stripeSource(patience?: number): StripeOrders {
    return new StripeOrders(stripeClient(this.config().env, patience)!);
  }

  shopSource(more: Record<string, string> = {}): ShopOrders {
    const config = this.config(more);
    return new ShopOrders({ url: config.env.ORDERS_URL!, token: config.env.ORDERS_TOKEN }, internet(config));
  }

  sync(...sources: OrderSource[]): OrderSync {
    const log = createLog('silent', 'test');
    return new OrderSync(this.db.database, this.config(), sources, log).waiting(async (seconds) => {
      this.waited.push(seconds);
    });
  }

  /** Every order, by its name. */
  async rows(): Promise<OrderRow[]> {
    return this.db.database.rows<OrderRow>(
      `select t.external_id, u.email::text as email, t.amount_minor::float8 as amount_minor,
         t.refunded_minor::float8 as refunded_minor, t.currency::text as currency, t.status
       from public.transactions t join public.unified_profiles u on u.id = t.profile_id order by t.external_id`,
    );
  }

  /** `ann@school.example paid 4900 EUR`, with what was refunded where anything was. */
  async lines(): Promise<string[]> {
    return (await this.rows()).map(
      ({ external_id, email, status, amount_minor, refunded_minor, currency }) =>
        `${external_id} ${email} ${status} ${amount_minor}${refunded_minor ? `-${refunded_minor}` : ''} ${currency}`,
    );
  }

  async notices(): Promise<{ title: string; detail: string; href: string | null }[]> {
    return this.db.database.rows(
      `select title, detail, action ->> 'href' as href from cortex.attention where closed_at is null order by key`,
    );
  }

  async personOf(email: string): Promise<string> {
    const row = await this.db.database.row<{ person_id: string }>(
      'select person_id from cortex.people where address = $1',
      [email],
    );
    return row!.person_id;
  }
}

export const ann = 'ann@school.example';

/** An order of the shop's, Ann's unless it says otherwise. */
export const order = (external_id: string, more: Partial<ShopOrder> = {}): ShopOrder => ({
  external_id,
  email: ann,
  amount_minor: 4900,
  currency: 'EUR',
  occurred_at: '2026-11-20T10:00:00Z',
  ...more,
});

export const expectKilled = (error: unknown) => {
  if (!(error instanceof Error) || error.message !== 'killed') throw error;
  return undefined as never;
};

/** A source whose process dies when it asks for one of these pages. */
export function killing(source: OrderSource, pages: readonly number[]): OrderSource {
  let page = 0;
  const changed: OrderSource['changed'] = async (ask, signal) => {
    if (pages.includes(page++)) throw new Error('killed');
    return source.changed(ask, signal);
  };
  return { name: source.name, label: source.label, changed, of: source.of.bind(source) };
}
