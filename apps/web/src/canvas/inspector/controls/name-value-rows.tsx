import { ActionIcon, Autocomplete, Button, Input } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { fieldProps, type ControlProps } from '../../../schema-form/control';

type Row = [name: string, content: string];

export interface NameValueProps extends ControlProps {
  /** What a row is called, in lower case. */
  noun: string;
  add: string;
  example: string;
  /** Offered while a name is typed. */
  names?: string[];
  /** A stored value as it is edited, and back. */
  written: (value: unknown) => string;
  meant: (content: string) => unknown;
}

/** Values by name, a row each; a row without a name is not stored. */
export function NameValueRows({ noun, add, example, names = [], written, meant, ...control }: NameValueProps) {
  const { field, value, problems, readOnly, onChange } = control;
  const [rows, setRows] = useState<Row[]>(() =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([name, content]) => [name, written(content)])
      : [],
  );
  const change = (next: Row[]) => {
    setRows(next);
    const filled = next.filter(([name]) => name.trim() !== '');
    onChange(
      filled.length === 0 ? undefined : Object.fromEntries(filled.map(([name, content]) => [name, meant(content)])),
    );
  };
  const { label, description, error } = fieldProps(control);
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <div className="stack-tight">
        {rows.map(([name, content], at) => (
          <div className="row nowrap" key={at}>
            <Autocomplete
              aria-label={`Name of ${noun} ${at + 1}`}
              placeholder={example}
              className="grow"
              readOnly={readOnly}
              error={problems.get(`${field.name}/${name}`)}
              data={names}
              value={name}
              onChange={(next) => change(rows.with(at, [next, content]))}
            />
            <Input
              aria-label={`Value of ${noun} ${at + 1}`}
              className="grow"
              readOnly={readOnly}
              value={content}
              onChange={(event) => change(rows.with(at, [name, event.currentTarget.value]))}
            />
            <ActionIcon
              aria-label={`Remove ${noun} ${at + 1}`}
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
