import type { ConsentGiven } from '#directory';
import type { Tx } from '#platform';
import type { Written } from './bring-in.js';

/** What is said about a person; what is left out changes nothing, tags are added, attributes merged. */
export interface PersonFields {
  email: string;
  first_name?: string;
  last_name?: string;
  phone?: string;
  country?: string;
  timezone?: string;
  tags?: string[];
  attributes?: Record<string, unknown>;
  consent?: ConsentGiven;
  created_at?: string;
}

export const personValues = (given: PersonFields): unknown[] => [
  given.first_name ?? null,
  given.last_name ?? null,
  given.phone ?? null,
  given.country ?? null,
  given.timezone ?? null,
  given.tags ?? [],
  JSON.stringify(given.attributes ?? {}),
];

/** Changes of the personal columns from `$from` on, in the order of `personValues`. */
export const personChanges = (from: number): string => `
  first_name = coalesce($${from}, first_name), last_name = coalesce($${from + 1}, last_name),
  phone = coalesce($${from + 2}, phone), country = coalesce($${from + 3}, country),
  timezone = coalesce($${from + 4}, timezone),
  tags = tags || array(select t from unnest($${from + 5}::text[]) with ordinality as n(t, ord)
    where cortex.fold(t) <> all (cortex.fold_all(tags)) order by ord),
  attributes = attributes || $${from + 6}::jsonb, updated_at = cortex.now()`;

export const profileOf = (tx: Tx, email: string): Promise<{ id: string } | undefined> =>
  tx.row<{ id: string }>(
    `select id from public.unified_profiles where cortex.address(email) = cortex.address($1::citext) collate "C"
     order by created_at, id limit 1`,
    [email],
  );

/** Creates or updates the customer of an address. */
export async function upsertProfile(tx: Tx, given: PersonFields): Promise<Written> {
  const known = await profileOf(tx, given.email);
  if (known) {
    await tx.run(`update public.unified_profiles set ${personChanges(2)} where id = $1`, [
      known.id,
      ...personValues(given),
    ]);
    return { id: known.id, created: false };
  }
  const made = await tx.row<{ id: string }>(
    `insert into public.unified_profiles
       (email, first_name, last_name, phone, country, timezone, tags, attributes, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, coalesce($9::timestamptz, cortex.now())) returning id`,
    [given.email, ...personValues(given), given.created_at ?? null],
  );
  return { id: made!.id, created: true };
}

/** The customer of an address; a lead who becomes one keeps what is known about the newest lead. */
export async function ensureProfile(tx: Tx, email: string, createdAt?: string): Promise<string> {
  const known = await profileOf(tx, email);
  if (known) return known.id;
  const made = await tx.row<{ id: string }>(
    `insert into public.unified_profiles
       (email, first_name, last_name, phone, country, timezone, tags, attributes, created_at)
     select $1::citext, l.first_name, l.last_name, l.phone, l.country, l.timezone, coalesce(l.tags, '{}'),
       coalesce(l.attributes, '{}'), coalesce($2::timestamptz, cortex.now())
     from (values (1)) one (row)
     left join lateral (
       select * from public.purchase_leads p
       where cortex.address(p.email) = cortex.address($1::citext) collate "C"
       order by p.created_at desc, p.id desc limit 1
     ) l on true
     returning id`,
    [email, createdAt ?? null],
  );
  return made!.id;
}
