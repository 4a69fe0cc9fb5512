import { Checkbox } from '@mantine/core';
import type { Group } from '#rules';
import { useLiveCount } from '../rule-builder/answers/live-count';

interface NewcomersChoiceProps {
  listId: string;
  /** The rules as they would be saved. */
  rules: Group;
  value: boolean;
  onChange: (value: boolean) => void;
}

/** Whether those whom changed rules bring into a followed list count as entering it now. */
export function NewPeopleChoice({ listId, rules, value, onChange }: NewcomersChoiceProps) {
  const { preview, stale } = useLiveCount({
    operator: 'AND',
    conditions: [rules, { field: 'smart_list', operator: 'not_in', value: [listId] }],
  });
  if (preview && !stale && preview.exact && preview.count === 0)
    return <p className="label">This change adds nobody new.</p>;
  const who =
    !preview || stale
      ? 'people this change adds'
      : `${preview.exact ? '' : 'about '}${preview.count.toLocaleString()} ${preview.count === 1 ? 'person' : 'people'} this change adds`;
  return (
    <Checkbox
      label={`Treat the ${who} as entering now`}
      description="Automations that start when someone joins this list will start for them. Otherwise they are added silently."
      checked={value}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  );
}
