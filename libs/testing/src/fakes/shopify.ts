import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, bodyOf, FakeServer } from './server.js';

/** An order as Shopify's Admin API has it, in parts. */
export interface FakeShopifyOrder {
  id: number;
  email: string | null;
  amount: string;
  currency?: string;
  status?: string;
  updated_at: string;
  titles?: string[];
  refunds?: { id: number; amount: string }[];
}

/** Shopify's Admin API, its one question about orders, on a free port of this machine. */
export class FakeShopify extends FakeServer {
  readonly token = 'shpat_of_this_shop';
  /** What was asked for, in order. */
  readonly asked: { query: string; after: string | null }[] = [];
  orders: FakeShopifyOrder[] = [];
  /** Answers the next calls, in order, instead of orders. */
  readonly planned: { status: number; body?: object }[] = [];

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const isQuestion = request.method === 'POST' && /^\/admin\/api\/\d{4}-\d{2}\/graphql\.json$/.test(request.url!);
    if (!isQuestion) return answer(response, 404, { errors: 'Not Found' });
    if (request.headers['x-shopify-access-token'] !== this.token)
      return answer(response, 401, { errors: '[API] Invalid API key or access token' });
    const { variables } = JSON.parse(body) as {
      variables: { first: number; after: string | null; query: string };
    };
    this.asked.push({ query: variables.query, after: variables.after });
    const planned = this.planned.shift();
    if (planned) return answer(response, planned.status, planned.body ?? {});
    const asked = (pattern: RegExp) => pattern.exec(variables.query)?.[1];
    const [from, until] = [asked(/updated_at:>='([^']+)'/), asked(/updated_at:<='([^']+)'/)];
    const email = asked(/email:"([^"]+)"/)?.toLowerCase();
    const all = this.orders
      .filter(({ updated_at }) => (!from || updated_at >= from) && (!until || updated_at <= until))
      .filter((order) => !email || order.email?.toLowerCase() === email)
      .toSorted((a, b) => (a.updated_at < b.updated_at ? -1 : 1));
    const start = Number(variables.after ?? 0);
    const end = start + variables.first;
    answer(response, 200, {
      data: {
        orders: {
          pageInfo: { hasNextPage: end < all.length, endCursor: String(end) },
          nodes: all.slice(start, end).map(asNode),
        },
      },
    });
  }
}

function asNode({
  id,
  email,
  amount,
  currency = 'EUR',
  status = 'PAID',
  updated_at,
  titles,
  refunds = [],
}: FakeShopifyOrder) {
  const set = (given: string) => ({ shopMoney: { amount: given, currencyCode: currency } });
  return {
    legacyResourceId: String(id),
    email,
    test: false,
    displayFinancialStatus: status,
    createdAt: updated_at,
    updatedAt: updated_at,
    processedAt: updated_at,
    totalPriceSet: set(amount),
    totalRefundedSet: set(String(refunds.reduce((sum, refund) => sum + Number(refund.amount), 0))),
    customer: { legacyResourceId: String(id + 1000) },
    lineItems: { pageInfo: { hasNextPage: false }, nodes: (titles ?? ['Bread']).map((title) => ({ title })) },
    refunds: refunds.map((refund) => ({
      legacyResourceId: String(refund.id),
      createdAt: updated_at,
      totalRefundedSet: set(refund.amount),
    })),
  };
}
