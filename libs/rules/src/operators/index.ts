import type { Face, Operator, ValueType } from '../language/operator.js';
import { eq } from './eq.operator.js';
import { neq } from './neq.operator.js';
import { isIn } from './in.operator.js';
import { notIn } from './not-in.operator.js';
import { contains } from './contains.operator.js';
import { notContains } from './not-contains.operator.js';
import { startsWith } from './starts-with.operator.js';
import { endsWith } from './ends-with.operator.js';
import { gt } from './gt.operator.js';
import { gte } from './gte.operator.js';
import { lt } from './lt.operator.js';
import { lte } from './lte.operator.js';
import { between } from './between.operator.js';
import { inLast } from './in-last.operator.js';
import { notInLast } from './not-in-last.operator.js';
import { inNext } from './in-next.operator.js';
import { anniversaryIn } from './anniversary-in.operator.js';
import { hasAny } from './has-any.operator.js';
import { hasAll } from './has-all.operator.js';
import { hasNone } from './has-none.operator.js';
import { isTrue } from './is-true.operator.js';
import { isFalse } from './is-false.operator.js';
import { isSet } from './is-set.operator.js';
import { isEmpty } from './is-empty.operator.js';
import { exists } from './exists.operator.js';
import { notExists } from './not-exists.operator.js';
import { countGte } from './count-gte.operator.js';
import { countLte } from './count-lte.operator.js';
import { countEq } from './count-eq.operator.js';
import { never } from './never.operator.js';
import { firstWithin } from './first-within.operator.js';
import { lastWithin } from './last-within.operator.js';
import { enrolled } from './enrolled.operator.js';
import { notEnrolled } from './not-enrolled.operator.js';
import { sent } from './sent.operator.js';
import { delivered } from './delivered.operator.js';
import { clicked } from './clicked.operator.js';
import { skipped } from './skipped.operator.js';
import { failed } from './failed.operator.js';

/** Every operator of the language, in the order in which the builder offers them. */
export const operators: readonly Operator[] = [
  eq,
  neq,
  isIn,
  notIn,
  contains,
  notContains,
  startsWith,
  endsWith,
  gt,
  gte,
  lt,
  lte,
  between,
  inLast,
  notInLast,
  inNext,
  anniversaryIn,
  hasAny,
  hasAll,
  hasNone,
  isTrue,
  isFalse,
  isSet,
  isEmpty,
  exists,
  notExists,
  countGte,
  countLte,
  countEq,
  never,
  firstWithin,
  lastWithin,
  enrolled,
  notEnrolled,
  sent,
  delivered,
  clicked,
  skipped,
  failed,
];

const byName = new Map(operators.map((operator) => [operator.name, operator]));

export const operatorOf = (name: string): Operator | undefined => byName.get(name);

/** The face that decides: of the operator itself, or of the one it negates. */
export function faceOf(operator: Operator, type: ValueType): Face | undefined {
  if (operator.only && !operator.only.includes(type)) return undefined;
  return (operator.negates ?? operator).accepts?.[type];
}

const byType = new Map<ValueType, readonly Operator[]>();

/** The operators that a field of this type can be asked with. */
export const operatorsFor = (type: ValueType): readonly Operator[] => {
  const known = byType.get(type);
  if (known) return known;
  const types: readonly ValueType[] = type === 'any' ? ['any', 'text', 'number', 'boolean', 'instant'] : [type];
  const found = operators.filter((operator) => types.some((each) => faceOf(operator, each) !== undefined));
  byType.set(type, found);
  return found;
};
