import { batchLimit } from '#emails';
import type { Tx } from '#platform';

/** E-mails a second while nothing is known: the middle of what Postmark's plans are said to allow. It publishes none. */
const ASSUMED_PACE = 50;

/** The latest batches that are looked at, and for how many days they say how fast mail leaves. */
const LATEST = 2_000;
const DAYS = 7;
/** A batch with fewer mails says more about its call than about the pace. */
const LARGE = 100;
/** Seconds between two batches that belong to sending: the usual ones, and while Postmark was too busy. */
const GAP = { usual: 5, busy: 60 } as const;

/** How fast mail leaves for Postmark. */
interface Pace {
  per_second: number;
  /** From what was sent in the last days; else it is assumed. */
  measured: boolean;
}

/**
 * Large batches to Postmark of the last days: their mails, by the time in which at least one of them was under way. So
 * lanes side by side, retries and waiting for Postmark are in it, and the time in which nothing was sent is not.
 */
export async function paceOf(tx: Tx): Promise<Pace> {
  const { mails, seconds } = (await tx.row<{ mails: number; seconds: number }>(
    `with latest as materialized (
       select s.size, s.outcome, s.claimed_at, s.settled_at, s.facts ->> 'provider' as provider
       from cortex.send_batches s order by s.id desc limit $1
     ), spans as (
       select l.size, l.outcome, l.claimed_at, l.settled_at,
         max(l.settled_at) over (order by l.claimed_at, l.settled_at rows between unbounded preceding and 1 preceding) as before,
         lag(l.outcome) over (order by l.claimed_at, l.settled_at) as outcome_before
       from latest l
       -- What had to be looked up was settled long after it was over.
       where l.provider = 'postmark' and l.size >= $2 and l.outcome in ('answered', 'busy', 'refused')
         and l.claimed_at > cortex.now() - make_interval(days => $3)
     )
     select coalesce(sum(s.size) filter (where s.outcome = 'answered'), 0)::int as mails,
       coalesce(sum(extract(epoch from
         greatest(s.settled_at - greatest(s.claimed_at, s.before), interval '0')
         + case when s.claimed_at - s.before
               <= make_interval(secs => case when s.outcome_before = 'answered' then $4::int else $5::int end)
             then greatest(s.claimed_at - s.before, interval '0') else interval '0' end)), 0)::float8 as seconds
     from spans s`,
    [LATEST, LARGE, DAYS, GAP.usual, GAP.busy],
  ))!;
  return mails > 0 && seconds > 0
    ? { per_second: mails / seconds, measured: true }
    : { per_second: ASSUMED_PACE, measured: false };
}

/** How many calls so many mails take, and how many seconds at this pace. */
export const durationOf = (mails: number, { per_second, measured }: Pace) => ({
  calls: Math.ceil(mails / batchLimit),
  seconds: Math.ceil(mails / per_second),
  per_second: Math.max(0.1, Math.round(per_second * 10) / 10),
  measured,
});
