import { freeFields } from './fields.js';
import { isGroup, limits, type Condition, type EntryValue, type Rule } from './language.js';
import { personalIds, type PersonalFieldId } from './personal-fields.js';
import { elementsOf, isObject, valuesAt } from './read.js';

/**
 * Columns of `public.purchase_leads` that a rule may compare with, besides `attributes`. Not the address and the tags:
 * an address is looked up when it is needed, so that no run keeps an old one, and the person has the tags.
 */
export const leadEntries = ['course_id', 'external_id', 'source', 'created_at', ...personalIds] as const;
const ATTRIBUTES = 'lead.attributes.';
export const entryRule =
  `Name what started the automation: metadata.<path> of its activity, or of its lead ` +
  `${leadEntries.map((name) => `lead.${name}`).join(', ')} or lead.attributes.<name>.`;

/** A lead as rules compare with it. */
export interface StartingLead extends Record<PersonalFieldId, string | null> {
  course_id: string | null;
  external_id: string | null;
  source: string | null;
  created_at: Date;
  attributes: unknown;
}

export const isEntry = (value: unknown): value is EntryValue =>
  typeof value === 'object' && value !== null && 'entry' in value;

/** Whether what starts a run can have a value of this name. */
export function isEntryName(name: unknown): name is string {
  if (typeof name !== 'string') return false;
  const { metadata, attributes } = freeFields;
  if (name.startsWith(metadata.prefix)) return metadata.name.test(name.slice(metadata.prefix.length));
  if (name.startsWith(ATTRIBUTES)) return attributes.name.test(name.slice(ATTRIBUTES.length));
  return leadEntries.some((each) => name === `lead.${each}`);
}

/** What started a run, as rules may compare with it. */
export interface Started {
  /** Of the activity; undefined where none started it. */
  metadata?: unknown;
  /** The lead's columns and its `attributes`; undefined where there is none. */
  lead?: Readonly<Record<string, unknown>>;
}

/** The values of what started a run, by name; a name without one is missing. */
export type EntryFacts = Readonly<Record<string, readonly unknown[]>>;

/** Values that one name may have (a list in the metadata); more are left out. */
const MOST_VALUES = 100;

/** The values of these names, small enough to be kept with the run. */
export function entryFacts(names: readonly string[], { metadata, lead }: Started): EntryFacts {
  const facts: Record<string, unknown[]> = {};
  for (const name of names) {
    const found = name.startsWith(freeFields.metadata.prefix)
      ? valuesAt(metadata, name.slice(freeFields.metadata.prefix.length))
      : name.startsWith(ATTRIBUTES)
        ? elementsOf(own(lead?.attributes, name.slice(ATTRIBUTES.length)))
        : [own(lead, name.slice('lead.'.length))];
    const values = found.map((value) => (value instanceof Date ? value.toISOString() : value)).filter(isComparable);
    if (values.length > 0) facts[name] = values.slice(0, MOST_VALUES);
  }
  return facts;
}

const own = (object: unknown, name: string): unknown =>
  isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
const isComparable = (value: unknown): boolean =>
  typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && isText(value));
const isText = (value: string): boolean =>
  value !== '' && value.length <= limits.text && !value.includes('\0') && value.isWellFormed();

/** The names that the condition's own value takes, at most one. */
export const entriesInValue = ({ value }: Condition): string[] => {
  if (isEntry(value)) return [value.entry];
  return typeof value === 'object' && 'course_id' in value && isEntry(value.course_id) ? [value.course_id.entry] : [];
};

/** The names of what these rules compare with, those inside `where` included; each once. */
export function entriesOf(...rules: readonly Rule[]): string[] {
  const names = rules.flatMap((rule): string[] =>
    isGroup(rule)
      ? entriesOf(...rule.conditions)
      : [...entriesInValue(rule), ...(rule.where ? entriesOf(rule.where) : [])],
  );
  return [...new Set(names)];
}

/** Whether a condition compares with something that the run does not have: its field then counts as missing. */
export const isUnbound = (condition: Condition): boolean => entriesInValue(condition).length > 0;
