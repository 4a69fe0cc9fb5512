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
}

const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/** PostgreSQL's text form of an array. `plain` values need no quotes: ids, booleans, types, instants. */
const textArray = (values: (string | null)[], isPlain = false): string =>
  `{${values.map((value) => (value === null ? 'null' : isPlain ? value : quoted(value))).join(',')}}`;

/** The values of `STORE_ACTIVITIES`. */
export function storeValues(rows: readonly IncomingActivity[], takesUnknown: boolean): unknown[] {
  const plain = (read: (row: IncomingActivity) => string | null | undefined) =>
    textArray(
      rows.map((row) => read(row) ?? null),
      true,
    );
  const escaped = (read: (row: IncomingActivity) => string | null) => textArray(rows.map(read));
  return [
    plain((row) => row.id),
    escaped((row) => row.email),
    escaped((row) => row.anonymousId),
    plain((row) => row.type),
    escaped((row) => row.metadata),
    plain((row) => row.occurredAt),
    escaped((row) => row.source),
    plain((row) => (row.history ? 't' : 'f')),
    plain((row) => row.keys[0]),
    plain((row) => row.keys[1]),
    takesUnknown,
  ];
}

/** What the statement says about a row that it did not store; rows that it stored are not mentioned. */
export interface NotStored {
  ord: number;
  reason: 'duplicate' | 'unknown' | 'future';
}

/**
 * Stores a batch in one statement: finds the person of each address, notes the keys, and inserts what is new. The
 * batch must not hold one key twice (both of its rows would then be stored). Keys are inserted sorted, so that two
 * batches never wait for each other in a circle. Rows of an address nobody knows are left out unless $11 says
 * otherwise; the table's trigger fills the inbox. No part joins two parts of the batch: the planner takes them for a
 * handful of rows and would compare every row with every other.
 */
export const STORE_ACTIVITIES = `
  with given as materialized (
    select g.ord::int as ord, g.id, g.email, g.anonymous_id, g.type, g.metadata, g.source, g.history, g.key, g.other_key,
      coalesce(g.occurred_at, cortex.now()) as occurred_at,
      p.person_id, case when p.type = 'customer' then p.id end as contact_id,
      case
        when g.occurred_at > cortex.now() + interval '5 minutes' then 'future'
        when g.email is not null and p.type is null and not $11::boolean then 'unknown'
      end as reason
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::boolean[],
      $9::uuid[], $10::uuid[])
      with ordinality as g(id, email, anonymous_id, type, metadata, occurred_at, source, history, key, other_key, ord)
    left join cortex.people p on p.address = cortex.address(g.email::citext)
  ), noted as (
    insert into cortex.activity_keys (key, occurred_at)
    select k.key, k.occurred_at from (
      select g.key, g.occurred_at from given g where g.reason is null and g.key is not null
      union all
      select g.other_key, g.occurred_at from given g where g.reason is null and g.other_key is not null
    ) k
    order by k.key
    on conflict do nothing
    returning key
  ), judged as materialized (
    select g.*,
      case
        when g.reason is not null then g.reason
        when g.key is not null and g.key not in (select n.key from noted n) then 'duplicate'
        when g.other_key is not null and g.other_key not in (select n.key from noted n) then 'duplicate'
      end as verdict
    from given g
  ), stored as (
    insert into public.crm_activities
      (id, contact_email, anonymous_id, contact_id, type, metadata, occurred_at, source, person_id, history)
    select j.id, j.email::citext, j.anonymous_id, j.contact_id, j.type, j.metadata::jsonb, j.occurred_at, j.source,
      j.person_id, j.history
    from judged j
    where j.verdict is null
    order by j.ord
  )
  select j.ord, j.verdict as reason from judged j where j.verdict is not null`;

/** Makes a lead of each address that is neither a customer's nor a lead's; the sweep at commit makes the person. */
export const LEADS_FROM_ACTIVITIES = `
  insert into public.purchase_leads (email, source)
  select distinct on (cortex.address(u.email::citext) collate "C") u.email::citext, 'activity'
  from unnest($1::text[]) as u(email)
  where not exists (
    select from cortex.people p where p.address = cortex.address(u.email::citext) and p.type is not null)
  order by cortex.address(u.email::citext) collate "C"`;
