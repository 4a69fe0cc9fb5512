import type { ConsentGiven } from '#directory';
import type { Tx } from '#platform';
import { personalColumns, personalIds, type PersonalFieldId } from '#rules';
import type { Written } from './bring-in.js';

/** What is said about a person; what is left out changes nothing, tags are added, attributes merged. */
export interface PersonFields extends Partial<Record<PersonalFieldId, string>> {
  email: string;
  tags?: string[];
  attributes?: Record<string, unknown>;
  consent?: ConsentGiven;
  created_at?: string;
}

export const personValues = (given: PersonFields): unknown[] => [
  ...personalIds.map((id) => given[id] ?? null),
  given.tags ?? [],
  JSON.stringify(given.attributes ?? {}),
];

const tagsAt = personalIds.length;
const attributesAt = tagsAt + 1;

/** The columns of `personValues`. */
export const personColumns = `${personalColumns()}, tags, attributes`;
/** Their parameters from `$from` on. */
export const personParameters = (from: number): string =>
  [...personalIds.map((_, at) => `$${from + at}`), `$${from + tagsAt}::text[]`, `$${from + attributesAt}::jsonb`].join(
    ', ',
  );

/**
 * What becomes of the personal columns, `tags` and `attributes` of a row: what is not given stays, tags are added,
 * attributes merged.
 * @param given SQL of what is given, in the order of `personValues`; null where nothing is
 * @param row what stands before the row's own columns, such as `t.`
 */
export const personChangesBy = (given: readonly string[], row = ''): { column: string; value: string }[] => [
  ...personalIds.map((id, at) => ({ column: id, value: `coalesce(${given[at]}, ${row}${id})` })),
  {
    column: 'tags',
    value: `cortex.plain_tags(${row}tags) || array(select n.tag from unnest(${given[tagsAt]}) with ordinality as n (tag, ord)
    where cortex.fold(n.tag) <> all (cortex.fold_all(cortex.plain_tags(${row}tags))) order by ord)`,
  },
  { column: 'attributes', value: `cortex.plain_attributes(${row}attributes) || ${given[attributesAt]}` },
];

/** Changes of the personal columns from `$from` on, in the order of `personValues`. */
export const personChanges = (from: number): string =>
  [
    ...personChangesBy([
      ...personalIds.map((_, at) => `$${from + at}`),
      `$${from + tagsAt}::text[]`,
      `$${from + attributesAt}::jsonb`,
    ]).map(({ column, value }) => `${column} = ${value}`),
    'updated_at = cortex.now()',
  ].join(', ');

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
       (email, created_at, ${personColumns})
     values ($1, coalesce($2::timestamptz, cortex.now()), ${personParameters(3)}) returning id`,
    [given.email, given.created_at ?? null, ...personValues(given)],
  );
  return { id: made!.id, created: true };
}

/** The customer of an address; a lead who becomes one keeps what is known about the newest lead. */
export async function ensureProfile(tx: Tx, email: string, createdAt?: string): Promise<string> {
  const known = await profileOf(tx, email);
  if (known) return known.id;
  const made = await tx.row<{ id: string }>(
    `insert into public.unified_profiles
       (email, created_at, ${personColumns})
     select $1::citext, coalesce($2::timestamptz, cortex.now()), ${personalColumns('l')},
       cortex.plain_tags(l.tags), cortex.plain_attributes(l.attributes)
     from (values (1)) one (row)
     left join lateral (
       select * from public.purchase_leads p
       where cortex.address(p.email) = cortex.address($1::citext) collate "C"
         and not exists (select from cortex.lead_owners o where o.lead_id = p.id and o.address = cortex.address(p.email))
       order by p.created_at desc, p.id desc limit 1
     ) l on true
     returning id`,
    [email, createdAt ?? null],
  );
  return made!.id;
}
