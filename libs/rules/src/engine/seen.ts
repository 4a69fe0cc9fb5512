import type { Known } from '../reading/prepare.js';
import { aggregateKey, stableJson, type PersonFacts } from '../language/facts.js';
import { isUnbound } from '../language/entry.js';
import { fold } from '../text/fold.js';
import { freeFields } from '../language/fields.js';
import type { EnrollmentValue } from '../language/language.js';
import type { Operand } from '../language/operator.js';
import { elementsOf, isObject, readAs, valuesAt } from '../language/read.js';

/** One activity as `where` sees it. */
export interface WhereFacts {
  metadata: unknown;
}

export type Facts = PersonFacts | WhereFacts;

/** What a condition reads, as a name: two conditions of one name see the same values. */
export function readingName({ condition, field, operator, type }: Known): string {
  if (isUnbound(condition)) return 'missing';
  if (field.type === 'any') return `${field.id}:${type}`;
  if (field.type === 'activity') {
    return `activity:${(operator.negates ?? operator).aggregate}:${aggregateKey(condition)}`;
  }
  if (field.type === 'step') return `step:${condition.node_id}`;
  if (field.type === 'enrollment' || field.type === 'list') return `${field.type}:${stableJson(condition.value ?? {})}`;
  return field.id;
}

/**
 * The values of a condition's field, of its type and ready for comparing. None when it is missing; several
 * only where free data is an array, one of which is enough.
 */
export function seenValues({ condition, field, operator, type }: Known, facts: Facts, timezone: string): Operand[] {
  if (isUnbound(condition)) return [];
  if (field.type === 'any') {
    return freeValues(field.id, facts)
      .map((value) => readAs(type, value, timezone))
      .filter((value) => value !== undefined);
  }
  const person = facts as PersonFacts;
  if (field.type === 'activity') {
    const aggregate = person.activities[aggregateKey(condition)];
    const of = (operator.negates ?? operator).aggregate;
    const value = of === 'count' ? (aggregate?.count ?? 0) : of === 'first' ? aggregate?.first_at : aggregate?.last_at;
    return value === null || value === undefined ? [] : [value];
  }
  if (field.type === 'enrollment') {
    const { course_id, status } = (condition.value ?? {}) as EnrollmentValue;
    return [
      person.enrollments.some(
        (each) => (!course_id || each.course_id === course_id) && (!status || each.status === status),
      ),
    ];
  }
  if (field.type === 'list') return [(condition.value as string[]).some((id) => person.lists[id] === true)];
  if (field.type === 'lead') return person.lead ? [person.lead.enrolled] : [];
  if (field.type === 'step') {
    const outcomes = person.steps?.[condition.node_id!];
    return outcomes ? [outcomes] : [];
  }
  const value = person[field.id as keyof PersonFacts] as unknown;
  if (field.type === 'set') return [textsOf(value).map(fold)];
  if (value === null || value === undefined) return [];
  if (field.id === 'email') return [fold((value as string).replace(/^ +| +$/g, ''))];
  return [field.type === 'text' ? fold(value as string) : value];
}

/** What one person or activity shows; each reading is made once, however many conditions ask for it. */
export class Reading {
  private readonly made = new Map<string, Operand[]>();

  constructor(
    private readonly facts: Facts,
    private readonly timezone: string,
  ) {}

  /** @param fact the condition's `readingName` */
  values(known: Known, fact: string): Operand[] {
    let values = this.made.get(fact);
    if (!values) this.made.set(fact, (values = seenValues(known, this.facts, this.timezone)));
    return values;
  }
}

function freeValues(id: string, facts: Facts): unknown[] {
  if (!('attributes' in facts)) return valuesAt(facts.metadata, id.slice(freeFields.metadata.prefix.length));
  const name = id.slice(freeFields.attributes.prefix.length);
  // Other programs write the column too, and JSON need not be an object.
  const attributes: unknown = facts.attributes;
  return isObject(attributes) && Object.hasOwn(attributes, name) ? elementsOf(attributes[name]) : [];
}

/** What is stored where a condition on free data looks, whatever its type; for telling why it counts as missing. */
export const storedValues = ({ field }: Known, facts: Facts): unknown[] =>
  field.type === 'any' ? freeValues(field.id, facts).filter((value) => value !== null) : [];

/** The elements of a set; NULL and arrays inside it are missing. */
const textsOf = (value: unknown): string[] =>
  elementsOf(value).filter((each): each is string => typeof each === 'string' && each !== '');
