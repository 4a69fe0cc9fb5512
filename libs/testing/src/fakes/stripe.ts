import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answer, bodyOf, FakeServer } from './server.js';

/** What happens to one call. */
type StripeMishap =
  | { kind: 'status'; status: number; headers?: Record<string, string>; code?: string }
  /** Does it, then closes the connection without a word. */
  | { kind: 'done_and_dropped' }
  | { kind: 'dropped' }
  /** Never answers. */
  | { kind: 'hangs' };

export interface NewCharge {
  id?: string;
  customer?: string;
  email?: string;
  receipt_email?: string;
  amount?: number;
  currency?: string;
  status?: 'succeeded' | 'pending' | 'failed';
  captured?: boolean;
  amount_captured?: number;
  payment_intent?: string;
  /** RFC 3339 */
  created?: string;
  metadata?: Record<string, string>;
}

interface StripeObject {
  id: string;
  object: string;
  created: number;
  [name: string]: unknown;
}
type StripeCharge = StripeObject & { amount: number; amount_captured: number; amount_refunded: number };

/** Stands on every answer. */
const numbered = { 'request-id': 'req_test' };

/** The header by which Stripe signs a body. `at`: epoch seconds. */
export const stripeSignature = (secret: string, body: string | Buffer, at = Math.floor(Date.now() / 1000)): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`;

/** What is sent to a webhook about an object, and the header that says it is from Stripe. */
export function stripeReport(
  secret: string,
  type: string,
  object: object,
  more: { previous_attributes?: object; at?: number; created?: number } = {},
): { body: string; signature: string } {
  const at = more.at ?? Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id: `evt_${createHmac('sha256', type).update(JSON.stringify(object)).digest('hex').slice(0, 24)}`,
    object: 'event',
    api_version: '2025-03-31.basil',
    created: more.created ?? at,
    data: { object, ...(more.previous_attributes ? { previous_attributes: more.previous_attributes } : {}) },
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type,
  });
  return { body, signature: stripeSignature(secret, body, at) };
}

/**
 * Speaks as much of Stripe's API as orders need, in the shapes of its reference: customers, charges and refunds, in
 * pages from the newest on, on a free port of this machine.
 */
export class FakeStripe extends FakeServer {
  /** Method and path with its query, in order. */
  readonly calls: string[] = [];
  readonly customers: StripeObject[] = [];
  readonly charges: StripeCharge[] = [];
  readonly refunds: StripeObject[] = [];
  key = 'sk_test_the_key_of_this_test';
  /** Objects of a page at most, however many are asked for. */
  pageSize = 100;
  private readonly planned: StripeMishap[] = [];
  private readonly answered = new Map<string, object>();
  private count = 0;

  /** What happens to the next calls, in order. */
  plan(...mishaps: StripeMishap[]): void {
    this.planned.push(...mishaps);
  }

  customer(email: string | null, id = `cus_${++this.count}`): string {
    const created = 1_764_000_000 + this.count;
    this.customers.push({
      id,
      object: 'customer',
      created,
      email,
      name: null,
      phone: null,
      livemode: false,
      metadata: {},
    });
    return id;
  }

  charge(given: NewCharge = {}): StripeCharge {
    const { amount = 4900, status = 'succeeded', captured = status === 'succeeded' } = given;
    const charge: StripeCharge = {
      id: given.id ?? `ch_${++this.count}`,
      object: 'charge',
      amount,
      amount_captured: given.amount_captured ?? (captured ? amount : 0),
      amount_refunded: 0,
      balance_transaction: null,
      billing_details: { address: null, email: given.email ?? null, name: null, phone: null },
      captured,
      created: Math.floor(Date.parse(given.created ?? '2026-11-20T10:00:00Z') / 1000),
      currency: given.currency ?? 'eur',
      customer: given.customer ?? null,
      description: null,
      disputed: false,
      livemode: false,
      metadata: given.metadata ?? {},
      paid: status === 'succeeded',
      payment_intent: given.payment_intent ?? null,
      receipt_email: given.receipt_email ?? null,
      refunded: false,
      status,
    };
    this.charges.push(charge);
    return charge;
  }

  refund(chargeId: string, amount?: number, more: { created?: string; metadata?: object } = {}): StripeObject {
    const charge = this.charges.find(({ id }) => id === chargeId)!;
    const given = amount ?? charge.amount_captured - charge.amount_refunded;
    charge.amount_refunded += given;
    charge.refunded = charge.amount_refunded >= charge.amount_captured;
    const refund: StripeObject = {
      id: `re_${++this.count}`,
      object: 'refund',
      amount: given,
      charge: charge.id,
      created: Math.floor(Date.parse(more.created ?? '2026-11-25T10:00:00Z') / 1000),
      currency: charge.currency,
      metadata: more.metadata ?? {},
      payment_intent: charge.payment_intent,
      reason: null,
      status: 'succeeded',
    };
    this.refunds.push(refund);
    return refund;
  }

  protected async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const given = await bodyOf(request);
    this.calls.push(`${request.method} ${request.url}`);
    const mishap = this.planned.shift();
    if (mishap?.kind === 'hangs') return;
    if (mishap?.kind === 'dropped') return void request.socket.destroy();
    if (mishap?.kind === 'status') {
      const { status, headers = {}, code } = mishap;
      return answer(response, status, errorOf(code ?? 'trouble', 'Planned by the test.'), { ...numbered, ...headers });
    }
    const [status, body] = this.answerTo(request, given);
    if (mishap?.kind === 'done_and_dropped') return void request.socket.destroy();
    answer(response, status, body, numbered);
  }

  private answerTo(request: IncomingMessage, body: string): [number, object] {
    if (request.headers.authorization !== `Bearer ${this.key}`)
      return [401, errorOf(undefined, 'Invalid API Key provided: sk_test_****')];
    const url = new URL(request.url!, 'http://stripe.test');
    const query = url.searchParams;
    const [, , kind, id] = url.pathname.split('/');
    if (request.method === 'POST') return this.makeRefund(request, new URLSearchParams(body));
    const all: Record<string, StripeObject[]> = {
      customers: this.customers,
      charges: this.charges,
      refunds: this.refunds,
    };
    const expand = [...query].filter(([name]) => name.startsWith('expand')).map(([, value]) => value);
    if (id !== undefined) {
      const found = all[kind!]!.find((one) => one.id === id);
      return found
        ? [200, this.expanded(found, expand)]
        : [404, errorOf('resource_missing', `No such ${kind}: '${id}'`)];
    }
    const customer = query.get('customer');
    if (customer !== null && !this.customers.some((one) => one.id === customer))
      return [400, errorOf('resource_missing', `No such customer: '${customer}'`)];
    const wanted = all[kind!]!.filter((one) => fits(one, query)).toSorted(
      (a, b) => b.created - a.created || (a.id < b.id ? 1 : -1),
    );
    const after = query.get('starting_after');
    const from = after === null ? 0 : wanted.findIndex((one) => one.id === after) + 1;
    if (after !== null && from === 0) return [400, errorOf('resource_missing', `No such ${kind}: '${after}'`)];
    const size = Math.min(Number(query.get('limit') ?? 10), this.pageSize);
    const data = wanted.slice(from, from + size);
    const inner = expand.map((path) => path.replace(/^data\./, ''));
    return [
      200,
      {
        object: 'list',
        url: `/v1/${kind}`,
        has_more: wanted.length > from + size,
        data: data.map((one) => this.expanded(one, inner)),
      },
    ];
  }

  private makeRefund(request: IncomingMessage, form: URLSearchParams): [number, object] {
    const key = String(request.headers['idempotency-key']);
    const before = this.answered.get(key);
    if (before) return [200, before];
    const [charge, intent] = [form.get('charge'), form.get('payment_intent')];
    const found = this.charges.find((one) => one.id === charge || (intent !== null && one.payment_intent === intent));
    if (!found) return [404, errorOf('resource_missing', 'No such charge')];
    if (found.amount_refunded >= found.amount_captured)
      return [400, errorOf('charge_already_refunded', 'Charge has already been refunded.')];
    const amount = form.get('amount');
    const marks = [...form].flatMap(([name, value]) => {
      const mark = /^metadata\[(\w+)\]$/.exec(name)?.[1];
      return mark === undefined ? [] : [[mark, value] as const];
    });
    const made = this.refund(found.id, amount === null ? undefined : Number(amount), {
      metadata: Object.fromEntries(marks),
    });
    this.answered.set(key, made);
    return [200, made];
  }

  private expanded(one: StripeObject, paths: readonly string[]): object {
    const copy: Record<string, unknown> = { ...one };
    for (const name of new Set(paths.map((path) => path.split('.')[0]!))) {
      const target = [...this.customers, ...this.charges].find(({ id }) => id === one[name]);
      const further = paths.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
      if (target) copy[name] = this.expanded(target, further);
    }
    return copy;
  }
}

const fits = (one: StripeObject, query: URLSearchParams): boolean => {
  const [from, to] = [query.get('created[gte]'), query.get('created[lte]')];
  if (from !== null && one.created < Number(from)) return false;
  if (to !== null && one.created > Number(to)) return false;
  // Stripe compares addresses letter by letter.
  return ['customer', 'email', 'charge', 'payment_intent'].every(
    (name) => query.get(name) === null || one[name] === query.get(name),
  );
};

const errorOf = (code: string | undefined, message: string): object => ({
  error: { ...(code === undefined ? {} : { code }), message, type: 'invalid_request_error' },
});
