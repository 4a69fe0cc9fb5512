/** The shape of a rule as it is stored and sent. What it means is written once, in this library's README. */
export const spanUnits = ['minutes', 'hours', 'days', 'weeks', 'months'] as const;
export type SpanUnit = (typeof spanUnits)[number];

/** A length of time; days, weeks and months are counted on the calendar of the workspace's time zone. */
export interface Span {
  n: number;
  unit: SpanUnit;
}

/** An instant relative to the moment of evaluation; the stored form of `"7 days ago"`. */
export type Relative = { ago: Span } | { ahead: Span };

/**
 * A value of what started the run: of the activity (`metadata.cart`) or of the lead (`lead.course_id`). Only inside
 * graphs; `bindEntry` puts the run's own value in its place. Where that is missing, so is what is compared.
 */
export interface EntryValue {
  entry: string;
}

export type Scalar = string | number | boolean;
export type OneValue = Scalar | Relative | EntryValue;

export interface EnrollmentValue {
  course_id?: string | EntryValue;
  status?: 'active' | 'cancelled' | 'completed';
}

export type Value = OneValue | OneValue[] | Span | EnrollmentValue;

export interface Condition {
  field: string;
  operator: string;
  value?: Value;
  /** With the field `activity`: which type is counted, since when, and what its metadata must say. */
  activity_type?: string;
  within?: Span;
  where?: Group;
  /** With the field `step`: the earlier step of the run. */
  node_id?: string;
}

export interface Group {
  operator: 'AND' | 'OR' | 'NOT';
  conditions: Rule[];
}

export type Rule = Group | Condition;

export const isGroup = (rule: Rule): rule is Group => 'conditions' in rule;

/**
 * Where a rule stands decides what it may ask about: `person` (smart lists, audiences, filters over the
 * directory), `graph` (also the lead and earlier steps of a run), `where` (the metadata of one activity).
 */
export type Place = 'person' | 'graph' | 'where';

export const limits = {
  conditions: 50,
  depth: 4,
  bytes: 32 * 1024,
  list: 1000,
  text: 1000,
  /** The most of each unit in one span: about a century. */
  span: { minutes: 52_560_000, hours: 876_000, days: 36_500, weeks: 5_200, months: 1_200 },
} as const;

/** A rule that cannot be used as it stands; the message is a sentence for the person who wrote it. */
export class RuleError extends Error {
  override name = 'RuleError';
}
