import { Button, Select } from '@mantine/core';
import type { Condition } from '#rules';
import { readingOf } from '../tree/rule-edits';
import { ActivityTypeInput } from './activity-type-input';
import { SpanInput } from './span-input';

interface ActivityPartsProps {
  condition: Condition;
  onChange: (condition: Condition) => void;
  part: 'what' | 'when';
}

/** The parts that only a condition on activities has: which type, and since when; its `where` stands below the row. */
export function ActivityParts({ condition, onChange, part }: ActivityPartsProps) {
  if (part === 'what') {
    return (
      <ActivityTypeInput
        aria-label="Activity type"
        miw={176}
        value={condition.activity_type ?? ''}
        onChange={(activity_type) => onChange({ ...condition, activity_type })}
      />
    );
  }
  const { shape } = readingOf(condition, 'person');
  const ever = () => {
    const next = { ...condition };
    delete next.within;
    return next;
  };
  return (
    <>
      {shape === 'within' ? null : (
        <Select
          aria-label="Since when"
          w={124}
          allowDeselect={false}
          data={[
            { value: 'ever', label: 'ever' },
            { value: 'within', label: 'in the last' },
          ]}
          value={condition.within ? 'within' : 'ever'}
          onChange={(kind) => onChange(kind === 'within' ? { ...condition, within: { n: 30, unit: 'days' } } : ever())}
        />
      )}
      {condition.within ? (
        <SpanInput
          label="In the last"
          value={condition.within}
          onChange={(within) => onChange({ ...condition, within })}
        />
      ) : null}
      {condition.where ? null : (
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() =>
            onChange({ ...condition, where: { operator: 'AND', conditions: [{ field: 'metadata.', operator: 'eq' }] } })
          }
        >
          where…
        </Button>
      )}
    </>
  );
}
