import { settableFields } from '#graph';
import { ActionIcon, Autocomplete, Button, Input, JsonInput, TagsInput, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import type { ControlProps } from './control';

export function Tags({ field, value, problem, readOnly, onChange }: ControlProps) {
  const tags = Array.isArray(value) ? value.filter((tag) => typeof tag === 'string') : [];
  return (
    <TagsInput
      label={field.label}
      description={field.help}
      error={problem}
      readOnly={readOnly}
      maxTags={50}
      placeholder={tags.length === 0 ? 'Type a tag, press Enter' : ''}
      value={tags}
      onChange={(next) => onChange(next.length === 0 ? undefined : next)}
    />
  );
}

type Row = [name: string, value: string];

const rowsOf = (value: unknown): Row[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, content]) => [
        name,
        typeof content === 'string' ? content : JSON.stringify(content),
      ])
    : [];

/** A number, true, false or null is meant as such; everything else is text. */
const meant = (content: string): unknown => {
  if (content.trim() === '') return content;
  try {
    const parsed: unknown = JSON.parse(content);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? parsed
      : Array.isArray(parsed)
        ? content
        : parsed;
  } catch {
    return content;
  }
};

/** Fields of a person to set, a row each. */
export function Fields({ field, value, problems, problem, readOnly, onChange }: ControlProps) {
  const [rows, setRows] = useState<Row[]>(() => rowsOf(value));
  const change = (next: Row[]) => {
    setRows(next);
    const filled = next.filter(([name]) => name.trim() !== '');
    onChange(
      filled.length === 0 ? undefined : Object.fromEntries(filled.map(([name, content]) => [name, meant(content)])),
    );
  };
  const edit = (at: number, row: Row) => change(rows.with(at, row));
  return (
    <Input.Wrapper label={field.label} description={field.help} error={problem}>
      <div className="stack-tight">
        {rows.map(([name, content], at) => (
          <div className="row nowrap" key={at}>
            <Autocomplete
              aria-label={`Field ${at + 1}`}
              placeholder="attributes.plan"
              className="grow"
              readOnly={readOnly}
              error={problems.get(`${field.name}/${name}`)}
              data={[...settableFields, 'attributes.']}
              value={name}
              onChange={(next) => edit(at, [next, content])}
            />
            <TextInput
              aria-label={`Value ${at + 1}`}
              className="grow"
              readOnly={readOnly}
              value={content}
              onChange={(event) => edit(at, [name, event.currentTarget.value])}
            />
            <ActionIcon
              aria-label={`Remove field ${at + 1}`}
              disabled={readOnly}
              onClick={() => change(rows.toSpliced(at, 1))}
            >
              <IconX size={14} stroke={1.5} />
            </ActionIcon>
          </div>
        ))}
        <div>
          <Button variant="default" size="compact-sm" disabled={readOnly} onClick={() => setRows([...rows, ['', '']])}>
            Set a field
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}

/** Free data; kept once it is an object. */
export function Json({ field, value, problem, readOnly, onChange }: ControlProps) {
  const [draft, setDraft] = useState(() => (value === undefined ? '' : JSON.stringify(value, null, 2)));
  const change = (next: string) => {
    setDraft(next);
    if (next.trim() === '') return onChange(undefined);
    const parsed = objectOf(next);
    if (parsed) onChange(parsed);
  };
  const wrong = draft.trim() !== '' && !objectOf(draft) ? 'Not kept yet: write it like { "plan": "pro" }.' : problem;
  return (
    <JsonInput
      label={field.label}
      description={field.help}
      error={wrong}
      readOnly={readOnly}
      autosize
      minRows={2}
      maxRows={12}
      placeholder={'{ "plan": "pro" }'}
      value={draft}
      onChange={change}
    />
  );
}

function objectOf(source: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(source);
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
