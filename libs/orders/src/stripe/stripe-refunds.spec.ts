import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, readConfig } from '#platform';
import { FakeStripe } from '#testing';
import { StripeRefunds } from './stripe-refunds.js';

let stripe: FakeStripe;
beforeAll(async () => {
  stripe = await FakeStripe.start();
});
afterAll(() => stripe.close());

const wish = (external_id: string, key = newId()) => ({ external_id, currency: 'EUR', key });

describe('a refund at Stripe', () => {
  it('is made once, and is found by its mark when the answer was lost', async () => {
    stripe.charge({ id: 'ch_1', email: 'ann@school.example', payment_intent: 'pi_1' });
    const refunds = new StripeRefunds(readConfig({ STRIPE_API_KEY: stripe.key, STRIPE_API_URL: stripe.url }));
    expect(['ch_1', 'pi_1', 'own-7', null].map((id) => refunds.canRefund(id))).toEqual([true, true, false, false]);
    const first = { ...wish('pi_1'), amount_minor: 1900 };
    expect(await refunds.lookUp(first)).toBeUndefined();
    stripe.plan({ kind: 'done_and_dropped' });
    await expect(refunds.refund(first)).rejects.toMatchObject({ more: { final: false } });
    expect(await refunds.lookUp(first)).toMatchObject({ state: 'done', amount_minor: 1900 });
    expect(await refunds.refund(first)).toMatchObject({ state: 'done', amount_minor: 1900 });
    expect(stripe.charges[0]!.amount_refunded).toBe(1900);
    expect(await refunds.refund(wish('ch_1'))).toMatchObject({ state: 'done', amount_minor: 3000 });
    expect(await refunds.refund(wish('ch_1'))).toEqual({ state: 'not_needed' });
    expect(stripe.refunds.length).toBe(2);
    await expect(refunds.refund(wish('ch_of_nobody'))).rejects.toMatchObject({ more: { final: true } });
  });

  it('is not made where Stripe is not set up', async () => {
    const refunds = new StripeRefunds(readConfig({}));
    expect(refunds.canRefund('ch_1')).toBe(false);
    await expect(refunds.refund(wish('ch_1'))).rejects.toThrow('Stripe is not set up.');
  });
});
