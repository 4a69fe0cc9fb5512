import { isPlainName } from './plain-names.js';
import type { Place, Value } from './language.js';
import type { ValueType } from './operator.js';
import { personalFields, type PersonalFieldId } from './personal-fields.js';
import { settingSql } from './settings-sql.js';
import { lifetimeValue, mayBeMailed } from './sql-pieces.js';
import type { Moment } from './time.js';

export type FieldGroup = 'Person' | 'Activity' | 'Courses' | 'E-mail' | 'Lists' | 'This run';

/** A field that a rule can ask about. */
export interface Field {
  id: string;
  label: string;
  type: ValueType;
  /** The heading in the builder's list. */
  group: FieldGroup;
  places: readonly Place[];
  /** How sentences call it: “whose <noun> is …”. */
  noun: string;
  help?: string;
  /** Other words under which people look for it. */
  also?: string;
  /** The values of an enum. */
  values?: readonly string[];
  /** Where it lives: an SQL expression over `cortex.people p`, of the field's type and, for text, folded. */
  sql?: string;
  /** `sql` is never NULL. */
  always?: true;
  /** An indexed text over `cortex.people p` that has the folded text of this field in it, at its start or anywhere. */
  inside?: { text: string; at: 'start' | 'anywhere' };
  /** An instant that has passed; it is never one to come. */
  past?: true;
  /** The field times `by`, as the whole number that is stored; undefined where the moment does not say how much. */
  stored?: { sql: string; by: (moment: Moment) => number | undefined };
  /** Clauses that read better than “whose <noun> …”, by operator. */
  says?: Record<string, (value: string) => string>;
  /** Verbs that read better behind its label, by operator. */
  verbs?: Record<string, string>;
  /** The word for such people when the whole sentence can start with it. */
  subject?: (operator: string, value: Value | undefined) => string | undefined;
}

export const statuses = ['active', 'cancelled', 'completed'] as const;

/** Types that Cortex or staff record about a person: they do not count as something the person did. */
export const notByThePerson = [
  'email.sent',
  'email.skipped',
  'email.failed',
  'email.delivered',
  'email.bounced',
  'email.complained',
  'email.opened_by_machine',
  'email.clicked_by_machine',
  'contact.updated',
  'lead.imported',
  'profile.imported',
] as const;
export const notByThePersonPrefixes = ['smart_list.', 'admin.', 'automation.'] as const;

/** Whether an activity of this type is something the person did, and so moves `last_activity`. */
export const isByThePerson = (type: string): boolean =>
  !(notByThePerson as readonly string[]).includes(type) &&
  !notByThePersonPrefixes.some((prefix) => type.startsWith(prefix));

/** Beginnings of the types that only Cortex records: what a program or a step says may not pass for them. */
const reservedTypes = ['email.', 'automation.', 'admin.', 'smart_list.'] as const;

export const isReservedType = (type: string): boolean => reservedTypes.some((prefix) => type.startsWith(prefix));

/** What to do about one of them. */
export const RESERVED_TYPE =
  'Types that begin with email., automation., admin. or smart_list. are recorded by Cortex alone. Choose another name.';

const people: readonly Place[] = ['person', 'graph'];
const text = (id: string, label: string, sql: string, more: Partial<Field> = {}): Field => ({
  id,
  label,
  type: 'text',
  group: 'Person',
  places: people,
  noun: label.toLowerCase(),
  sql,
  ...more,
});

/** Personal fields that an index knows as part of another text. */
const indexed = new Map<PersonalFieldId, Partial<Field>>([
  ['first_name', { inside: { text: 'p.name_folded', at: 'start' } }],
  ['last_name', { inside: { text: 'p.name_folded', at: 'anywhere' } }],
]);

/** Every field with a fixed name; free data is named by the prefixes below. */
export const fields: readonly Field[] = [
  {
    id: 'type',
    label: 'Type',
    also: 'kind role customer lead student',
    type: 'enum',
    group: 'Person',
    places: people,
    noun: 'type',
    values: ['customer', 'lead'],
    sql: 'p.type',
    subject: (operator, value) =>
      operator === 'eq' && value === 'lead'
        ? 'Leads'
        : operator === 'eq' && value === 'customer'
          ? 'Customers'
          : undefined,
    says: { eq: (value) => `who are ${value}s`, neq: (value) => `who are not ${value}s` },
  },
  text('email', 'E-mail address', 'p.address', { noun: 'address', also: 'mail email domain', always: true }),
  ...personalFields.map(({ id, label }) => text(id, label, `cortex.fold(p.${id}) collate "C"`, indexed.get(id))),
  {
    id: 'tags',
    label: 'Tags',
    also: 'tagged label mark keyword',
    type: 'set',
    group: 'Person',
    places: people,
    noun: 'tags',
    help: 'Of the profile or lead; a lead always also has “lead”.',
    sql: 'p.tags_folded',
    always: true,
    says: {
      contains: (value) => `who are tagged ${value}`,
      not_contains: (value) => `who are not tagged ${value}`,
      has_any: (value) => `who are tagged with any of ${value}`,
      has_all: (value) => `who are tagged with all of ${value}`,
      has_none: (value) => `who are tagged with none of ${value}`,
      is_set: () => 'who have a tag',
      is_empty: () => 'who have no tag',
    },
  },
  {
    id: 'created_at',
    label: 'Known since',
    also: 'signed up registered joined created since age new date',
    type: 'instant',
    group: 'Person',
    places: people,
    noun: 'first day with us',
    sql: 'p.created_at',
    past: true,
  },
  {
    id: 'last_activity',
    label: 'Last activity',
    also: 'active inactive quiet recent seen last visit',
    type: 'instant',
    group: 'Activity',
    places: people,
    noun: 'last activity',
    help: `The newest thing the person did. Mail sent to them and changes made by staff do not count (${notByThePerson.join(', ')}, ${notByThePersonPrefixes.map((prefix) => `${prefix}*`).join(', ')}).`,
    sql: 'p.last_activity',
    past: true,
  },
  {
    id: 'lifetime_value',
    label: 'Lifetime value',
    also: 'ltv revenue money spent paid amount total order value',
    type: 'number',
    group: 'Courses',
    places: people,
    noun: 'lifetime value',
    help: 'What they paid in the workspace’s currency, less refunds. Other currencies do not count.',
    sql: lifetimeValue,
    stored: { sql: 'p.lifetime_value_minor', by: ({ money_unit }) => money_unit },
    always: true,
  },
  {
    id: 'can_be_emailed',
    label: 'Can be e-mailed',
    also: 'mailable permission opt-in opted in newsletter suppressed bounced reachable',
    type: 'boolean',
    group: 'E-mail',
    places: people,
    noun: 'permission',
    help: 'Consent and suppression together: whether marketing mail may go to them now.',
    sql: mayBeMailed(settingSql('mail_unanswered')),
    always: true,
    says: { is_true: () => 'who can be e-mailed', is_false: () => 'who cannot be e-mailed' },
    verbs: { is_true: 'yes', is_false: 'no' },
  },
  {
    id: 'consent',
    label: 'Consent',
    also: 'opt-in opted in newsletter subscribed unsubscribed permission gdpr agreed',
    type: 'enum',
    group: 'E-mail',
    places: people,
    noun: 'consent',
    values: ['unknown', 'subscribed', 'pending', 'unsubscribed'],
    sql: 'p.consent_status',
    always: true,
  },
  {
    id: 'enrollment',
    label: 'Enrollment',
    also: 'enrolled course bought purchase purchased product student access order',
    type: 'enrollment',
    group: 'Courses',
    places: people,
    noun: 'enrollment',
    help: 'In a course, with a status, or any.',
  },
  {
    id: 'smart_list',
    label: 'Smart list',
    also: 'segment audience group member list',
    type: 'list',
    group: 'Lists',
    places: people,
    noun: 'smart lists',
    help: 'Whether they are on one of your lists.',
  },
  {
    id: 'activity',
    label: 'Activity',
    also: 'event did done happened behavior behaviour action visited viewed page abandoned bought',
    type: 'activity',
    group: 'Activity',
    places: people,
    noun: 'activity',
    help: 'What they did, how often and when.',
  },
  {
    id: 'lead',
    label: 'The lead that started this run',
    also: 'checkout enrolled abandoned bought purchase',
    type: 'lead',
    group: 'This run',
    places: ['graph'],
    noun: 'lead',
    help: 'Enrolled: an enrollment names this lead, or the same person enrolled in its course after it was created.',
  },
  {
    id: 'step',
    label: 'An earlier step',
    also: 'mail e-mail sent opened clicked before',
    type: 'step',
    group: 'This run',
    places: ['graph'],
    noun: 'step',
    help: 'What became of a mail of this automation.',
  },
];

/** Free data, named behind a prefix. */
export const freeFields = {
  attributes: {
    prefix: 'attributes.',
    label: 'Attribute',
    group: 'Person',
    places: people,
    name: /^[\p{L}\p{N}_][\p{L}\p{N}_ .:-]{0,99}$/u,
    rule: 'An attribute’s name is 1–100 letters, digits, spaces or one of _ . : -',
  },
  metadata: {
    prefix: 'metadata.',
    label: 'Metadata',
    group: 'Activity',
    places: ['where'] as readonly Place[],
    name: /^[A-Za-z0-9_]{1,100}(\.[A-Za-z0-9_]{1,100}){0,9}$/,
    rule: 'A metadata path is letters, digits and _, with dots between, e.g. metadata.order.total',
  },
} as const;

const byId = new Map(fields.map((field) => [field.id, field]));

const nouns = (place: Place) => fields.filter((field) => field.places.includes(place)).map((field) => field.noun);
const taken: Record<Place, ReadonlySet<string>> = {
  person: new Set(nouns('person')),
  graph: new Set(nouns('graph')),
  where: new Set(nouns('where')),
};

/**
 * Whether sentences can call free data by its name in words: `attributes.favourite_color` is “favourite color”. What
 * could be taken for another field, or for the sentence around it, stands in quotation marks.
 */
export const isPlainField = (id: string, place: Place): boolean => {
  const name = id.slice(id.indexOf('.') + 1);
  return isPlainName(name) && !taken[place].has(name.replaceAll('_', ' ').toLowerCase());
};

/** The field of this id in this place, or undefined; `attributes.…` and `metadata.…` are made on the spot. */
export function fieldOf(id: string, place: Place): Field | undefined {
  const fixed = byId.get(id);
  if (fixed) return fixed.places.includes(place) ? fixed : undefined;
  for (const free of Object.values(freeFields)) {
    if (!id.startsWith(free.prefix) || !free.places.includes(place)) continue;
    const name = id.slice(free.prefix.length);
    if (!free.name.test(name)) return undefined;
    return {
      id,
      label: name,
      type: 'any',
      group: free.group,
      places: free.places,
      get noun() {
        return isPlainField(id, place) ? name.replaceAll('_', ' ') : `${free.label.toLowerCase()} “${name}”`;
      },
    };
  }
  return undefined;
}
