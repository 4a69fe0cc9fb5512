import { booleanArray, instantArray, textArray, uuidArray } from './binary-arrays.js';

/** One activity as the HTTP path stores it; checked already. */
export interface IncomingActivity {
  id: string;
  /** What makes a repeat a duplicate: the given id, a hash of source and external id, or both. */
  keys: string[];
  email: string | null;
  anonymousId: string | null;
  type: string;
  /** JSON text. */
  metadata: string;
  /** RFC 3339; null means now. */
  occurredAt: string | null;
  source: string;
  history: boolean;
  /** An address that nobody has is left out, instead of making a lead of it. */
  onlyKnown: boolean;
}

/** What became of an activity. */
export type StoreResult =
  | { id: string; status: 'accepted' | 'duplicate' }
  | { id: string; status: 'rejected'; error: { pointer: string; message: string } };

/**
 * What `cortex.address` makes of an address in printable ASCII, which nearly all are; null leaves it to the
 * database, whose Unicode tables are the ones that count.
 */
const plainAddress = (email: string | null): string | null =>
  email !== null && /^[!-~]+$/.test(email) ? email.toLowerCase() : null;

/** The column, or nothing when no row uses it: a missing array reads as nulls, and costs the server nothing. */
const sparse = <T>(column: (T | null)[]): (T | null)[] => (column.every((value) => value === null) ? [] : column);

/** The values of every statement that stores a group. */
export function storeValues(rows: readonly IncomingActivity[], takesUnknown: boolean): unknown[] {
  const addresses = rows.map((row) => plainAddress(row.email));
  const emailsAreAddresses = rows.every((row, n) => row.email === addresses[n]);
  return [
    uuidArray(rows.map((row) => row.id)),
    textArray(rows.map((row) => row.email)),
    textArray(sparse(rows.map((row) => row.anonymousId))),
    textArray(rows.map((row) => row.type)),
    textArray(rows.map((row) => row.metadata)),
    instantArray(sparse(rows.map((row) => row.occurredAt))),
    textArray(rows.map((row) => row.source)),
    booleanArray(sparse(rows.map((row) => row.history || null))),
    // The first key of an activity is its id.
    booleanArray(sparse(rows.map((row) => (row.keys.length === 0 ? true : null)))),
    uuidArray(sparse(rows.map((row) => row.keys[1] ?? null))),
    takesUnknown,
    textArray(emailsAreAddresses ? [] : addresses),
    emailsAreAddresses,
  ];
}

/** What the statement says about a row that it did not store; rows that it stored are not mentioned. */
export interface NotStored {
  ord: number;
  reason: 'duplicate' | 'unknown' | 'future';
}

/** Who each row is about, and why it is not stored; `repeated` are further cases of `verdict`. */
const given = (repeated = '') => `
  with given as materialized (
    select g.ord::int as ord, g.id, g.email, g.anonymous_id, g.type, g.metadata, g.source,
      g.history is true as history, case when g.keyless is null then g.id end as key, g.other_key,
      coalesce(g.occurred_at, cortex.now()) as occurred_at,
      p.person_id, case when p.type = 'customer' then p.id end as contact_id,
      case
        when g.occurred_at > cortex.now() + interval '5 minutes' then 'future'
        when g.email is not null and p.type is null and not $11::boolean then 'unknown'
        ${repeated}
      end as verdict
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::boolean[],
      $9::boolean[], $10::uuid[], $12::text[])
      with ordinality as g(id, email, anonymous_id, type, metadata, occurred_at, source, history, keyless, other_key,
        address, ord)
    left join cortex.people p
      on p.address = case when $13::boolean then g.email else coalesce(g.address, cortex.address(g.email::citext)) end
  )`;

const stored = (table: string) => `
  stored as (
    insert into ${table}
      (id, contact_email, anonymous_id, contact_id, type, metadata, occurred_at, source, person_id, history)
    select g.id, g.email::citext, g.anonymous_id, g.contact_id, g.type, g.metadata::jsonb, g.occurred_at, g.source,
      g.person_id, g.history
    from given g
    where g.verdict is null
  )`;

const NOT_STORED = 'select g.ord, g.verdict as reason from given g where g.verdict is not null';

/**
 * Stores a group in one statement: finds the person of each address, looks for the keys, notes those that are new,
 * and inserts what no key repeats. The group must not hold one key twice. Keys are inserted sorted, so that two
 * groups never wait for each other in a circle; a key that another group noted at the same moment fails the
 * statement (23505), and the next attempt sees it. Rows of an address nobody knows are left out unless $11 says
 * otherwise; the table's trigger fills the inbox. No part joins two parts of the group: the planner takes them for a
 * handful of rows and would compare every row with every other. Keys are looked for by scalar subselects: EXISTS may
 * become a hash of the whole table, and a plan made while the table was empty did that for each group.
 */
export const STORE_ACTIVITIES = `
  ${given(`
        when g.keyless is null and (select true from cortex.activity_keys e where e.key = g.id) then 'duplicate'
        when g.other_key is not null and (select true from cortex.activity_keys e where e.key = g.other_key)
          then 'duplicate'`)},
  ${stored('public.crm_activities')},
  noted as (
    insert into cortex.activity_keys (key, occurred_at)
    select k.key, k.occurred_at from (
      select g.key, g.occurred_at from given g where g.verdict is null and g.key is not null
      union all
      select g.other_key, g.occurred_at from given g where g.verdict is null and g.other_key is not null
      union all
      -- Repeated under one of its two keys: the other one stands for the same activity from now on.
      select k.key, g.occurred_at from given g cross join lateral (values (g.key), (g.other_key)) as k(key)
      where g.verdict = 'duplicate' and g.other_key is not null
        and not exists (select from cortex.activity_keys e where e.key = k.key)
    ) k
    order by k.key
  )
  ${NOT_STORED}`;

/**
 * The same for a group as most are: one month, at most one key each, nothing repeated. Writes the month's partition
 * and the inbox itself, without routing and without the trigger, and looks for no keys: a repeat fails the statement
 * (23505), as does a row of another month (23514). It inserts in the reverse order of its parts, so keys come first.
 * @param month of all rows, in UTC, as `2026_11`
 */
export const storePlainly = (month: string): string => `
  ${given()},
  inboxed as (
    insert into cortex.activity_inbox (person_id, activity_id, occurred_at, history, type)
    select g.person_id, g.id, g.occurred_at, g.history, g.type
    from given g
    where g.verdict is null and g.person_id is not null and not (g.history and g.source = 'cortex')
  ),
  ${stored(`cortex.crm_activities_${month}`)},
  noted as (
    insert into cortex.activity_keys (key, occurred_at)
    select g.key, g.occurred_at from given g where g.verdict is null and g.key is not null order by g.key
  )
  ${NOT_STORED}`;

/** @returns the month for `storePlainly`, or nothing when the group is not as it wants it */
export function plainMonth(rows: readonly IncomingActivity[], now: Date): string | undefined {
  const from = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const until = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  const isPlain = rows.every((row) => {
    if (row.keys.length > 1) return false;
    if (row.occurredAt === null) return true;
    const at = Date.parse(row.occurredAt);
    return at >= from && at < until;
  });
  return isPlain ? now.toISOString().slice(0, 7).replace('-', '_') : undefined;
}

/** The oldest instant under each address of some activities, and whether all of it is history. Emails, instants, history. */
const BY_ADDRESS = `
  select cortex.address(u.email::citext) collate "C" as address, min(u.email) as email,
    least(min(coalesce(u.occurred_at, cortex.now())), cortex.now()) as oldest, bool_and(u.history) as history
  from unnest($1::text[], $2::timestamptz[], $3::boolean[]) as u(email, occurred_at, history)
  where cortex.address(u.email::citext) is not null
  group by 1`;

/**
 * Makes a lead of each address that is neither a customer's nor a lead's, as old as its oldest activity; the sweep at
 * commit makes the person. The values of `ageValues` and whether to make those of whom there is only history: for
 * those, `cortex.history` tells the table's trigger that their `lead.created` is history too.
 */
export const LEADS_FROM_ACTIVITIES = `
  insert into public.purchase_leads (email, source, created_at)
  select u.email::citext, 'activity', u.oldest
  from (${BY_ADDRESS}) u
  where u.history = $4 and not exists (
    select from cortex.people p where p.address = u.address and p.type is not null)
  order by u.address`;

/** History that comes later than the lead that its first piece made: the lead is as old as the oldest. */
export const AGE_LEADS = `
  update public.purchase_leads l set created_at = u.oldest
  from (${BY_ADDRESS}) u
  where cortex.address(l.email) collate "C" = u.address and l.source = 'activity' and l.created_at > u.oldest`;

/** The first three values of both. */
export const ageValues = (rows: readonly IncomingActivity[]): unknown[] => [
  rows.map((row) => row.email),
  rows.map((row) => row.occurredAt),
  rows.map((row) => row.history),
];
