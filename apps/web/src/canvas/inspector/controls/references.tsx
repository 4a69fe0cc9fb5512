import { Autocomplete, Select } from '@mantine/core';
import { useParams } from 'react-router';
import { useAutomations } from '../../../automations/automations.queries';
import { useSuggestions } from '../../../rule-builder/suggestions';
import { ListSelect, type Fitting } from '../../../smart-lists/list-select';
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

/** Another automation than the one that is drawn. */
export function OtherAutomation({ field, value, problem, readOnly, onChange }: ControlProps) {
  const own = useParams().id;
  const { data } = useAutomations({ q: '', status: undefined });
  const others = (data?.pages ?? []).flatMap(({ items }) => items).filter(({ id }) => id !== own);
  const choices = others.map(({ id, name, status }) => ({
    value: id,
    label: status === 'live' ? name : `${name} (${status})`,
  }));
  const current = text(value);
  const known = current === '' || choices.some((choice) => choice.value === current);
  return (
    <Select
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      placeholder={choices.length === 0 ? 'There are no other automations yet' : 'Choose an automation'}
      searchable
      data={known ? choices : [...choices, { value: current, label: 'An automation that is not listed' }]}
      value={current || null}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}

const listControl = (fitting: Fitting) =>
  function SmartList({ field, value, problem, readOnly, onChange }: ControlProps) {
    return (
      <ListSelect
        fitting={fitting}
        label={field.label}
        description={field.help}
        error={problem}
        readOnly={readOnly}
        value={text(value)}
        onChange={onChange}
      />
    );
  };

/** A list whose entering and leaving is known: of rules, or one that is always kept up to date. */
export const FollowedList = listControl('followed');
/** A list that people are put on by hand or by steps. */
export const StaticList = listControl('static');
export const AnyList = listControl('any');
