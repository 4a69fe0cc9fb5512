import { Autocomplete, Select } from '@mantine/core';
import { useSuggestions } from '../../../rule-builder/suggestions';
import { text, type ControlProps } from './control';

/** An activity type: those seen so far are offered, any other may be typed. */
export function ActivityType({ field, value, problem, readOnly, onChange }: ControlProps) {
  const { activityTypes } = useSuggestions();
  return (
    <Autocomplete
      label={field.label}
      aria-label={field.label || 'Activity'}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      placeholder="checkout.abandoned"
      data={activityTypes}
      value={text(value)}
      onChange={(next) => onChange(next === '' && field.optional ? undefined : next)}
    />
  );
}

export function Course({ field, value, problem, readOnly, onChange }: ControlProps) {
  const { courses } = useSuggestions();
  const current = text(value);
  const known = courses.some((course) => course.value === current);
  return (
    <Select
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      placeholder="Any course"
      clearable
      searchable
      data={current && !known ? [...courses, { value: current, label: current }] : courses}
      value={current || null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** A list that follows rules: only those are entered and left by themselves. */
export function SmartList({ field, value, problem, readOnly, onChange }: ControlProps) {
  const { lists } = useSuggestions();
  const current = text(value);
  const known = lists.some((list) => list.value === current);
  return (
    <Select
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      placeholder="Choose a list"
      searchable
      data={current && !known ? [...lists, { value: current, label: current }] : lists}
      value={current || null}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}
