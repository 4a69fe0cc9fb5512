import { ActionIcon, Button, Input, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ControlProps } from './control';

type Row = [name: string, content: string];

const rowsOf = (value: unknown): Row[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, content]) => [name, typeof content === 'string' ? content : ''])
    : [];

/** Headers of a call, a row each. */
export function Headers({ field, value, problems, problem, readOnly, onChange }: ControlProps) {
  const [rows, setRows] = useState<Row[]>(() => rowsOf(value));
  const change = (next: Row[]) => {
    setRows(next);
    const filled = next.filter(([name]) => name.trim() !== '');
    onChange(filled.length === 0 ? undefined : Object.fromEntries(filled));
  };
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem} labelElement="div">
      <div className="stack-tight">
        {rows.map(([name, content], at) => (
          <div className="row nowrap" key={at}>
            <TextInput
              aria-label={`Header ${at + 1}, name`}
              className="grow"
              placeholder="Authorization"
              readOnly={readOnly}
              error={problems.get(`${field.name}/${name}`)}
              value={name}
              onChange={(event) => change(rows.with(at, [event.currentTarget.value, content]))}
            />
            <TextInput
              aria-label={`Header ${at + 1}, value`}
              className="grow"
              readOnly={readOnly}
              value={content}
              onChange={(event) => change(rows.with(at, [name, event.currentTarget.value]))}
            />
            <ActionIcon
              aria-label={`Remove header ${at + 1}`}
              disabled={readOnly}
              onClick={() => change(rows.toSpliced(at, 1))}
            >
              <IconX size={14} stroke={1.5} />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button variant="default" size="compact-sm" disabled={readOnly} onClick={() => setRows([...rows, ['', '']])}>
            Add a header
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}

const written = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value, null, 2);

/** What a call carries: JSON where it reads as an object, else text that is sent as it is. */
export function WebhookBody({ field, value, problem, readOnly, onChange }: ControlProps) {
  const [draft, setDraft] = useState(() => written(value));
  const change = (next: string) => {
    setDraft(next);
    onChange(next.trim() === '' ? undefined : meant(next));
  };
  const asText = draft.trim() !== '' && typeof meant(draft) === 'string';
  return (
    <Textarea
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
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
