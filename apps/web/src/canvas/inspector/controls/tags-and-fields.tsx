import { personalIds } from '#rules';
import { ActionIcon, Autocomplete, Button, Input, TagsInput, TextInput } from '@mantine/core';
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
      placeholder={tags.length === 0 ? 'Type a tag, then press Enter' : ''}
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
export const Fields = (props: ControlProps) => (
  <FieldRows {...props} names={[...personalIds, 'attributes.']} example="attributes.plan" add="Set a field" />
);

/** Data of one's own, a row for each name. */
export const Data = (props: ControlProps) => <FieldRows {...props} names={[]} example="plan" add="Add a field" />;

interface FieldRowsProps extends ControlProps {
  /** Offered while a name is typed. */
  names: string[];
  example: string;
  add: string;
}

function FieldRows({ field, value, problems, problem, readOnly, onChange, names, example, add }: FieldRowsProps) {
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
              placeholder={example}
              className="grow"
              readOnly={readOnly}
              error={problems.get(`${field.name}/${name}`)}
              data={names}
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
            {add}
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}
