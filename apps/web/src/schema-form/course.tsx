import { Select } from '@mantine/core';
import { useSuggestions } from '../rule-builder/suggestions';
import { fieldProps, text, type ControlProps } from './control';

/** One of the shop's courses. */
export function Course(props: ControlProps) {
  const { value, onChange } = props;
  const { courses } = useSuggestions();
  const current = text(value);
  const known = courses.some((course) => course.value === current);
  return (
    <Select
      {...fieldProps(props)}
      placeholder={props.field.optional ? 'Any course' : 'Choose a course'}
      clearable
      searchable
      openOnFocus={!props.takesFocus}
      data={current && !known ? [...courses, { value: current, label: current }] : courses}
      value={current || null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}
