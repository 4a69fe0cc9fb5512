import type { Tx } from '#platform';

export type Stream = 'broadcast' | 'transactional';
export const suppressionReasons = ['hard_bounce', 'spam_complaint', 'manual', 'inactive'] as const;
export type SuppressionReason = (typeof suppressionReasons)[number];

export const streams: readonly Stream[] = ['broadcast', 'transactional'];

/** Begins the origin of whatever Postmark told us. */
const POSTMARK = 'postmark';

export interface NewSuppression {
  address: string;
  stream: Stream;
  reason: SuppressionReason;
  /** Who said so: `postmark`, `postmark 406`, `postmark webhook`, a member of staff. */
  origin: string;
  message_id?: string;
  /** When that was so, where it was not just now; what lies ahead counts as now. */
  at?: Date;
}

/**
 * Adds addresses to the list of those that get no mail on a stream, a row for each reason. What was lifted after `at`
 * stays lifted; at one instant the suppression stands. A colleague's origin is never replaced by Postmark's.
 * @returns how many rows are new
 */
export async function suppress(tx: Tx, suppressions: readonly NewSuppression[]): Promise<number> {
  if (suppressions.length === 0) return 0;
  const kept = await tx.rows<{ is_new: boolean }>(
    `with given as (
       select distinct on (s.address, s.stream, s.reason) s.*
       from (
         select cortex.address(r.address::citext) as address, r.stream, r.reason, r.origin, r.message_id,
           least(coalesce(r.at, cortex.now()), cortex.now()) as at
         from jsonb_to_recordset($1::jsonb)
           as r(address text, stream text, reason text, origin text, message_id uuid, at timestamptz)) s
       order by s.address, s.stream, s.reason, s.at desc
     )
     insert into cortex.suppressions (address, stream, reason, origin, message_id, created_at)
     select g.address, g.stream, g.reason, g.origin, g.message_id, g.at from given g
     where not exists (select from cortex.suppression_lifts l
       where l.address = g.address and l.stream = g.stream and l.reason = g.reason and l.lifted_at > g.at)
     order by g.address, g.stream, g.reason
     on conflict (address, stream, reason) do update set
       created_at = least(suppressions.created_at, excluded.created_at),
       repeated_at = greatest(suppressions.repeated_at, suppressions.created_at, excluded.created_at),
       origin = case when starts_with(suppressions.origin, '${POSTMARK}') then excluded.origin else suppressions.origin end
     returning old.id is null as is_new`,
    [JSON.stringify(suppressions)],
  );
  await bringFlagsUpToDate(
    tx,
    suppressions.map((one) => one.address),
  );
  return kept.filter((row) => row.is_new).length;
}

export interface Lift {
  addresses: readonly string[];
  streams: readonly Stream[];
  reasons: readonly SuppressionReason[];
  /** When it was lifted, where it was not just now; what was said after that stays. */
  at?: Date;
  /** Only what Postmark had told us. */
  fromPostmark?: boolean;
}

/**
 * Takes addresses off the list for these reasons, and remembers when, for older reports that arrive later.
 * @returns how many rows were taken off
 */
export async function liftSuppressions(tx: Tx, lifts: readonly Lift[]): Promise<number> {
  let lifted = 0;
  for (const { addresses, streams: on, reasons, at, fromPostmark } of lifts) {
    const row = await tx.row<{ n: number }>(
      `with wanted as materialized (
         select distinct cortex.address(a::citext) as address, s as stream, r as reason,
           least(coalesce($4::timestamptz, cortex.now()), cortex.now()) as at
         from unnest($1::text[]) a, unnest($2::text[]) s, unnest($3::text[]) r
       ), remembered as (
         insert into cortex.suppression_lifts (address, stream, reason, lifted_at)
         select w.address, w.stream, w.reason, w.at from wanted w where w.address is not null order by 1, 2, 3
         on conflict (address, stream, reason) do update
           set lifted_at = greatest(suppression_lifts.lifted_at, excluded.lifted_at)
       ), gone as (
         delete from cortex.suppressions x using wanted w
         where x.address = w.address and x.stream = w.stream and x.reason = w.reason
           and (coalesce(x.repeated_at, x.created_at) < w.at or $4::timestamptz is null)
           and (not $5::boolean or starts_with(x.origin, '${POSTMARK}'))
         returning 1
       )
       select count(*)::int as n from gone`,
      [addresses, on, reasons, at ?? null, fromPostmark === true],
    );
    lifted += row!.n;
    await bringFlagsUpToDate(tx, addresses);
  }
  return lifted;
}

/** What somebody's own wish for mail lifts: that a colleague or they themselves stopped it, and nothing else. */
export const liftForPerson = (tx: Tx, address: string, stream: Stream, at?: Date): Promise<number> =>
  liftSuppressions(tx, [{ addresses: [address], streams: [stream], reasons: ['manual'], at }]);

/**
 * What a reactivation at Postmark lifts: the bounce, wherever it was put, and what somebody had put on Postmark's list
 * of this stream. Not a complaint, and not what a colleague suppressed here.
 */
export const liftForPostmark = (tx: Tx, address: string, stream: Stream, at?: Date): Promise<number> =>
  liftSuppressions(tx, [
    { addresses: [address], streams, reasons: ['hard_bounce', 'inactive'], at },
    { addresses: [address], streams: [stream], reasons: ['manual'], at, fromPostmark: true },
  ]);

/** Of these addresses those whose owner complained about mail of this stream. */
export async function complainedAmong(tx: Tx, addresses: readonly string[], stream: Stream): Promise<string[]> {
  const rows = await tx.rows<{ address: string }>(
    `select address from cortex.suppressions where reason = 'spam_complaint' and stream = $2
       and address in (select cortex.address(a::citext) from unnest($1::text[]) a) order by address`,
    [addresses, stream],
  );
  return rows.map((row) => row.address);
}

/**
 * The flags on the directory row follow the list. People are locked sorted by address, as everywhere, with those who are
 * linked with them: what the same transaction says of their consent is about all of them.
 */
async function bringFlagsUpToDate(tx: Tx, addresses: readonly string[]): Promise<void> {
  await tx.run(
    `with named as materialized (
       select p.person_id from cortex.people p
       where p.address in (select cortex.address(a::citext) from unnest($1::text[]) a)
     ), locked as materialized (
       select p.person_id from cortex.people p
       where p.person_id = any(array(select l.person_id from cortex.linked_with(array(select n.person_id from named n)) l))
       order by p.address for no key update
     ), wanted as (
       select l.person_id from locked l where l.person_id in (select n.person_id from named n)
     )
     update cortex.people p
     set suppressed_broadcast = exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'broadcast'),
       suppressed_transactional =
         exists (select from cortex.suppressions s where s.address = p.address and s.stream = 'transactional')
     from wanted w where p.person_id = w.person_id`,
    [addresses],
  );
}
