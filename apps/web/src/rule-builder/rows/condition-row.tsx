import { Select } from '@mantine/core';
import { operatorsFor, type Condition, type Field, type Operator, type Value, type ValueType } from '#rules';
import type { ReactNode } from 'react';
import { ActivityParts } from '../inputs/activity-parts';
import { placeOf, presetOf, readingOf, typesFor, withOperator, withType } from '../tree/rule-edits';
import { RowCount } from './row-count';
import { useRows } from '../tree/rows-context';
import { SubjectInput } from '../inputs/subject-input';
import { ValueEditor } from '../inputs/value-editor';

interface ConditionRowProps {
  condition: Condition;
  /** Where it stands in the whole rule, as a JSON pointer. */
  pointer: string;
  onChange: (condition: Condition) => void;
  /** The rows of the condition's own `where`. */
  where: ReactNode;
}

const typeWords = new Map(
  Object.entries<string>({
    text: 'as text',
    number: 'as a number',
    instant: 'as a date',
    boolean: 'as yes or no',
  }),
);

/** The verb's words for the type compared. */
const labelOf = (field: Field, operator: Operator, type: ValueType | undefined) =>
  field.verbs?.[operator.name] ?? (type && operator.labels?.[type]) ?? operator.label;

/** One row: subject · verb · value. */
export function ConditionRow({ condition, pointer, onChange, where }: ConditionRowProps) {
  const { context, steps, activityType } = useRows();
  const place = placeOf(context);
  const reading = readingOf(condition, place);
  const { field, operator, type } = reading;
  const put = (value: Value | undefined) => {
    const next = { ...condition };
    delete next.value;
    onChange(value === undefined ? next : { ...next, value });
  };
  const asked = condition.field !== '';
  const types = field?.type === 'any' && operator ? typesFor(operator) : [];
  return (
    <div className="rule-parts">
      <SubjectInput condition={condition} context={context} activityType={activityType} onChange={onChange} />
      {field?.type === 'activity' && !presetOf(condition) ? (
        <ActivityParts condition={condition} onChange={onChange} part="what" />
      ) : null}
      {field?.type === 'step' ? (
        <Select
          aria-label="Which step"
          miw={160}
          allowDeselect={false}
          placeholder="Choose a step"
          data={steps ?? []}
          value={condition.node_id ?? null}
          onChange={(node_id) => node_id && onChange({ ...condition, node_id })}
        />
      ) : null}
      {asked ? (
        <Select
          aria-label="Verb"
          w={176}
          allowDeselect={false}
          data={
            field
              ? operatorsFor(field.type).map((each) => ({ value: each.name, label: labelOf(field, each, type) }))
              : []
          }
          value={operator?.name ?? null}
          onChange={(name) => name && onChange(withOperator(condition, name, place))}
        />
      ) : null}
      <ValueEditor condition={condition} reading={reading} activityType={activityType} onChange={put} />
      {types.length > 1 ? (
        <Select
          aria-label="Compared"
          w={128}
          allowDeselect={false}
          data={types.map((each) => ({ value: each, label: typeWords.get(each) ?? each }))}
          value={type ?? null}
          onChange={(next) => next && onChange(withType(condition, next as (typeof types)[number], place))}
        />
      ) : null}
      {field?.type === 'activity' ? <ActivityParts condition={condition} onChange={onChange} part="when" /> : null}
      {where}
      <RowCount pointer={pointer} />
    </div>
  );
}
