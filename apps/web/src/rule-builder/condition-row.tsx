import { ActionIcon, Menu, Select } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { operatorsFor, type Condition, type Operator, type Value, type ValueType } from '#rules';
import { use, type ReactNode } from 'react';
import { people } from '../ui/format';
import { ActivityParts } from './activity-parts';
import { newCondition, placeOf, readingOf, typesFor, withOperator, withType, type Context } from './edit';
import { RowCounts } from './live-count';
import { SubjectInput } from './subject-input';
import { ValueEditor } from './value-editor';

export interface RowActions {
  duplicate: () => void;
  remove: () => void;
  up?: (() => void) | undefined;
  down?: (() => void) | undefined;
}

interface ConditionRowProps {
  condition: Condition;
  /** Where it stands in the whole rule, as a JSON pointer. */
  pointer: string;
  context: Context;
  onChange: (condition: Condition) => void;
  actions: RowActions;
  /** Earlier steps of the run, in a graph. */
  steps?: { value: string; label: string }[] | undefined;
  /** The rows of the condition's own `where`. */
  where?: ReactNode;
  /** Whose metadata a `where` asks about. */
  activityType?: string | undefined;
}

const typeWords: Record<string, string> = {
  text: 'as text',
  number: 'as a number',
  instant: 'as a date',
  boolean: 'as yes or no',
};

/** The verb's words for the type compared. */
const labelOf = (operator: Operator, type: ValueType | undefined) =>
  (type && operator.labels?.[type]) ?? operator.label;

/** One row: subject · verb · value. */
export function ConditionRow({
  condition,
  pointer,
  context,
  onChange,
  actions,
  steps,
  where,
  activityType,
}: ConditionRowProps) {
  const place = placeOf(context);
  const alone = use(RowCounts).get(pointer);
  const reading = readingOf(condition, place);
  const { field, operator, type } = reading;
  const put = (value: Value | undefined) => {
    const next = { ...condition };
    delete next.value;
    onChange(value === undefined ? next : { ...next, value });
  };
  const types = field?.type === 'any' && operator ? typesFor(operator) : [];
  return (
    <div className="rule-row">
      <div className="rule-parts">
        <SubjectInput
          value={condition.field}
          context={context}
          activityType={activityType}
          onChange={(id) => onChange(newCondition(id, place))}
        />
        {field?.type === 'activity' ? <ActivityParts condition={condition} onChange={onChange} part="what" /> : null}
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
        <Select
          aria-label="Verb"
          w={176}
          allowDeselect={false}
          data={field ? operatorsFor(field.type).map((each) => ({ value: each.name, label: labelOf(each, type) })) : []}
          value={operator?.name ?? null}
          onChange={(name) => name && onChange(withOperator(condition, name, place))}
        />
        <ValueEditor condition={condition} reading={reading} onChange={put} />
        {types.length > 1 ? (
          <Select
            aria-label="Compared"
            w={128}
            allowDeselect={false}
            data={types.map((each) => ({ value: each, label: typeWords[each] ?? each }))}
            value={type ?? null}
            onChange={(next) => next && onChange(withType(condition, next as (typeof types)[number], place))}
          />
        ) : null}
        {field?.type === 'activity' ? <ActivityParts condition={condition} onChange={onChange} part="when" /> : null}
        {where}
        {alone ? (
          <p className="label rule-alone">
            {alone.exact ? '' : 'about '}
            {people(alone.count)} by itself
          </p>
        ) : null}
      </div>
      <RowMenu actions={actions} />
    </div>
  );
}

/** What can be done with a row, by mouse and keyboard alike. */
export function RowMenu({ actions }: { actions: RowActions }) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon aria-label="More for this row">
          <IconDots size={16} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={actions.duplicate}>Duplicate</Menu.Item>
        {actions.up ? <Menu.Item onClick={actions.up}>Move up</Menu.Item> : null}
        {actions.down ? <Menu.Item onClick={actions.down}>Move down</Menu.Item> : null}
        <Menu.Item onClick={actions.remove}>Remove</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
