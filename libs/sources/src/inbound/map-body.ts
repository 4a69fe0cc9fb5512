import { activityTypeOf, newActivity, type InboundMapping, type NewActivityInput } from '#contracts';
import type { FieldError } from '#platform';

/** Characters of an activity's metadata, as JSON. */
const MOST_OF_METADATA = 8_000;
/** Numbers below this are seconds since 1970, from there on milliseconds: the year 5138, and March 1973. */
const FIRST_MILLISECONDS = 1e11;

export type Mapped = { activity: NewActivityInput } | { problems: FieldError[] };

/**
 * What a mapping makes of a body, which may be anything.
 * @returns the activity, or why there is none; pointers lead into the mapping
 */
export function mapBody(body: unknown, mapping: InboundMapping): Mapped {
  const { type, email, external_id, occurred_at, metadata } = mapping;
  const found = (at: string | undefined) => (at === undefined ? undefined : valueAt(body, at));
  const address = textOf(found(email));
  if (address === undefined)
    return { problems: [{ pointer: '/email', message: `There is no e-mail address at ${email}.` }] };
  const values = metadata.flatMap(({ name, at }) => {
    const value = found(at);
    return value === undefined ? [] : [[name, value] as const];
  });
  const read = newActivity.safeParse({
    type: 'text' in type ? type.text : typeOf(found(type.at)),
    contact_email: address,
    external_id: textOf(found(external_id)),
    occurred_at: instantOf(found(occurred_at)),
    metadata: Object.fromEntries(values),
  });
  const problems = read.success ? [] : read.error.issues.map((issue) => problemOf(issue, mapping));
  if (read.success && JSON.stringify(read.data.metadata).length > MOST_OF_METADATA)
    problems.push({
      pointer: '/metadata',
      message: 'The metadata of one activity has at most 8,000 characters as JSON.',
    });
  return read.success && problems.length === 0 ? { activity: read.data } : { problems };
}

/** What stands at a JSON pointer; undefined where nothing does. */
function valueAt(body: unknown, pointer: string): unknown {
  let inside = body;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof inside !== 'object' || inside === null || !Object.hasOwn(inside, key)) return undefined;
    inside = (inside as Record<string, unknown>)[key];
  }
  return inside;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== ''
    ? value.trim()
    : typeof value === 'number'
      ? String(value)
      : undefined;

/** `Order Created` and `order/created` as types: `order_created`. */
const typeOf = (value: unknown): string | undefined => {
  const name = textOf(value);
  return name === undefined ? undefined : activityTypeOf(name);
};

/** RFC 3339 of what systems write for an instant; what cannot be read is left as it is, and refused. */
function instantOf(value: unknown): string | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'number' ? value : /^\d{9,13}$/.test(String(value)) ? Number(value) : undefined;
  if (number === undefined) return String(value);
  const at = new Date(number < FIRST_MILLISECONDS ? number * 1000 : number);
  return Number.isNaN(at.getTime()) ? String(value) : at.toISOString();
}

const places = new Map<PropertyKey | undefined, keyof InboundMapping>([
  ['type', 'type'],
  ['contact_email', 'email'],
  ['external_id', 'external_id'],
  ['occurred_at', 'occurred_at'],
  ['metadata', 'metadata'],
]);

function problemOf({ path, message }: { path: PropertyKey[]; message: string }, mapping: InboundMapping): FieldError {
  const field = places.get(path[0]) ?? 'metadata';
  const at = field === 'type' ? ('at' in mapping.type ? mapping.type.at : undefined) : mapping[field];
  return { pointer: `/${field}`, message: typeof at === 'string' ? `${message} (read at ${at})` : message };
}
