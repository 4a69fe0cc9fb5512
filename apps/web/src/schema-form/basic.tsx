import { Select as Choice, Switch as Toggle, Textarea, TextInput } from '@mantine/core';
import { fieldProps, kept, text, type ControlProps } from './control';

export function Line(props: ControlProps) {
  const { field, value, onChange } = props;
  return (
    <TextInput
      {...fieldProps(props)}
      aria-label={field.label || field.name}
      value={text(value)}
      onChange={(event) => onChange(kept(event.currentTarget.value, field.optional))}
    />
  );
}

/** A text of several lines. */
export function Lines(props: ControlProps) {
  const { field, value, onChange } = props;
  return (
    <Textarea
      {...fieldProps(props)}
      autosize
      minRows={4}
      maxRows={16}
      value={text(value)}
      onChange={(event) => onChange(kept(event.currentTarget.value, field.optional))}
    />
  );
}

export function Select(props: ControlProps) {
  const { field, value, onChange } = props;
  const options = Object.entries(field.options ?? {}).map(([name, label]) => ({ value: name, label }));
  return (
    <Choice
      {...fieldProps(props)}
      data={options}
      allowDeselect={false}
      value={typeof value === 'string' ? value : (options[0]?.value ?? null)}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

export function Switch({ field, value, readOnly, onChange }: ControlProps) {
  return (
    <Toggle
      label={field.label}
      description={field.help}
      disabled={readOnly}
      checked={value === true}
      onChange={(event) => onChange(event.currentTarget.checked ? true : undefined)}
    />
  );
}
