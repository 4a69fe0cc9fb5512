import type { Tx } from '#platform';
import { newcombe, sumDifference, sumInterval, wilson, type Amounts, type Interval } from '#statistics';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';
import { MEASURED_DAYS, type Brought, type Results } from './measure.js';

/** So many people of so many, as a count with its interval. */
function likely(hits: number, sent: number): Interval {
  const n = Math.max(hits, sent);
  const { low, high } = wilson({ hits, n });
  return { low: Math.round(low * n), high: Math.round(high * n) };
}

const amountsIn = ({ money }: Brought, currency: string, n: number): Amounts => {
  const found = money.find((one) => one.currency === currency);
  return { n, sum: found?.sum ?? 0, squares: found?.squares ?? 0 };
};

const whole = ({ low, high }: Interval): Interval => ({ low: Math.round(low), high: Math.round(high) });

/** How many more of `mails` people did it than would have, had they been like those who were held out. */
function more(mailed: number, mails: number, heldOut: number, people: number) {
  const { low, high } = newcombe({ hits: mailed, n: mails }, { hits: heldOut, n: people });
  return {
    mailed,
    held_out: heldOut,
    more: Math.round(mailed - (heldOut / people) * mails),
    ...whole({ low: low * mails, high: high * mails }),
  };
}

/**
 * What a broadcast brought, with intervals at 95 %: counts are of people, and the interval is the one of their share,
 * times how many there are.
 * @param sent mails that have left
 * @returns null until it was measured
 */
export async function resultsOf(tx: Tx, row: BroadcastRow, sent: number) {
  const found = await tx.row<{ measured_at: Date | null; final: boolean; results: Results | null }>(
    `select r.measured_at, r.measure_at is null as final, r.results from cortex.broadcast_results r
     where r.broadcast_id = $1`,
    [row.id],
  );
  if (!found?.results || !found.measured_at) return null;
  const { days, after_click: after, mailed, held_out } = found.results;
  const heldOut = row.left_out['held_out'] ?? 0;
  const mails = row.candidates - Object.values(row.left_out).reduce((sum, n) => sum + n, 0);
  return {
    measured_at: found.measured_at.toISOString(),
    final: found.final,
    days,
    measured_days: MEASURED_DAYS,
    enrolled: { people: after.enrolled_people, times: after.enrollments, ...likely(after.enrolled_people, sent) },
    paid: { people: after.paid_people, times: after.payments, ...likely(after.paid_people, sent) },
    money: after.money.map(({ currency, sum }) => ({
      currency,
      amount_minor: sum,
      ...whole(sumInterval(amountsIn(after, currency, sent))),
    })),
    held_out:
      heldOut === 0 || mails === 0
        ? null
        : {
            people: heldOut,
            mails,
            enrolled: more(mailed.enrolled_people, mails, held_out.enrolled_people, heldOut),
            paid: more(mailed.paid_people, mails, held_out.paid_people, heldOut),
            money: [...new Set([...mailed.money, ...held_out.money].map(({ currency }) => currency))].map(
              (currency) => {
                const { value, ...interval } = sumDifference(
                  amountsIn(mailed, currency, mails),
                  amountsIn(held_out, currency, heldOut),
                );
                return { currency, more_minor: Math.round(value), ...whole(interval) };
              },
            ),
          },
  };
}
