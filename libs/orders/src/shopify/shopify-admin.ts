import { callOut, type Database, type Net, type Tried } from '#platform';
import { minorMoney } from '#rules';
import { z } from 'zod';
import {
  SourceError,
  type ChangedSince,
  type OrderPage,
  type OrdersOf,
  type OrderSource,
  type SourceOrder,
} from '../source.js';
import { shopifyOrder } from './shopify-orders.js';
import { refundedOf } from './shopify-refunds.js';

export interface ShopifySettings {
  /** `SHOPIFY_URL`, an origin. */
  url: string;
  /** `SHOPIFY_ADMIN_TOKEN` */
  token: string;
}

const VERSION = '2026-07';
/** Orders of one page: as many as one question may cost. */
const PAGE = 20;
/** Bytes of one answer, and milliseconds for it. */
const MOST_BYTES = 4 * 1024 * 1024;
const PATIENCE = 20_000;
/** Seconds after which Shopify has room for another question. */
const THROTTLED = 2;
/** Minutes that Shopify's clock may be behind ours. */
const CLOCKS = 5;

const QUESTION = `query Orders($first: Int!, $after: String, $query: String) {
  orders(first: $first, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes {
      legacyResourceId email test displayFinancialStatus createdAt updatedAt processedAt
      totalPriceSet { shopMoney { amount currencyCode } }
      totalRefundedSet { shopMoney { amount } }
      customer { legacyResourceId }
      lineItems(first: 10) { pageInfo { hasNextPage } nodes { title } }
      refunds(first: 10) { legacyResourceId createdAt totalRefundedSet { shopMoney { amount currencyCode } } }
    }
  }
}`;

const money = z.object({ shopMoney: z.object({ amount: z.string(), currencyCode: z.string() }) });
const node = z.object({
  legacyResourceId: z.coerce.string(),
  email: z.string().nullish(),
  test: z.boolean().nullish(),
  displayFinancialStatus: z.string().nullish(),
  createdAt: z.string(),
  updatedAt: z.string(),
  processedAt: z.string().nullish(),
  totalPriceSet: money,
  totalRefundedSet: z.object({ shopMoney: z.object({ amount: z.string() }) }),
  customer: z.object({ legacyResourceId: z.coerce.string() }).nullish(),
  lineItems: z.object({
    pageInfo: z.object({ hasNextPage: z.boolean() }),
    nodes: z.array(z.object({ title: z.string().nullish() })),
  }),
  refunds: z.array(z.object({ legacyResourceId: z.coerce.string(), createdAt: z.string(), totalRefundedSet: money })),
});
type Node = z.output<typeof node>;

const answered = z.object({
  data: z.object({
    orders: z.object({
      pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
      nodes: z.array(z.unknown()),
    }),
  }),
});
const refused = z.object({
  errors: z.array(z.looseObject({ extensions: z.looseObject({ code: z.string().optional() }).optional() })).min(1),
});

/** Where the addresses of one person stand in the list of what is asked, and Shopify's own cursor. */
interface Place {
  at: number;
  cursor?: string;
}

/**
 * The orders of a shop at Shopify, by its Admin API: those from before its webhooks, and what these have lost. They are
 * the same orders under the same names.
 */
export class ShopifyOrders implements OrderSource {
  readonly name = 'shopify';
  readonly label = 'Shopify';

  constructor(
    private readonly settings: ShopifySettings,
    private readonly net: Net,
    private readonly database: Database,
  ) {}

  changed({ since, until, position }: ChangedSince, signal?: AbortSignal): Promise<OrderPage> {
    const from = since && new Date(since.getTime() - CLOCKS * 60_000);
    const times = [from && `updated_at:>='${from.toISOString()}'`, `updated_at:<='${until.toISOString()}'`];
    return this.page(times.filter(Boolean).join(' '), position, signal);
  }

  async of({ addresses, position }: OrdersOf, signal?: AbortSignal): Promise<OrderPage> {
    const place: Place = position === undefined ? { at: 0 } : (JSON.parse(position) as Place);
    const page = await this.page(`email:${JSON.stringify(addresses[place.at])}`, place.cursor, signal);
    const next = page.next !== undefined ? { at: place.at, cursor: page.next } : { at: place.at + 1 };
    return { ...page, next: next.at < addresses.length ? JSON.stringify(next satisfies Place) : undefined };
  }

  private async page(query: string, after: string | undefined, signal?: AbortSignal): Promise<OrderPage> {
    const { url, token } = this.settings;
    const call = {
      url: `${url}/admin/api/${VERSION}/graphql.json`,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'Cortex',
        'x-shopify-access-token': token,
      },
      body: JSON.stringify({ query: QUESTION, variables: { first: PAGE, after: after ?? null, query } }),
      whole: MOST_BYTES,
      patience: PATIENCE,
    };
    const tried = await callOut(call, this.net, signal);
    if (!tried.ok) throw this.unanswered(tried);
    const body = parsed(tried.answer);
    const answer = answered.safeParse(body);
    if (!answer.success) throw this.refusal(body, after !== undefined);
    const { nodes, pageInfo } = answer.data.data.orders;
    const read = nodes.map((one) => node.safeParse(one));
    const orders: SourceOrder[] = [];
    for (const one of read) {
      const order = one.success ? await this.orderOf(one.data) : undefined;
      if (order) orders.push(order);
    }
    return {
      orders,
      unreadable: read.filter(({ success }) => !success).length,
      next: pageInfo.hasNextPage && pageInfo.endCursor ? pageInfo.endCursor : undefined,
    };
  }

  /** As a webhook reports it; undefined for one that was not paid. Its refunds are noted as if they had been reported. */
  private async orderOf(given: Node): Promise<SourceOrder | undefined> {
    const { amount, currencyCode: currency } = given.totalPriceSet.shopMoney;
    const read = shopifyOrder({
      id: given.legacyResourceId,
      email: given.email,
      customer: given.customer && { id: given.customer.legacyResourceId },
      total_price: amount,
      currency,
      financial_status: given.displayFinancialStatus?.toLowerCase(),
      test: given.test,
      created_at: given.createdAt,
      updated_at: given.updatedAt,
      processed_at: given.processedAt,
      // Of what goes on nobody knows whether it is one course alone.
      line_items: given.lineItems.pageInfo.hasNextPage ? [] : given.lineItems.nodes,
      refunds: given.refunds.map((refund) => ({
        id: refund.legacyResourceId,
        created_at: refund.createdAt,
        transactions: [{ kind: 'refund', status: 'success', ...moneyOf(refund.totalRefundedSet) }],
      })),
    });
    if (!read) return undefined;
    const { order, refunds } = read;
    const known = await refundedOf(this.database, order.external_id, currency, refunds);
    const said = minorMoney(Number(given.totalRefundedSet.shopMoney.amount), currency);
    return { ...order, refunded_minor: Math.min(Math.max(known, said), order.amount_minor) };
  }

  private unanswered({ status, reason, final, retry_after: retryAfter }: Tried & { ok: false }): SourceError {
    const remedies = new Map([
      [401, 'Check SHOPIFY_ADMIN_TOKEN.'],
      [403, 'Check SHOPIFY_ADMIN_TOKEN, and that its app may read orders.'],
      [404, 'Check SHOPIFY_URL.'],
    ]);
    const remedy = remedies.get(status ?? 0);
    return new SourceError(this.label, status === undefined ? `could not be asked: ${reason}` : reason, {
      final,
      ...(remedy === undefined ? {} : { remedy }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }

  /** Shopify says also with a status of 200 that it does not answer. */
  private refusal(body: unknown, hadCursor: boolean): SourceError {
    const codes = refused.safeParse(body).data?.errors.map(({ extensions }) => extensions?.code) ?? [];
    if (codes.includes('THROTTLED'))
      return new SourceError(this.label, 'has no room for questions now', { final: false, retryAfter: THROTTLED });
    if (codes.includes('ACCESS_DENIED')) {
      const remedy = 'Give the app of SHOPIFY_ADMIN_TOKEN the scopes read_orders and read_all_orders.';
      return new SourceError(this.label, 'does not let orders be read', { final: true, remedy });
    }
    return new SourceError(this.label, 'answered something else than a page of orders', {
      final: true,
      ...(hadCursor ? { lostPlace: true } : {}),
    });
  }
}

const moneyOf = ({ shopMoney: { amount, currencyCode } }: z.output<typeof money>) => ({
  amount,
  currency: currencyCode,
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
