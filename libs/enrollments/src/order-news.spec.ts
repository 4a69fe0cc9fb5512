import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { afterNews, type OrderState, type PaymentFields } from './order-news.js';

const AMOUNT = 9;
/** What a shop can say of an order of nine, whether or not its status goes with its numbers. */
const news = (amount: fc.Arbitrary<number>, status: PaymentFields['status'][]) =>
  amount.chain((amount_minor) =>
    fc.record({
      amount_minor: fc.constant(amount_minor),
      currency: fc.constant('EUR'),
      refunded_minor: fc.option(fc.integer({ min: 0, max: amount_minor }), { nil: undefined }),
      status: fc.constantFrom(...status),
    }),
  ) as fc.Arbitrary<PaymentFields>;

/** What is refused changes nothing, as the database sees to it. */
function after(all: readonly PaymentFields[], from?: OrderState): OrderState | undefined {
  return all.reduce((known, one) => {
    try {
      const next = afterNews(known, one, '');
      return next.refunded_minor > next.amount_minor ? known : next;
    } catch {
      return known;
    }
  }, from);
}

describe('what is said of an order', () => {
  it('comes to the same in any order and with repeats', () => {
    const plan = fc
      .array(news(fc.constant(AMOUNT), ['paid', 'refunded', undefined]), { minLength: 1, maxLength: 6 })
      .chain((once) =>
        fc.record({
          once: fc.constant(once),
          again: fc
            .array(fc.constantFrom(...once), { maxLength: 6 })
            .chain((more) => fc.shuffledSubarray([...once, ...more], { minLength: once.length + more.length })),
        }),
      );
    fc.assert(fc.property(plan, ({ once, again }) => expect(after(again)).toEqual(after(once))));
  });

  it('never takes a refund back, and its status always goes with what was given back', () => {
    const any = news(fc.integer({ min: 0, max: AMOUNT }), ['paid', 'refunded', 'partly_refunded', 'failed', undefined]);
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 8 }), (all) => {
        let known: OrderState | undefined;
        for (const one of all) {
          const before = known;
          known = after([one], known);
          if (!known) continue;
          const { status, amount_minor: amount, refunded_minor: refunded } = known;
          const fits = {
            paid: refunded === 0,
            failed: refunded === 0,
            partly_refunded: refunded > 0 && refunded < amount,
            refunded: refunded === amount,
          };
          expect(fits[status]).toBe(true);
          if (before?.status === 'refunded') expect(status).toBe('refunded');
          if (before && status !== 'refunded') expect(refunded).toBeGreaterThanOrEqual(before.refunded_minor);
        }
      }),
    );
  });

  it('is not a part that was given back, when nobody says how much', () => {
    const some = { amount_minor: AMOUNT, currency: 'EUR', status: 'partly_refunded' as const };
    expect(() => afterNews(undefined, some, '/transaction')).toThrow('Say how much was given back');
    const known = afterNews(undefined, { ...some, refunded_minor: 4 }, '');
    expect(afterNews(known, some, '')).toEqual(known);
  });
});
