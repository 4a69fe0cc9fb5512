import { SourceError, type StripeRefunds } from '#orders';
import { AppError, invalidRequest } from '#platform';
import type { ActionContext, Outcome, OutsideEffect } from '../definition.js';
import type { Order } from './enrollment-order.js';
import { money } from './order-money.js';

/** What has not been given back of an order. */
export const leftToRefund = ({ status, amount_minor, refunded_minor }: Order): number =>
  status === 'paid' || status === 'partly_refunded' ? amount_minor - refunded_minor : 0;

interface Refundable {
  /** What Stripe is asked to give back; null: nothing. */
  stripe: { external_id: string; amount_minor: number; currency: string } | null;
}

/**
 * What Stripe is asked for, when somebody chose so.
 * @throws AppError 400 when this order cannot be given back there
 */
export function stripeWish(refunds: StripeRefunds, order: Order | null, chosen: boolean): Refundable['stripe'] {
  if (!chosen) return null;
  const message = notAtStripe(refunds, order);
  if (message !== undefined) throw invalidRequest(message, [{ pointer: '/refund_at_stripe', message }]);
  return { external_id: order!.external_id!, amount_minor: leftToRefund(order!), currency: order!.currency };
}

/** Why Stripe cannot be asked to give this order back; undefined when it can. */
export function notAtStripe(refunds: StripeRefunds, order: Order | null): string | undefined {
  if (!refunds.isSetUp) return 'Stripe is not set up here. An administrator sets STRIPE_API_KEY.';
  if (!order) return 'No order belongs to this enrollment, so Stripe has nothing to give back.';
  if (!refunds.canRefund(order.external_id))
    return 'This order was not paid at Stripe. Give it back where it was paid.';
  return leftToRefund(order) === 0 ? 'Nothing is left to give back of this order.' : undefined;
}

/** Gives the money back at Stripe, once: by a key that is the action's, and looked up by it when nobody saw the answer. */
export function refundAtStripe<Plan extends Refundable>(refunds: StripeRefunds): OutsideEffect<Plan> {
  return {
    name: 'stripe',
    label: 'Refund at Stripe',
    outside: {
      async run({ id, plan }: ActionContext<Plan>): Promise<Outcome> {
        if (!plan.stripe) return { state: 'not_needed', detail: 'It was not chosen.' };
        try {
          const done = await refunds.refund({ ...plan.stripe, key: keyOf(id) });
          if (done.state === 'not_needed') return { state: 'not_needed', detail: 'Stripe had given it back before.' };
          return given(done, plan.stripe.currency);
        } catch (error) {
          if (!(error instanceof SourceError) || !error.more.final) throw error;
          throw new AppError('order_source_failed', [error.message, error.more.remedy].filter(Boolean).join(' '));
        }
      },
      async lookUp({ id, plan }: ActionContext<Plan>): Promise<Outcome | 'not_done'> {
        const done = plan.stripe && (await refunds.lookUp({ ...plan.stripe, key: keyOf(id) }));
        return plan.stripe && done?.state === 'done' ? given(done, plan.stripe.currency) : 'not_done';
      },
    },
  };
}

const keyOf = (actionId: string): string => `action:${actionId}:stripe`;

const given = (done: { refund_id: string; amount_minor: number }, currency: string): Outcome => ({
  state: 'done',
  detail: `${money({ amount_minor: done.amount_minor, currency })} given back, ${done.refund_id}.`,
  kept: { refund_id: done.refund_id, amount_minor: done.amount_minor, currency },
});
