import { typeOf } from './ast.js';
import { entriesInValue, entriesOf, isEntry, type EntryFacts } from '../language/entry.js';
import { fieldOf, type Field } from '../language/fields.js';
import { isGroup, type Condition, type Group, type Place, type Rule, type Scalar } from '../language/language.js';
import { operatorOf } from '../operators/index.js';
import { readAs } from '../language/read.js';
import { isUuid } from '../text/uuid.js';

/**
 * The rule with the run's own values in place of `{ "entry": … }`, the same object where it asks for none. Of several
 * values (a list) a positive operator takes any, its negation none. What is missing stays, and is never equal to anything.
 */
export function bindEntry(rules: Group, facts: EntryFacts, place: Place): Group {
  if (entriesOf(rules).length === 0) return rules;
  return { ...rules, conditions: rules.conditions.map((rule) => boundRule(rule, facts, place)) };
}

function boundRule(rule: Rule, facts: EntryFacts, place: Place): Rule {
  if (isGroup(rule)) return bindEntry(rule, facts, place);
  const bound = rule.where ? { ...rule, where: bindEntry(rule.where, facts, 'where') } : rule;
  const [name] = entriesInValue(rule);
  if (name === undefined) return bound;
  const alternatives = (facts[name] ?? []).flatMap((value) => withValue(bound, value, place) ?? []);
  if (alternatives.length < 2) return alternatives[0] ?? bound;
  return { operator: operatorOf(rule.operator)?.negates ? 'AND' : 'OR', conditions: alternatives };
}

/** The condition with this value, as the type that it is compared as; undefined where the value does not fit. */
function withValue(condition: Condition, value: unknown, place: Place): Condition | undefined {
  if (!isEntry(condition.value)) {
    if (!isUuid(value)) return undefined;
    return { ...condition, value: { ...(condition.value as object), course_id: value.toLowerCase() } };
  }
  const field = fieldOf(condition.field, place);
  const fitting = field && literal(condition.operator, field, value);
  return fitting === undefined ? undefined : { ...condition, value: fitting };
}

function literal(operatorName: string, field: Field, value: unknown): Scalar | undefined {
  const operator = operatorOf(operatorName);
  if (!operator) return undefined;
  if (field.type === 'enum') return field.values?.find((each) => each === value);
  if (field.type === 'any' && typeOf(field, operator, value)) return value as Scalar;
  const types = field.type === 'any' ? (['number', 'instant', 'text', 'boolean'] as const) : [field.type];
  for (const type of types) {
    if (!typeOf({ ...field, type }, operator, value)) continue;
    if (type === 'text' || type === 'set') {
      if (readAs('text', value, 'UTC') !== undefined) return String(value);
    } else if (type === 'instant') {
      // A date stays one: it is a midnight of the workspace's zone.
      if (typeof value === 'string' && readAs('instant', value, 'UTC') !== undefined) return value;
    } else {
      const read = readAs(type, value, 'UTC');
      if (read !== undefined) return read as number | boolean;
    }
  }
  return undefined;
}
