import { typeOf } from './ast.js';
import { isUnbound } from '../language/entry.js';
import { fieldOf, type Field } from '../language/fields.js';
import { fold } from '../text/fold.js';
import {
  RuleError,
  type Condition,
  type EnrollmentValue,
  type OneValue,
  type Place,
  type Span,
} from '../language/language.js';
import type { Face, Operand, Operator, ValueType } from '../language/operator.js';
import { faceOf, operatorOf } from '../operators/index.js';
import { boundary, latestNow, monthsAndDays, shift, type Moment } from '../language/time.js';

/** A condition whose words have been looked up. */
export interface Known {
  condition: Condition;
  field: Field;
  operator: Operator;
  type: ValueType;
  face: Face;
}

/** @throws RuleError for a rule that was not read by `readRules`. */
export function look(condition: Condition, place: Place): Known {
  const field = fieldOf(condition.field, place);
  if (!field) throw new RuleError(`There is no field “${condition.field}” to ask about here.`);
  const operator = operatorOf(condition.operator);
  const type = operator && typeOf(field, operator, condition.value);
  const face = type && faceOf(operator, type);
  if (!face) throw new RuleError(`“${field.label}” cannot be asked with “${condition.operator}” and this value.`);
  return { condition, field, operator, type, face };
}

/** The type that the items of an operand are compared as. */
export type OperandType = 'text' | 'number' | 'instant' | 'boolean' | 'enum' | 'id';

/** An operand with its type: what SQL needs to bind it. `null`: left open. */
export interface Prepared {
  type: OperandType;
  many: boolean;
  value: Operand;
}

const scalarTypes: Partial<Record<ValueType, OperandType>> = {
  number: 'number',
  instant: 'instant',
  boolean: 'boolean',
  enum: 'enum',
};

/**
 * The operands of a condition at one moment: text folded, relative times turned into instants, once.
 * Their number and order is what `Shape` promises to the faces; none where the run lacks what is compared with.
 */
export function prepare({ condition, type, face, field }: Known, moment: Moment): Prepared[] {
  if (isUnbound(condition)) return [];
  const scalar = scalarTypes[type] ?? 'text';
  const one = (value: OneValue): Operand => {
    if (scalar === 'instant') return boundary(value, moment);
    return scalar === 'text' ? fold(String(value)) : value;
  };
  const value = condition.value;
  const single = (of: OperandType, ready: Operand): Prepared => ({ type: of, many: false, value: ready });
  switch (face.shape) {
    case 'none':
      return [];
    case 'one':
      return [single(scalar, one(value as OneValue))];
    case 'list':
      return [{ type: scalar, many: true, value: (value as OneValue[]).map(one) }];
    case 'pair':
      return (value as OneValue[]).map((each) => single(scalar, one(each)));
    case 'last':
      return [single('instant', shift(moment, value as Span, 'ago')), single('instant', latestNow(moment))];
    case 'next':
      return [single('instant', moment.now.getTime()), single('instant', shift(moment, value as Span, 'ahead'))];
    case 'anniversary':
      return [
        single('enum', moment.timezone),
        { type: 'enum', many: true, value: monthsAndDays(moment, (value as Span).n) },
      ];
    case 'count':
      return [single('number', value)];
    case 'within':
      if (!condition.within) throw new RuleError(`“${field.label}” needs within.`);
      return [single('instant', shift(moment, condition.within, 'ago')), single('instant', latestNow(moment))];
    case 'enrollment': {
      const { course_id, status } = (value ?? {}) as EnrollmentValue;
      return [single('id', course_id ?? null), single('enum', status ?? null)];
    }
    case 'lists':
      return [{ type: 'id', many: true, value }];
  }
}
