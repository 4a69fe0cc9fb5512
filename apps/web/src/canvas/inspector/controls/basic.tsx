import { Select as Choice, Switch as Toggle, Textarea, TextInput } from '@mantine/core';
import { kept, text, type ControlProps } from './control';

export function Line({ field, value, problem, readOnly, onChange }: ControlProps) {
  return (
    <TextInput
      label={field.label}
      aria-label={field.label || field.name}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      value={text(value)}
      onChange={(event) => onChange(kept(event.currentTarget.value, field.optional))}
    />
  );
}

/** A text of several lines. */
export function Lines({ field, value, problem, readOnly, onChange }: ControlProps) {
  return (
    <Textarea
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      autosize
      minRows={4}
      maxRows={16}
      value={text(value)}
      onChange={(event) => onChange(kept(event.currentTarget.value, field.optional))}
    />
  );
}

export function Select({ field, value, problem, readOnly, onChange }: ControlProps) {
  const options = Object.entries(field.options ?? {}).map(([name, label]) => ({ value: name, label }));
  return (
    <Choice
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
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
