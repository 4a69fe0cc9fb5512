import { lifetimeValue, personalIds } from '#rules';
import leven from 'leven';

/** What a mail may say about its person, each with the SQL that reads it from `cortex.people p`. */
const contactFields = {
  id: 'p.id',
  email: 'coalesce(p.email::text, p.address)',
  type: 'p.type',
  ...Object.fromEntries(personalIds.map((id) => [id, `p.${id}`])),
  tags: 'p.tags',
  attributes: 'p.attributes',
  created_at: 'p.created_at',
  lifetime_value: lifetimeValue,
};

const columnOf = new Map(Object.entries<string>(contactFields));

/**
 * SQL of what a template reads as `contact.<path>`, over `cortex.people p`; undefined for what nobody has.
 * @param values the statement's parameters, to which names of somebody's own fields are added
 */
export function contactValueSql([field, ...inner]: readonly string[], values: unknown[]): string | undefined {
  const column = columnOf.get(field ?? '');
  if (!column || (field !== 'attributes' && inner.length > 0)) return undefined;
  return inner.length === 0 ? column : `p.attributes #>> $${values.push(inner)}::text[]`;
}

/** The same of a lead, from `public.purchase_leads l` and its course, `public.courses c`. */
const leadFields = {
  id: 'l.id',
  course_id: 'l.course_id',
  course_title: 'c.title',
  created_at: 'l.created_at',
  attributes: 'l.attributes',
};

const pairs = (columns: Record<string, string>): string =>
  Object.entries(columns)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ');

/** SQL: the root `contact` of a template, over `cortex.people p`. */
export const contactJson = `jsonb_build_object(${pairs(contactFields)})`;
/** SQL: the root `lead` of a template, over `public.purchase_leads l left join public.courses c`. */
export const leadJson = `jsonb_build_object(${pairs(leadFields)})`;

/** What a mail may say, by root. */
const fields = new Map<string, ReadonlySet<string>>([
  ['contact', new Set(Object.keys(contactFields))],
  ['activity', new Set(['id', 'type', 'metadata', 'occurred_at'])],
  ['lead', new Set(Object.keys(leadFields))],
  ['links', new Set(['unsubscribe', 'preferences', 'view', 'password'])],
  ['workspace', new Set(['name', 'postal_address'])],
]);

/** Liquid's own properties of any value. */
const madeUp = new Set(['size', 'first', 'last']);

/**
 * What is wrong with the name of a variable, as a sentence that says what to write instead; undefined for a name that
 * something can fill.
 * @param path its names, e.g. `['contact', 'frist_name']`
 */
export function wrongName([root, field]: readonly string[]): string | undefined {
  const known = fields.get(root ?? '');
  if (!known) {
    const near = nearest(root ?? '', fields.keys());
    return near
      ? `Nothing fills {{ ${root} }}. Did you mean {{ ${near} }}?`
      : `Nothing fills {{ ${root} }}. A mail knows ${[...fields.keys()].join(', ')}.`;
  }
  if (field === undefined || known.has(field) || madeUp.has(field)) return undefined;
  const written = `{{ ${root}.${field} }}`;
  const near = nearest(field, known);
  if (near) return `Nothing fills ${written}. Did you mean {{ ${root}.${near} }}?`;
  return known.has('attributes')
    ? `Nothing fills ${written}. A field of your own is written {{ ${root}.attributes.${field} }}.`
    : `Nothing fills ${written}. Known are ${[...known].join(', ')}.`;
}

/** The known name that is at most a third of its letters away. */
function nearest(name: string, known: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase().slice(0, 60);
  const best = [...known]
    .map((candidate) => ({ candidate, away: leven(wanted, candidate) }))
    .sort((a, b) => a.away - b.away)[0];
  return best && best.away <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}
