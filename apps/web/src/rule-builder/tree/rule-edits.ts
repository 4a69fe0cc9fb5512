import {
  faceOf,
  fieldOf,
  fields,
  freeFields,
  isGroup,
  operatorOf,
  operatorsFor,
  typeLabel,
  typeOf,
  type Condition,
  type Field,
  type FieldGroup,
  type Group,
  type Operator,
  type Place,
  type Rule,
  type Shape,
  type Value,
  type ValueType,
} from '#rules';

/** Where a builder stands, in the words of screens; `list` is everything that asks about people. */
export type Context = 'list' | 'graph' | 'where';
export const placeOf = (context: Context): Place => (context === 'list' ? 'person' : context);

/** How deep groups are drawn; what lies deeper, and every NOT, is one locked row. */
export const drawnDepth = 2;

/** Whether a rule can be drawn with rows, being `depth` groups deep. */
export const isDrawn = (rule: Rule, depth: number): boolean =>
  !isGroup(rule) || (rule.operator !== 'NOT' && depth <= drawnDepth);

/** The field, verb and what the verb wants of a condition; parts are undefined while it is unfinished. */
export interface Reading {
  field: Field | undefined;
  operator: Operator | undefined;
  type: ValueType | undefined;
  shape: Shape | undefined;
}

const guess: ValueType[] = ['text', 'number', 'instant', 'boolean', 'any'];

export function readingOf(condition: Condition, place: Place): Reading {
  // Free data whose name is still missing is offered as what it will be.
  const field = fieldOf(condition.field, place) ?? fieldOf(`${condition.field}x`, place);
  const operator = operatorOf(condition.operator);
  if (!field || !operator) return { field, operator, type: undefined, shape: undefined };
  const isFree = field.type === 'any';
  // Free data takes its type from the value; as long as there is none it is offered as text.
  const open = isFree && condition.value === undefined;
  const type =
    (open ? undefined : typeOf(field, operator, condition.value)) ??
    (isFree ? guess.find((each) => faceOf(operator, each)) : field.type);
  return { field, operator, type, shape: type && faceOf(operator, type)?.shape };
}

/** The types that free data may be compared as with this operator. */
export const typesFor = (operator: Operator): ValueType[] =>
  (['text', 'number', 'instant', 'boolean'] as const).filter((type) => faceOf(operator, type));

/** A value to begin with; undefined where the reader has to say it. */
function firstValue(
  shape: Shape | undefined,
  type: ValueType | undefined,
  field: Field | undefined,
): Value | undefined {
  switch (shape) {
    case 'last':
    case 'next':
      return { n: 7, unit: 'days' };
    case 'anniversary':
      return { n: 7, unit: 'days' };
    case 'count':
      return 1;
    case 'enrollment':
      return {};
    case 'pair':
      return type === 'instant' ? [{ ago: { n: 30, unit: 'days' } }, { ago: { n: 7, unit: 'days' } }] : undefined;
    case 'one':
      if (type === 'enum') return field?.values?.[0];
      if (type === 'instant') return { ago: { n: 7, unit: 'days' } };
      if (type === 'boolean') return true;
      return undefined;
    default:
      return undefined;
  }
}

/** A fresh condition about a field, with its first verb. */
function newCondition(fieldId: string, place: Place): Condition {
  const field = fieldOf(fieldId, place);
  const operator = field && operatorsFor(field.type)[0];
  if (!field || !operator) return { field: fieldId, operator: '' };
  return withOperator({ field: fieldId, operator: operator.name }, operator.name, place);
}

/** The condition with another verb: the value stays where it still fits. */
export function withOperator(condition: Condition, name: string, place: Place): Condition {
  const before = readingOf(condition, place);
  const next: Condition = { ...condition, operator: name };
  const { field, shape, type } = readingOf(next, place);
  const fits = before.shape === shape && before.type === type && condition.value !== undefined;
  delete next.value;
  if (fits) next.value = condition.value!;
  else {
    const value = convert(condition.value, before.shape, shape) ?? firstValue(shape, type, field);
    if (value !== undefined) next.value = value;
  }
  if (shape === 'within' && !next.within) next.within = { n: 30, unit: 'days' };
  return next;
}

/** One value becomes a list of one and back, so that “is” and “is any of” can be tried. */
function convert(value: Value | undefined, from: Shape | undefined, to: Shape | undefined): Value | undefined {
  if (from === 'one' && to === 'list' && typeof value === 'string') return [value];
  if (from === 'list' && to === 'one' && Array.isArray(value) && typeof value[0] === 'string') return value[0];
  return undefined;
}

/** The condition compared as another type, for free data. */
export function withType(condition: Condition, type: ValueType, place: Place): Condition {
  const { operator, field } = readingOf(condition, place);
  const next: Condition = { ...condition };
  const shape = operator && faceOf(operator, type)?.shape;
  const value = type === 'number' ? (shape === 'one' ? 0 : undefined) : firstValue(shape, type, field);
  delete next.value;
  if (value !== undefined) next.value = value;
  return next;
}

/** What the subject's list calls the groups of fields. */
const headings: Record<FieldGroup, string> = {
  Person: 'About the person',
  Activity: 'What they did',
  Lists: 'Lists and tags',
  'E-mail': 'E-mail behaviour',
  Courses: 'Purchases and courses',
  'This run': 'This run',
};

/** Something a condition can ask about. */
export interface Subject {
  value: string;
  label: string;
  /** What it is, in a line below its name. */
  hint?: string | undefined;
  /** Other words under which it is found. */
  also?: string | undefined;
}

/** Fields of a place, in their groups, as the subject's list offers them. */
export function subjects(place: Place): { group: string; items: Subject[] }[] {
  const groups = new Map<string, Subject[]>();
  const put = (group: string, subject: Subject) => groups.set(group, [...(groups.get(group) ?? []), subject]);
  for (const { id, label, group, type, places, help, also } of fields) {
    if (!places.includes(place)) continue;
    // In brackets stand types of activities, for the reference.
    put(headings[type === 'set' ? 'Lists' : group], { value: id, label, hint: help?.replace(/ \([^)]*\)/, ''), also });
  }
  const { attributes } = freeFields;
  if (!attributes.places.includes(place)) return [];
  put(headings[attributes.group], {
    value: attributes.prefix,
    label: 'Attribute…',
    hint: 'Anything else that is stored about them, by its name.',
    also: 'custom field property data column',
  });
  for (const { type, label } of presets)
    put(headings['E-mail'], { value: presetId(type), label, also: 'mail email newsletter message' });
  return [...groups].map(([group, items]) => ({ group, items }));
}

/** What people did with a mail, as subjects of their own: activities of a known type. */
const presets = ['email.sent', 'email.opened', 'email.clicked', 'email.bounced'].map((type) => ({
  type,
  label: typeLabel(type),
}));
const presetPrefix = 'activity:';
const presetId = (type: string): string => presetPrefix + type;

/** The preset that a condition is, by its id. */
export const presetOf = ({ field, activity_type }: Condition): string | undefined =>
  field === 'activity' && presets.some(({ type }) => type === activity_type) ? presetId(activity_type!) : undefined;

/** A fresh condition for what was chosen as the subject: a field, or a preset. */
export const forSubject = (subject: string, place: Place): Condition =>
  subject.startsWith(presetPrefix)
    ? { ...newCondition('activity', place), activity_type: subject.slice(presetPrefix.length) }
    : newCondition(subject, place);

/** The condition with other demands on the metadata, or none. */
export function withWhere(condition: Condition, where: Group | undefined): Condition {
  const next = { ...condition };
  delete next.where;
  return where ? { ...next, where } : next;
}
