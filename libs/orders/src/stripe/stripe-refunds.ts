import { Injectable } from '@nestjs/common';
import { Config } from '#platform';
import type Stripe from 'stripe';
import { SourceError } from '../source.js';
import { minorOf, stripeAmountOf } from './stripe-amounts.js';
import { asked, STRIPE, stripeClient } from './stripe-client.js';

/** What somebody wants given back. */
export interface RefundWish {
  /** The order's name at Stripe. */
  external_id: string;
  /** In the currency's smallest unit; absent: all that is left. */
  amount_minor?: number;
  currency: string;
  /** Names this wish for ever: the same one is carried out once, however often it is tried. */
  key: string;
}

/** `not_needed`: nothing was left to give back. */
export type RefundDone =
  { state: 'done'; refund_id: string; amount_minor: number; status: string | null } | { state: 'not_needed' };

/** Refunds of one order that are looked through for a wish. */
const MOST = 100;
const MARK = 'cortex_refund';

/** Gives money back at Stripe. */
@Injectable()
export class StripeRefunds {
  private readonly stripe: Stripe | undefined;

  constructor({ env }: Config) {
    this.stripe = stripeClient(env);
  }

  /** Whether there is a Stripe to give money back at. */
  get isSetUp(): boolean {
    return this.stripe !== undefined;
  }

  /** Whether this order can be refunded from here: Stripe is set up, and it is Stripe's. */
  canRefund(externalId: string | null): boolean {
    return this.stripe !== undefined && /^(?:ch|py|pi)_\w+$/.test(externalId ?? '');
  }

  /**
   * Gives money back once. Where it is not clear whether that worked, ask `lookUp` before it is tried again.
   * @throws SourceError; with `more.final` nothing was given back, otherwise it is unclear
   */
  async refund({ external_id, amount_minor, currency, key }: RefundWish): Promise<RefundDone> {
    const amount = amount_minor === undefined ? {} : { amount: stripeAmountOf(amount_minor, currency) };
    const params = { ...ofOrder(external_id), ...amount, metadata: { [MARK]: key } };
    try {
      const refund = await asked(() => this.client.refunds.create(params, { idempotencyKey: key }));
      return done(refund);
    } catch (error) {
      if (error instanceof SourceError && error.reason.includes('charge_already_refunded'))
        return { state: 'not_needed' };
      throw error;
    }
  }

  /**
   * Whether a wish was carried out: by the mark that its refund carries.
   * @returns undefined when it was not
   * @throws SourceError when Stripe does not say
   */
  async lookUp({ external_id, key }: Pick<RefundWish, 'external_id' | 'key'>): Promise<RefundDone | undefined> {
    const page = await asked(() => this.client.refunds.list({ ...ofOrder(external_id), limit: MOST }));
    const found = page.data.find(({ metadata, status }) => metadata?.[MARK] === key && status !== 'failed');
    return found && done(found);
  }

  private get client(): Stripe {
    if (!this.stripe) throw new SourceError(STRIPE, 'is not set up', { final: true, remedy: 'Set STRIPE_API_KEY.' });
    return this.stripe;
  }
}

const ofOrder = (id: string): { charge: string } | { payment_intent: string } =>
  id.startsWith('pi_') ? { payment_intent: id } : { charge: id };

const done = ({ id, amount, currency, status }: Stripe.Refund): RefundDone => ({
  state: 'done',
  refund_id: id,
  amount_minor: minorOf(amount, currency.toUpperCase()),
  status,
});
