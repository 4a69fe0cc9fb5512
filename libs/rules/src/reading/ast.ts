import { z } from 'zod';
import { entryRule, isEntry, isEntryName } from '../language/entry.js';
import { fieldOf, fields, freeFields, statuses, type Field } from '../language/fields.js';
import { shownName } from '../text/issue-text.js';
import {
  limits,
  spanUnits,
  type Condition,
  type EntryValue,
  type Group,
  type OneValue,
  type Place,
  type Rule,
  type Span,
  type Value,
} from '../language/language.js';
import type { Face, Operator, Shape, ValueType } from '../language/operator.js';
import { faceOf, operatorOf, operatorsFor } from '../operators/index.js';
import { isInstantText, isRelative } from '../language/time.js';
import { isUuid } from '../text/uuid.js';

type Path = (string | number)[];
interface Trouble {
  path: Path;
  message: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const relativeText = /^(\d{1,9})\s+(minute|hour|day|week|month)s?\s+(ago|from now)$/i;
const activityType = /^[a-z0-9_]+(\.[a-z0-9_]+)*$/;

/** The type that free data is read as: it follows from the value. */
export function typeOf(field: Field, operator: Operator, value: unknown): ValueType | undefined {
  if (field.type !== 'any') return faceOf(operator, field.type) && field.type;
  return typesOfValue(value).find((type) => faceOf(operator, type));
}

function typesOfValue(value: unknown): ValueType[] {
  if (value === undefined) return ['any', 'boolean'];
  if (typeof value === 'number') return ['number'];
  if (typeof value === 'boolean') return ['boolean'];
  if (typeof value === 'string') return isInstantText(value) ? ['instant', 'text'] : ['text'];
  if (Array.isArray(value)) {
    const [first, ...rest] = value.map(typesOfValue);
    return (first ?? []).filter((type) => rest.every((types) => types.includes(type)));
  }
  if (isEntry(value)) return ['text', 'number', 'instant', 'boolean'];
  return isObject(value) ? ['instant'] : [];
}

/** Mistakes of one rule that are told. */
const MOST_TROUBLES = 50;

class Reader {
  readonly troubles: Trouble[] = [];
  private conditions = 0;

  /** @param inGraph whether the rule stands in an automation, where something has started the run */
  constructor(private readonly inGraph: boolean) {}

  private no(path: Path, message: string): undefined {
    this.troubles.push({ path, message });
    return undefined;
  }

  private known(input: Record<string, unknown>, keys: readonly string[], path: Path): void {
    for (const key of Object.keys(input)) {
      if (this.troubles.length >= MOST_TROUBLES) return;
      if (!keys.includes(key))
        this.no(
          [...path, shownName(key)],
          `“${shownName(key)}” is not known here. Leave it out or check its spelling.`,
        );
    }
  }

  group(input: unknown, place: Place, path: Path, depth: number): Group | undefined {
    if (!isObject(input) || !Array.isArray(input.conditions)) {
      return this.no(path, 'A group looks like { "operator": "AND", "conditions": [ … ] }.');
    }
    if (depth > limits.depth) return this.no(path, `Groups may be nested ${limits.depth} deep. Make this one flatter.`);
    this.known(input, ['operator', 'conditions'], path);
    const { operator, conditions } = input;
    if (operator !== 'AND' && operator !== 'OR' && operator !== 'NOT') {
      return this.no([...path, 'operator'], 'The operator of a group is AND, OR or NOT.');
    }
    if (conditions.length === 0) return this.no([...path, 'conditions'], 'A group needs at least one condition.');
    if (operator === 'NOT' && conditions.length !== 1) {
      return this.no([...path, 'conditions'], 'NOT takes exactly one condition; put several into a group inside it.');
    }
    const read: Rule[] = [];
    for (const [index, child] of conditions.entries()) {
      const at = [...path, 'conditions', index];
      const rule =
        isObject(child) && 'conditions' in child
          ? this.group(child, place, at, depth + 1)
          : this.condition(child, place, at, depth);
      if (rule) read.push(rule);
      // Nobody reads on, and what nobody reads need not be looked for.
      if (this.conditions > limits.conditions || this.troubles.length >= MOST_TROUBLES) return undefined;
    }
    return { operator, conditions: read };
  }

  private condition(input: unknown, place: Place, path: Path, depth: number): Condition | undefined {
    if (!isObject(input)) return this.no(path, 'A condition looks like { "field": …, "operator": …, "value": … }.');
    if (++this.conditions > limits.conditions) {
      return this.no([], `A rule may have at most ${limits.conditions} conditions.`);
    }
    const field = typeof input.field === 'string' ? fieldOf(input.field, place) : undefined;
    if (!field) return this.no([...path, 'field'], unknownField(input.field, place));
    const extra =
      field.type === 'activity' ? ['activity_type', 'within', 'where'] : field.type === 'step' ? ['node_id'] : [];
    this.known(input, ['field', 'operator', 'value', ...extra], path);
    const operator = typeof input.operator === 'string' ? operatorOf(input.operator) : undefined;
    const offered = operatorsFor(field.type);
    if (!operator || !offered.includes(operator)) {
      return this.no(
        [...path, 'operator'],
        `“${field.label}” cannot be asked with ${JSON.stringify(input.operator) ?? 'no operator'}. It takes ${offered.map((each) => each.name).join(', ')}.`,
      );
    }
    const value = this.relative(input.value, field, operator);
    const type = typeOf(field, operator, value);
    const face = type && faceOf(operator, type);
    if (!face) {
      return this.no([...path, 'value'], `This value does not go with “${operator.label}”. ${wants(field, operator)}`);
    }
    const condition: Condition = { field: field.id, operator: operator.name };
    if (field.type === 'activity') this.activity(input, operator, face, condition, path, depth);
    if (field.type === 'step') this.step(input, condition, path);
    const read = this.value(value, face.shape, type, field, [...path, 'value']);
    if (read !== undefined) condition.value = read;
    return condition;
  }

  private activity(
    input: Record<string, unknown>,
    operator: Operator,
    face: Face,
    condition: Condition,
    path: Path,
    depth: number,
  ): void {
    const type = input.activity_type;
    if (typeof type !== 'string' || type.length > 100 || !activityType.test(type)) {
      this.no(
        [...path, 'activity_type'],
        'Name the type of the activity, e.g. page_view or checkout.abandoned (a–z, 0–9, _ and dots, at most 100).',
      );
    } else condition.activity_type = type;
    if (input.within !== undefined) {
      const within = this.span(input.within, [...path, 'within']);
      if (within) condition.within = within;
    } else if (face.shape === 'within') {
      this.no([...path, 'within'], `“${operator.label}” needs within, e.g. { "n": 30, "unit": "days" }.`);
    }
    if (input.where !== undefined) {
      const where = this.group(input.where, 'where', [...path, 'where'], depth + 1);
      if (where) condition.where = where;
    }
  }

  private step(input: Record<string, unknown>, condition: Condition, path: Path): void {
    if (typeof input.node_id !== 'string' || !/^[A-Za-z0-9_-]{1,40}$/.test(input.node_id)) {
      this.no([...path, 'node_id'], 'Say which earlier step, by its id.');
    } else condition.node_id = input.node_id;
  }

  /** `"7 days ago"` in its stored form, where an instant is meant. */
  private relative(value: unknown, field: Field, operator: Operator): unknown {
    if (Array.isArray(value)) return value.map((each) => this.relative(each, field, operator));
    if (typeof value !== 'string' || !faceOf(operator, 'instant')) return value;
    if (field.type !== 'instant' && (field.type !== 'any' || faceOf(operator, 'text'))) return value;
    const match = relativeText.exec(value.trim());
    if (!match) return value;
    const span = { n: Number(match[1]), unit: `${match[2]!.toLowerCase()}s` };
    return match[3]!.toLowerCase() === 'ago' ? { ago: span } : { ahead: span };
  }

  private value(value: unknown, shape: Shape, type: ValueType, field: Field, path: Path): Value | undefined {
    switch (shape) {
      case 'none':
      case 'within':
        return value === undefined ? undefined : this.no(path, 'This operator takes no value. Leave it out.');
      case 'one':
        return isEntry(value) ? this.entry(value, path) : this.one(value, type, field, path);
      case 'list': {
        const items = this.array(value, path);
        return items && this.all(items, (each, at) => this.one(each, type, field, at), path);
      }
      case 'pair':
        if (!Array.isArray(value) || value.length !== 2) return this.no(path, 'Give [low, high]; both are included.');
        return this.all(value, (each, at) => this.one(each, type, field, at), path);
      case 'last':
      case 'next':
        return this.span(value, path);
      case 'anniversary': {
        const span = this.span(value, path, 0);
        if (span && (span.unit !== 'days' || span.n > 366)) return this.no(path, 'Give it in days, at most 366.');
        return span;
      }
      case 'count':
        if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000_000) return value;
        return this.no(path, 'Give a whole number of times, 0 or more.');
      case 'enrollment':
        return this.enrollment(value ?? {}, path);
      case 'lists': {
        const ids = this.array(typeof value === 'string' ? [value] : value, path);
        return ids && this.all(ids, (each, at) => this.id(each, at, 'smart list'), path);
      }
    }
  }

  private all<T>(items: unknown[], read: (item: unknown, path: Path) => T | undefined, path: Path): T[] | undefined {
    const done = items.map((item, index) => read(item, [...path, index]));
    return done.some((item) => item === undefined) ? undefined : (done as T[]);
  }

  private array(value: unknown, path: Path): unknown[] | undefined {
    if (Array.isArray(value) && value.length >= 1 && value.length <= limits.list) return value;
    return this.no(path, `Give a list of 1 to ${limits.list.toLocaleString('en')} values.`);
  }

  /** A value of what started the run. */
  private entry(value: EntryValue, path: Path): EntryValue | undefined {
    this.known(value as unknown as Record<string, unknown>, ['entry'], path);
    if (!this.inGraph) {
      return this.no(
        path,
        'Only inside an automation can a value be taken from what started it. Give the value itself.',
      );
    }
    return isEntryName(value.entry) ? { entry: value.entry } : this.no([...path, 'entry'], entryRule);
  }

  private one(value: unknown, type: ValueType, field: Field, path: Path): OneValue | undefined {
    if (isEntry(value)) {
      return this.no(path, 'Only a single value can be taken from what started the automation, not one of several.');
    }
    switch (type) {
      case 'number':
        if (typeof value === 'number' && Number.isFinite(value)) return value;
        return this.no(path, 'Give a number.');
      case 'boolean':
        return typeof value === 'boolean' ? value : this.no(path, 'Give true or false.');
      case 'instant':
        if (typeof value === 'string' && isInstantText(value)) {
          if (value >= '1000' && value < '9999') return value;
          return this.no(path, 'Give a year from 1000 to 9998.');
        }
        if (isObject(value) && isRelative(value)) {
          const key = 'ago' in value ? 'ago' : 'ahead';
          this.known(value as Record<string, unknown>, [key], path);
          const span = this.span((value as Record<string, unknown>)[key], [...path, key]);
          return span && (key === 'ago' ? { ago: span } : { ahead: span });
        }
        return this.no(
          path,
          'Give an instant (2026-11-22T09:00:00Z), a date (2026-11-22) or something like "7 days ago".',
        );
      case 'enum':
        if (typeof value === 'string' && field.values!.includes(value)) return value;
        return this.no(path, `Give one of ${field.values!.join(', ')}.`);
      default:
        return this.text(value, path);
    }
  }

  private text(value: unknown, path: Path): string | undefined {
    if (typeof value !== 'string') return this.no(path, 'Give a text.');
    if (value === '') return this.no(path, 'The text is empty. To ask for a missing value, use is_empty.');
    if (value.length > limits.text) return this.no(path, `A text may have at most ${limits.text} characters.`);
    if (value.includes('\0')) return this.no(path, 'The text holds a NUL character. Remove it.');
    if (!value.isWellFormed()) return this.no(path, 'The text holds half a character (a lone surrogate). Remove it.');
    return value;
  }

  private span(value: unknown, path: Path, least = 1): Span | undefined {
    if (!isObject(value)) return this.no(path, 'Give a length of time, e.g. { "n": 30, "unit": "days" }.');
    this.known(value, ['n', 'unit'], path);
    const unit = spanUnits.find((each) => each === value.unit);
    if (!unit) return this.no([...path, 'unit'], `The unit is one of ${spanUnits.join(', ')}.`);
    const n = value.n;
    if (typeof n !== 'number' || !Number.isInteger(n) || n < least || n > limits.span[unit]) {
      return this.no([...path, 'n'], `n is a whole number from ${least} to ${limits.span[unit].toLocaleString('en')}.`);
    }
    return { n, unit };
  }

  private id(value: unknown, path: Path, what: string): string | undefined {
    if (isUuid(value)) return value.toLowerCase();
    return this.no(path, `Give the id of a ${what}.`);
  }

  private enrollment(value: unknown, path: Path): Value | undefined {
    if (!isObject(value)) return this.no(path, 'Give { "course_id"?: …, "status"?: … }, or {} for any enrollment.');
    this.known(value, ['course_id', 'status'], path);
    const read: { course_id?: string | EntryValue; status?: (typeof statuses)[number] } = {};
    if (value.course_id !== undefined) {
      const at = [...path, 'course_id'];
      const id = isEntry(value.course_id) ? this.entry(value.course_id, at) : this.id(value.course_id, at, 'course');
      if (id) read.course_id = id;
    }
    if (value.status !== undefined) {
      const status = statuses.find((each) => each === value.status);
      if (status) read.status = status;
      else this.no([...path, 'status'], `A status is one of ${statuses.join(', ')}.`);
    }
    return read;
  }
}

function unknownField(given: unknown, place: Place): string {
  if (typeof given !== 'string' || given === '') return 'Name the field that the condition asks about.';
  for (const free of Object.values(freeFields)) {
    if (given.startsWith(free.prefix) && free.places.includes(place)) return `${free.rule}.`;
  }
  if (place === 'where') return `Here a field is metadata.<path>, e.g. metadata.course_id; “${given}” is not.`;
  if (fields.some((field) => field.id === given)) return `“${given}” can only be asked inside an automation.`;
  const known = fields.filter((field) => field.places.includes(place)).map((field) => field.id);
  return `There is no field “${given}”. The fields are ${known.join(', ')} and attributes.<name>.`;
}

function wants(field: Field, operator: Operator): string {
  const types = field.type === 'any' ? (['text', 'number', 'instant', 'boolean', 'any'] as const) : [field.type];
  const words = types.flatMap((type) => {
    const shape = faceOf(operator, type)?.shape;
    if (!shape) return [];
    if (shape === 'none') return ['no value'];
    return [`${shape === 'list' ? 'a list, each a ' : shape === 'pair' ? 'two of ' : 'a '}${type}`];
  });
  return `It takes ${[...new Set(words)].join(', or ')}.`;
}

/**
 * Reads a rule into its stored form.
 * @returns the group, or every problem with the path to it. Never throws.
 */
export function readRules(
  input: unknown,
  place: Place = 'person',
): { rules: Group; troubles?: undefined } | { rules?: undefined; troubles: Trouble[] } {
  const reader = new Reader(place !== 'person');
  const rules = reader.group(input, place, [], 1);
  if (reader.troubles.length > 0) return { troubles: reader.troubles };
  if (new TextEncoder().encode(JSON.stringify(rules)).length > limits.bytes) {
    return {
      troubles: [{ path: [], message: `A rule may have at most ${limits.bytes / 1024} KB. Use smaller lists.` }],
    };
  }
  return { rules: rules! };
}

/** zod schemas over `readRules`: what comes out is the stored form, problems carry the path to them. */
const schemaFor = (place: Place, description: string): z.ZodType<Group, Group> =>
  z
    .unknown()
    .transform((input, context): Group => {
      const read = readRules(input, place);
      if (read.rules) return read.rules;
      for (const { path, message } of read.troubles) context.issues.push({ code: 'custom', path, message, input });
      return z.NEVER;
    })
    .pipe(z.any() as z.ZodType<Group, Group>)
    .meta({ description }) as unknown as z.ZodType<Group, Group>;

const shape =
  '{ "operator": "AND" | "OR" | "NOT", "conditions": [ group or { "field", "operator", "value" } ] }; at most 50 conditions, 4 deep, 32 KB';

/** Rules about a person: smart lists, audiences, directory filters. */
export const rulesSchema = schemaFor('person', `A rule about people: ${shape}.`);
/** Rules inside a graph: about the person, the lead that started the run, and earlier steps. */
export const graphRulesSchema = schemaFor('graph', `A rule about the person in a run: ${shape}.`);
/** Rules about one activity's metadata. */
export const whereSchema = schemaFor('where', `A rule about an activity, its fields being metadata.<path>: ${shape}.`);
