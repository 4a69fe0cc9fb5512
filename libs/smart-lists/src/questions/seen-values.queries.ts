import { invalidRequest, type Tx } from '#platform';
import { commonFields, fieldOf, freeFields, type Scalar } from '#rules';

export interface ValuesOf {
  field: string;
  activity_type?: string | undefined;
  q?: string | undefined;
}

/** How many of the newest people or activities are looked at, and how many values are answered. */
const LOOKED_AT = { people: 5_000, activities: 2_000 } as const;
const ANSWERED = 50;

const { attributes, metadata } = freeFields;

/** Columns of people whose values are worth offering; names and addresses are searched for in the directory. */
const columns = new Map([['tags', 'unnest(p.tags)'], ...commonFields.map((id): [string, string] => [id, `p.${id}`])]);

/**
 * The values that the newest people, or activities of a type, have in a field, the most frequent first. Fields
 * whose values are not worth offering have none.
 * @throws AppError 400 for a field that rules do not know
 */
export async function seenValues(tx: Tx, { field, activity_type, q }: ValuesOf): Promise<Scalar[]> {
  const isMetadata = field.startsWith(metadata.prefix);
  if (!fieldOf(field, isMetadata ? 'where' : 'person')) {
    throw invalidRequest(`Rules cannot ask about “${field}”.`, [{ pointer: '/field', message: 'Check its spelling.' }]);
  }
  const source = isMetadata
    ? inMetadata(field.slice(metadata.prefix.length), activity_type)
    : field.startsWith(attributes.prefix)
      ? ofPeople('p.attributes -> $3', field.slice(attributes.prefix.length))
      : columns.has(field)
        ? ofPeople(`to_jsonb(${columns.get(field)})`)
        : undefined;
  if (!source) return [];
  const rows = await tx.rows<{ value: Scalar }>(
    `select value from (${source.text}) seen (value)
     where jsonb_typeof(value) in ('string', 'number', 'boolean')
       and length(value #>> '{}') between 1 and 200
       and ($1 = '' or position(cortex.fold($1) in cortex.fold(value #>> '{}')) > 0)
     group by value order by count(*) desc, value limit $2`,
    [q ?? '', ANSWERED, ...source.values],
  );
  return rows.map(({ value }) => value);
}

interface Source {
  text: string;
  /** Bound from $3 on. */
  values: unknown[];
}

const ofPeople = (expression: string, ...values: unknown[]): Source => ({
  text: `select ${expression} from (
    select * from cortex.people where type is not null order by created_at desc limit ${LOOKED_AT.people}) p`,
  values,
});

/** Lax paths look through arrays, as rules do. Without a type there is no order in which to read the newest. */
function inMetadata(path: string, type: string | undefined): Source | undefined {
  if (!type) return undefined;
  const names = path.split('.').map((name) => `"${name}"`);
  return {
    text: `select jsonb_path_query(a.metadata, $3::jsonpath) from (
      select metadata from public.crm_activities where type = $4
      order by occurred_at desc limit ${LOOKED_AT.activities}) a`,
    values: [`$.${names.join('.')}`, type],
  };
}
