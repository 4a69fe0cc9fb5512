import { Select } from '@mantine/core';
import { useParams } from 'react-router';
import { useAutomations } from '../../../automations/automations.queries';
import { ActivityTypeInput } from '../../../rule-builder/inputs/activity-type-input';
import { ListSelect, type Fitting } from '../../../smart-lists/list-select';
import { fieldProps, text, type ControlProps } from '../../../schema-form/control';

/** An activity type: those seen so far are offered, any other may be typed. */
export function ActivityType(props: ControlProps) {
  const { field, value, onChange } = props;
  return (
    <ActivityTypeInput
      {...fieldProps(props)}
      aria-label={field.label || 'Activity'}
      value={text(value)}
      onChange={(next) => onChange(next === '' && field.optional ? undefined : next)}
    />
  );
}

/** Another automation than the one that is drawn. */
export function OtherAutomation(props: ControlProps) {
  const { value, onChange } = props;
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
      {...fieldProps(props)}
      placeholder={choices.length === 0 ? 'There are no other automations yet' : 'Choose an automation'}
      searchable
      data={known ? choices : [...choices, { value: current, label: 'An automation that is not listed' }]}
      value={current || null}
      onChange={(next) => onChange(next ?? '')}
    />
  );
}

const listControl = (fitting: Fitting) =>
  function SmartList(props: ControlProps) {
    const { value, onChange } = props;
    return <ListSelect fitting={fitting} {...fieldProps(props)} value={text(value)} onChange={onChange} />;
  };

/** A list that people are put on by hand or by steps. */
export const StaticList = listControl('static');
export const AnyList = listControl('any');
