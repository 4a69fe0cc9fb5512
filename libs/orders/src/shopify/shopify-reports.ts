import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { bringIn, upsertProfile } from '#enrollments';
import { AppError, Config, Database } from '#platform';
import { tellRefused } from '../refused-orders.js';
import type { SourceOrder } from '../source.js';
import { takeOrders } from '../take-orders.js';
import { shopifyCustomer, shopifyOrder, shopifyRefund } from './shopify-orders.js';
import { refundedOf } from './shopify-refunds.js';

const SHOPIFY = { name: 'shopify', label: 'Shopify' };

type Outcome = 'taken' | 'ignored';

/** What Shopify reports by its webhooks: orders that were paid, refunds and customers. Repeats and late reports change nothing. */
@Injectable()
export class ShopifyReports {
  private readonly secret: string | undefined;
  private readonly topics = new Map<string, (body: unknown) => Promise<Outcome>>([
    ...['orders/create', 'orders/paid', 'orders/cancelled'].map(
      (topic) => [topic, (body: unknown) => this.takeOrder(body)] as const,
    ),
    ['refunds/create', (body) => this.takeRefund(body)],
    ...['customers/create', 'customers/update'].map(
      (topic) => [topic, (body: unknown) => this.takeCustomer(body)] as const,
    ),
  ]);

  constructor(
    private readonly database: Database,
    { env }: Config,
  ) {
    this.secret = env.SHOPIFY_WEBHOOK_SECRET;
  }

  /**
   * Looks at the header of a report before its body is taken.
   * @throws AppError 401 when it cannot be from Shopify, or nobody has said how to tell
   */
  assertHeader(header: unknown): void {
    if (this.secret === undefined || typeof header !== 'string' || !/^[A-Za-z0-9+/]{43}=$/.test(header))
      throw notFromShopify();
  }

  /** @throws AppError 401 when this body was not signed by Shopify */
  assertSigned(body: Buffer, header: unknown): void {
    this.assertHeader(header);
    const wanted = createHmac('sha256', this.secret ?? randomBytes(32))
      .update(body)
      .digest();
    if (!timingSafeEqual(wanted, Buffer.from(String(header), 'base64'))) throw notFromShopify();
  }

  /** Takes a report whose signature was looked at. Topics that mean nothing to us are ignored. */
  async take(topic: unknown, body: unknown): Promise<Outcome> {
    return (await this.topics.get(String(topic))?.(body)) ?? 'ignored';
  }

  private async takeOrder(body: unknown): Promise<Outcome> {
    const read = shopifyOrder(body);
    if (!read) return 'ignored';
    const { order, refunds, at } = read;
    const refunded = await refundedOf(this.database, order.external_id, order.currency, refunds);
    await this.record({ ...order, refunded_minor: Math.min(refunded, order.amount_minor) }, at);
    return 'taken';
  }

  /** Of an order that is not known yet the refund is kept, and counts once the order comes. */
  private async takeRefund(body: unknown): Promise<Outcome> {
    const refund = shopifyRefund(body);
    if (!refund) return 'ignored';
    const { order_id, currency } = refund;
    const refunded = await refundedOf(this.database, order_id, currency, [refund]);
    const seen = await this.database.row<{ amount_minor: string; buyer: string | null; failed: boolean }>(
      `select s.amount_minor, s.buyer, s.failed from cortex.order_sightings s
       where s.external_id = $1 and s.source = 'shopify' and s.currency = $2`,
      [order_id, currency],
    );
    if (!seen) return 'taken';
    const amount = Number(seen.amount_minor);
    const order: SourceOrder = {
      external_id: order_id,
      also: [],
      buyer: seen.buyer ?? undefined,
      email: undefined,
      amount_minor: amount,
      refunded_minor: Math.min(refunded, amount),
      currency,
      failed: seen.failed,
      occurred_at: refund.at.toISOString(),
      course: {},
    };
    await this.record(order, refund.at);
    return 'taken';
  }

  private async takeCustomer(body: unknown): Promise<Outcome> {
    const profile = shopifyCustomer(body);
    if (!profile) return 'ignored';
    await bringIn(this.database, [profile], upsertProfile);
    return 'taken';
  }

  private async record(order: SourceOrder, at: Date): Promise<void> {
    await takeOrders(this.database, SHOPIFY, { orders: [order], unreadable: 0, next: undefined }, at);
    await this.database.tx((tx) => tellRefused(tx, SHOPIFY));
  }
}

const notFromShopify = (): AppError =>
  new AppError(
    'wrong_webhook_credentials',
    'The webhook needs a signature by the secret that SHOPIFY_WEBHOOK_SECRET names.',
  );
