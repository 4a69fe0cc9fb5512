import type { Condition } from './language.js';
import type { PersonalFieldId } from './personal-fields.js';

/** The types a field can have. `any`: free data whose type follows from the condition's value. */
export const valueTypes = [
  'text',
  'number',
  'instant',
  'boolean',
  'enum',
  'set',
  'any',
  'enrollment',
  'list',
  'activity',
  'lead',
  'step',
] as const;
export type ValueType = (typeof valueTypes)[number];

/**
 * What a condition's `value` looks like, and so which operands the faces receive:
 * `none` → []; `one` → [value]; `list` → [values]; `pair` → [low, high]; `last` and `next` → the span as
 * [from, to]; `anniversary` → [zone, "MM-DD" texts]; `count` → [n]; `within` → [since, until]; `enrollment` →
 * [course_id or null, status or null]; `lists` → [ids].
 */
export type Shape =
  'none' | 'one' | 'list' | 'pair' | 'last' | 'next' | 'anniversary' | 'count' | 'within' | 'enrollment' | 'lists';

/**
 * An operand made ready for comparing: text is folded, an instant is milliseconds since 1970 (with
 * microseconds as the fraction), a list is an array.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the operator that asks for a shape knows what it gets
export type Operand = any;

/** How an operator works on one type of field. Neither face ever sees a missing value. */
export interface Face {
  shape: Shape;
  /** SQL that is true when the condition holds; `x` and the operands are SQL expressions. NULL counts as false. */
  sql(x: string, operands: string[]): string;
  /** On text: true only where the operand stands there in `x`, so that an index over more text may look first. */
  finds?: 'start' | 'anywhere';
  /** On text: true only where `x` is one of the operands. */
  whole?: true;
  /** The same in memory. */
  test(seen: Operand, operands: Operand[]): boolean;
}

/** A person as an example needs one; instants as RFC 3339 texts. */
export interface ExamplePerson extends Partial<Record<PersonalFieldId, string>> {
  type?: 'customer' | 'lead';
  email?: string;
  tags?: string[];
  created_at?: string;
  last_activity?: string;
  lifetime_value_minor?: number;
  suppressed?: boolean;
  consent?: string;
  attributes?: Record<string, unknown>;
  enrollments?: { course_id: string; status: string }[];
  activities?: { type: string; occurred_at: string; metadata?: Record<string, unknown> }[];
  /** Static lists this person is in. */
  lists?: string[];
  lead?: { enrolled: boolean };
  steps?: Record<string, string[]>;
}

export interface Example {
  /** The condition without its operator. */
  ask: Omit<Condition, 'operator'>;
  person: ExamplePerson;
  expect: boolean;
  /** The moment of evaluation, default 2026-11-22T12:00:00Z. */
  now?: string;
  /** The workspace's zone, default UTC. */
  timezone?: string;
}

/** The value as the English face receives it. */
export interface SpokenValue {
  /** E.g. `“abandoned”`, `5`, `22 November 2026`, `7 days ago`; `____` when still missing. */
  text: string;
  /** `7 days`, where the value is a span or relative to now. */
  span?: string;
  relative?: 'ago' | 'ahead';
  /** A whole number of units, where the value is a span. */
  n?: number;
  /** The field only ever tells of the past, so nobody need be told that later instants count too. */
  past?: true;
  /** A span of time within which activities are counted. */
  within?: true;
  /** The words of a list, one by one. */
  words?: readonly string[];
}

/** A number of times as it is said: once, twice, 3 times. */
export const times = ({ text }: SpokenValue): string =>
  text === '1' ? 'once' : text === '2' ? 'twice' : `${text} times`;

/** One operator, everything about it. Its file is the only place that knows it. */
export interface Operator {
  name: string;
  /** As the rule builder writes it between field and value. */
  label: string;
  /** Where another wording reads better for a type: a later instant is “after”, not “more than”. */
  labels?: Partial<Record<ValueType, string>>;
  /** The types it can be asked about; absent for a negative operator, which takes those of what it negates. */
  accepts?: Partial<Record<ValueType, Face>>;
  /** True exactly when that operator is false, for missing values too. */
  negates?: Operator;
  /** With `negates`: only these types. */
  only?: readonly ValueType[];
  /** On activities: what of the matching activities the face compares. */
  aggregate?: 'count' | 'first' | 'last';
  /** A clause that follows “People”, e.g. `whose country is “DE”`. */
  english(noun: string, value: SpokenValue, type: ValueType): string;
  /** Other clauses that mean the same where somebody types a rule. */
  heard?: readonly string[];
  examples: Example[];
}
