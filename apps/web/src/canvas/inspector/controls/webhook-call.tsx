import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { fieldProps, type ControlProps } from '../../../schema-form/control';

const written = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** What a call carries: JSON where it reads as an object, else text that is sent as it is. */
export function WebhookBody(props: ControlProps) {
  const { value, problem, onChange } = props;
  const [draft, setDraft] = useState(() => written(value));
  const change = (next: string) => {
    setDraft(next);
    onChange(next.trim() === '' ? undefined : meant(next));
  };
  const asText = draft.trim() !== '' && typeof meant(draft) === 'string';
  return (
    <Textarea
      {...fieldProps(props)}
      autosize
      minRows={3}
      maxRows={14}
      classNames={{ input: 'code' }}
      placeholder={'{ "email": "{{ contact.email }}" }'}
      value={draft}
      onChange={(event) => change(event.currentTarget.value)}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      {...(asText && !problem ? { error: 'This is not a JSON object, so it is sent as text.' } : {})}
    />
  );
}

const meant = (source: string): unknown => {
  try {
    const parsed: unknown = JSON.parse(source);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : source;
  } catch {
    return source;
  }
};
