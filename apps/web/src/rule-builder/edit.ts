import {
  faceOf,
  fieldOf,
  fields,
  isGroup,
  operatorOf,
  operatorsFor,
  typeOf,
  type Condition,
  type Field,
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
  const field = fieldOf(condition.field, place);
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
export function firstValue(
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
export function newCondition(fieldId: string, place: Place): Condition {
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

/** Fields of a place, in their groups, as the subject's list offers them. */
export function subjects(
  place: Place,
  known: string[],
): { group: string; items: { value: string; label: string }[] }[] {
  const groups = new Map<string, { value: string; label: string }[]>();
  const put = (field: Field) => {
    const items = groups.get(field.group) ?? [];
    items.push({ value: field.id, label: field.label });
    groups.set(field.group, items);
  };
  for (const field of fields) if (field.places.includes(place)) put(field);
  for (const id of known) {
    const field = fieldOf(id, place);
    if (field && !fields.some((each) => each.id === id)) put(field);
  }
  return [...groups].map(([group, items]) => ({ group, items }));
}

export const replaceAt = (group: Group, index: number, rule: Rule): Group => ({
  ...group,
  conditions: group.conditions.map((each, at) => (at === index ? rule : each)),
});

/** Without the row; undefined when nothing is left, because empty groups are refused. */
export function removeAt(group: Group, index: number): Group | undefined {
  const conditions = group.conditions.filter((_each, at) => at !== index);
  return conditions.length > 0 ? { ...group, conditions } : undefined;
}

export const insertAt = (group: Group, index: number, rule: Rule): Group => ({
  ...group,
  conditions: [...group.conditions.slice(0, index), rule, ...group.conditions.slice(index)],
});

export function moveRow(group: Group, index: number, by: -1 | 1): Group {
  const conditions = [...group.conditions];
  const [row] = conditions.splice(index, 1);
  if (row) conditions.splice(index + by, 0, row);
  return { ...group, conditions };
}

/** The condition with other demands on the metadata, or none. */
export function withWhere(condition: Condition, where: Group | undefined): Condition {
  const next = { ...condition };
  delete next.where;
  return where ? { ...next, where } : next;
}
