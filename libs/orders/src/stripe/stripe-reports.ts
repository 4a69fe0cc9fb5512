import { Injectable } from '@nestjs/common';
import { AppError, Config, Database, invalidRequest } from '#platform';
import { z } from 'zod';
import type { Hint } from '../source.js';
import { takeOrders } from '../take-orders.js';
import { orderOf, StripeOrders } from './stripe-orders.js';
import { STRIPE, stripeClient, stripeLibrary } from './stripe-client.js';

/** Seconds that a report may be under way. */
const TOLERANCE = 300;

/** What a report may be about, by the type of its object: where the id stands that is asked for. */
const objects = new Map<unknown, { kind: Hint['kind']; id: string }>([
  ['charge', { kind: 'order', id: 'id' }],
  ['refund', { kind: 'order', id: 'charge' }],
  ['dispute', { kind: 'order', id: 'charge' }],
  ['customer', { kind: 'customer', id: 'id' }],
]);

/** The types that say something about orders. */
const told = /^(?:charge|refund)\.|^customer\.updated$/;

/** As much of a report as is read. */
const reported = z.object({
  type: z.string(),
  created: z.number().int().min(0),
  data: z.object({
    object: z.record(z.string(), z.unknown()),
    previous_attributes: z.record(z.string(), z.unknown()).nullish(),
  }),
});
type Reported = z.infer<typeof reported>;

/** The same of a charge, whatever version of Stripe's API the account reports in. */
const reportedCharge = z.object({
  id: z.string().max(200),
  amount: z.number().int().min(0),
  amount_captured: z.number().int().min(0),
  amount_refunded: z.number().int().min(0),
  captured: z.boolean(),
  status: z.enum(['succeeded', 'pending', 'failed']),
  currency: z.string().length(3),
  created: z.number().int().min(0),
  payment_intent: z.string().max(200).nullish(),
  customer: z.string().max(200).nullish(),
  billing_details: z.object({ email: z.string().nullish() }).nullish(),
  receipt_email: z.string().nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
});

/**
 * What Stripe reports by its webhook. A report is taken as a hint: what it is about is asked of Stripe, so that reports
 * which come late, twice or in another order change nothing. Without a key to ask with, a charge is taken as reported.
 */
@Injectable()
export class StripeReports {
  private readonly secret: string | undefined;
  private readonly source: StripeOrders | undefined;

  constructor(
    private readonly database: Database,
    { env }: Config,
  ) {
    this.secret = env.STRIPE_WEBHOOK_SECRET;
    const client = stripeClient(env);
    this.source = client && new StripeOrders(client);
  }

  /**
   * Looks at the header of a report before its body is taken.
   * @throws AppError 401 when it cannot be from Stripe, or nobody has said how to tell
   */
  assertHeader(header: unknown): void {
    const at = typeof header === 'string' ? /(?:^|,)t=(\d{1,12})(?:,|$)/.exec(header)?.[1] : undefined;
    const isNear = Math.abs(Number(at) - Date.now() / 1000) <= TOLERANCE;
    if (this.secret === undefined || at === undefined || !isNear) throw notFromStripe();
  }

  /** @throws AppError 401 when this body was not signed by Stripe within the last five minutes */
  assertSigned(body: Buffer, header: unknown): void {
    this.assertHeader(header);
    try {
      stripeLibrary().webhooks.signature!.verifyHeader(body, String(header), this.secret!, TOLERANCE);
    } catch {
      throw notFromStripe();
    }
  }

  /**
   * Takes a report whose signature was looked at.
   * @throws AppError 400 when it is none
   */
  async take(report: unknown): Promise<'taken' | 'ignored'> {
    const read = reported.safeParse(report);
    if (!read.success) throw invalidRequest('Send one event of Stripe as a JSON object.');
    const { type, data } = read.data;
    const about = told.test(type) ? objects.get(data.object.object) : undefined;
    const id = about && data.object[about.id];
    if (!about || typeof id !== 'string' || !/^\w{1,200}$/.test(id)) return 'ignored';
    if (about.kind === 'customer' && data.previous_attributes?.email === undefined) return 'ignored';
    if (!this.source) return this.takeAsReported(read.data);
    await this.database.run(`insert into cortex.order_hints (source, kind, external_id) values ('stripe', $1, $2)`, [
      about.kind,
      id,
    ]);
    return 'taken';
  }

  private async takeAsReported({ created, data }: Reported): Promise<'taken' | 'ignored'> {
    const charge = data.object.object === 'charge' ? reportedCharge.safeParse(data.object) : undefined;
    const order = charge?.success ? orderOf(charge.data) : undefined;
    if (!order) return 'ignored';
    const page = { orders: [order], unreadable: 0, next: undefined };
    await takeOrders(this.database, { name: 'stripe', label: STRIPE }, page, new Date(created * 1000));
    return 'taken';
  }
}

const notFromStripe = (): AppError =>
  new AppError(
    'wrong_webhook_credentials',
    'The webhook needs a signature by the secret that STRIPE_WEBHOOK_SECRET names, not older than five minutes.',
  );
