import leven from 'leven';

/**
 * What a mail may say, by root; `undefined` where the names are not ours to know. `contact` and `lead` are what the
 * engine reads of a person (a spec holds the two together).
 */
const fields = new Map<string, ReadonlySet<string>>([
  [
    'contact',
    new Set([
      ...['id', 'email', 'type', 'first_name', 'last_name', 'phone', 'country', 'timezone', 'tags', 'attributes'],
      ...['created_at', 'lifetime_value'],
    ]),
  ],
  ['activity', new Set(['id', 'type', 'metadata', 'occurred_at'])],
  ['lead', new Set(['id', 'course_id', 'course_title', 'created_at', 'attributes'])],
  ['links', new Set(['unsubscribe', 'preferences', 'view'])],
  ['workspace', new Set(['name', 'postal_address'])],
]);

/** The names below a root, e.g. of `contact`; for the spec that holds them to what the engine reads. */
export const fieldsOf = (root: string): ReadonlySet<string> => fields.get(root) ?? new Set();

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
