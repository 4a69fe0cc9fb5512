import { personFields } from '#contracts';
import type { PersonFields } from '#enrollments';
import { personalIds, type PersonalFieldId } from '#rules';

/** How clients name a person's own fields; a name that is a field's id is that one. */
const NAMES = new Map<string, PersonalFieldId>([
  ...personalIds.map((id) => [id, id] as const),
  ['firstName', 'first_name'],
  ['lastName', 'last_name'],
  ['locale', 'language'],
]);
/** What is no attribute: who it is, and what only the person may say. */
const LEFT_OUT = new Set(['email', 'id', 'userId', 'anonymousId', 'consent', 'tags']);

/**
 * What traits say of a person: fields where they have the field's form, everything else as attributes. Null where a
 * client means that it does not know.
 */
export function saidOf(email: string, traits: Record<string, unknown>): PersonFields {
  const attributes: [string, unknown][] = [];
  const fields: Partial<Record<PersonalFieldId, string>> = {};
  for (const [name, value] of Object.entries(traits)) {
    if (LEFT_OUT.has(name) || value === null || value === undefined) continue;
    const id = NAMES.get(name);
    const read = id && personFields[id].safeParse(value);
    if (id && read?.success && read.data) fields[id] = read.data;
    else attributes.push([name, value]);
  }
  return { email, ...fields, attributes: Object.fromEntries(attributes) };
}
