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

/** The values of `STORE_ACTIVITIES`. Keys are sorted, so that two batches never wait for each other in a circle. */
export function storeValues(rows: readonly IncomingActivity[], takesUnknown: boolean): unknown[] {
  const keys = rows.flatMap((row, at) => row.keys.map((key) => ({ key, ord: at + 1 })));
  keys.sort((a, b) => (a.key < b.key ? -1 : 1));
  return [
    textArray(
      rows.map((row) => row.id),
      true,
    ),
    textArray(rows.map((row) => row.email)),
    textArray(rows.map((row) => row.anonymousId)),
    textArray(
      rows.map((row) => row.type),
      true,
    ),
    textArray(rows.map((row) => row.metadata)),
    textArray(
      rows.map((row) => row.occurredAt),
      true,
    ),
    textArray(rows.map((row) => row.source)),
    textArray(
      rows.map((row) => (row.history ? 't' : 'f')),
      true,
    ),
    `{${keys.map(({ ord }) => ord).join(',')}}`,
    `{${keys.map(({ key }) => key).join(',')}}`,
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
 * batch must not hold one key twice (joining back to the inserted keys would then store both). Rows of an address
 * nobody knows are left out unless $11 says otherwise; the table's trigger fills the inbox.
 */
export const STORE_ACTIVITIES = `
  with given as materialized (
    select g.ord::int as ord, g.id, g.email, g.anonymous_id, g.type, g.metadata, g.source, g.history,
      coalesce(g.occurred_at, cortex.now()) as occurred_at,
      p.person_id, case when p.type = 'customer' then p.id end as contact_id,
      case
        when g.occurred_at > cortex.now() + interval '5 minutes' then 'future'
        when g.email is not null and p.type is null and not $11::boolean then 'unknown'
      end as reason
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::text[], $8::boolean[])
      with ordinality as g(id, email, anonymous_id, type, metadata, occurred_at, source, history, ord)
    left join cortex.people p on p.address = cortex.address(g.email::citext)
  ), wanted as (
    select k.ord, k.key from unnest($9::int[], $10::uuid[]) as k(ord, key)
  ), noted as (
    insert into cortex.activity_keys (key, occurred_at)
    select w.key, g.occurred_at from wanted w join given g on g.ord = w.ord
    where g.reason is null
    order by w.key
    on conflict do nothing
    returning key
  ), verdicts as materialized (
    select g.ord, g.reason from given g where g.reason is not null
    union all
    select distinct w.ord, 'duplicate'
    from wanted w join given g on g.ord = w.ord
    where g.reason is null and not exists (select from noted n where n.key = w.key)
  ), stored as (
    insert into public.crm_activities
      (id, contact_email, anonymous_id, contact_id, type, metadata, occurred_at, source, person_id, history)
    select g.id, g.email::citext, g.anonymous_id, g.contact_id, g.type, g.metadata::jsonb, g.occurred_at, g.source,
      g.person_id, g.history
    from given g
    where not exists (select from verdicts v where v.ord = g.ord)
    order by g.ord
  )
  select ord, reason from verdicts`;

/** Makes a lead of each address that is neither a customer's nor a lead's; the sweep at commit makes the person. */
export const LEADS_FROM_ACTIVITIES = `
  insert into public.purchase_leads (email, source)
  select distinct on (cortex.address(u.email::citext) collate "C") u.email::citext, 'activity'
  from unnest($1::text[]) as u(email)
  where not exists (
    select from cortex.people p where p.address = cortex.address(u.email::citext) and p.type is not null)
  order by cortex.address(u.email::citext) collate "C"`;
