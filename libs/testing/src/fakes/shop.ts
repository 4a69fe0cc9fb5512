import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, FakeServer } from './server.js';

export interface ShopOrder {
  external_id: string;
  email?: string | null;
  amount_minor: number;
  refunded_minor?: number;
  currency: string;
  status?: string;
  occurred_at: string;
  course_id?: string;
  course_title?: string;
  /** When it changed last; not answered. */
  updated_at?: string;
}

/** A shop's endpoint as the description of `GET /orders/sources` has it, on a free port of this machine. */
export class FakeShop extends FakeServer {
  /** The queries, in order. */
  readonly calls: string[] = [];
  orders: ShopOrder[] = [];
  token: string | undefined = 'the-token-of-this-shop';
  pageSize = 50;
  /** Answers the next calls, in order, instead of orders. */
  readonly planned: { status: number; body?: string; headers?: Record<string, string> }[] = [];

  override get url(): string {
    return `${super.url}/api/orders`;
  }

  protected take(request: IncomingMessage, response: ServerResponse): void {
    const { searchParams: query } = new URL(request.url!, 'http://shop.test');
    this.calls.push(query.toString());
    const planned = this.planned.shift();
    if (planned) return answer(response, planned.status, planned.body ?? {}, planned.headers);
    const wanted = this.token === undefined ? undefined : `Bearer ${this.token}`;
    if (request.headers.authorization !== wanted) return answer(response, 401, { error: 'unauthorized' });
    const [email, since] = [query.get('email'), query.get('updated_since')];
    const all = this.orders.filter(
      (order) =>
        (email === null || order.email?.toLowerCase() === email.toLowerCase()) &&
        (since === null || (order.updated_at ?? order.occurred_at) >= since),
    );
    const from = Number(query.get('cursor') ?? 0);
    const items = all.slice(from, from + this.pageSize).map(({ updated_at: _at, ...order }) => order);
    const end = from + this.pageSize;
    answer(response, 200, { items, next_cursor: end < all.length ? String(end) : null });
  }
}
