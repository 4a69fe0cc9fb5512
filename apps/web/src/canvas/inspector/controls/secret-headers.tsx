import { ActionIcon, Autocomplete, Button, Input } from '@mantine/core';
import { isSecretReference, type SecretReference } from '#graph';
import { IconX } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { fieldProps, type ControlProps } from '../../../schema-form/control';
import { SecretValue } from './secret-value';

interface Row {
  key: number;
  name: string;
  value: SecretReference;
}

const usual = ['Authorization', 'X-Api-Key'];

const rowsOf = (value: unknown): Row[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).map(([name, content], key) => ({
        key,
        name,
        value: isSecretReference(content) ? content : { secret: true },
      }))
    : [];

/** Headers of a call, a row each. Their values are secrets: one can set and replace them, and nobody is shown them. */
export function Headers(control: ControlProps) {
  const { field, value, problems, readOnly, onChange } = control;
  const [rows, setRows] = useState(() => rowsOf(value));
  // A value is stored while other rows may be edited: what comes back belongs into the rows as they are by then.
  const latest = useRef(rows);
  const change = (next: Row[]) => {
    latest.current = next;
    setRows(next);
    const named = next.filter(({ name }) => name.trim() !== '');
    onChange(named.length === 0 ? undefined : Object.fromEntries(named.map((row) => [row.name, row.value])));
  };
  const edit = (key: number, part: Partial<Row>) =>
    change(latest.current.map((row) => (row.key === key ? { ...row, ...part } : row)));
  const add = () => {
    const key = Math.max(0, ...latest.current.map((row) => row.key)) + 1;
    latest.current = [...latest.current, { key, name: '', value: { secret: true } }];
    setRows(latest.current);
  };
  const { label, description, error } = fieldProps(control);
  return (
    <Input.Wrapper label={label} description={description} error={error} labelElement="div">
      <div className="stack-tight">
        {rows.map(({ key, name, value: secret }, at) => (
          <div className="secret-header" key={key}>
            <div className="row nowrap">
              <Autocomplete
                aria-label={`Name of header ${at + 1}`}
                placeholder="Authorization"
                className="grow"
                readOnly={readOnly}
                error={secret.id !== undefined && problems.has(`${field.name}/${name}`)}
                data={usual}
                value={name}
                onChange={(next) => edit(key, { name: next })}
              />
              <ActionIcon
                aria-label={`Remove header ${at + 1}`}
                disabled={readOnly}
                onClick={() => change(latest.current.filter((row) => row.key !== key))}
              >
                <IconX size={14} stroke={1.5} />
              </ActionIcon>
            </div>
            <SecretValue
              label={`Value of header ${at + 1}`}
              value={secret}
              address={control.config.url}
              readOnly={readOnly}
              onSet={(next) => edit(key, { value: next })}
            />
            <Input.Error>{problems.get(`${field.name}/${name}`)}</Input.Error>
          </div>
        ))}
        <div>
          <Button variant="default" size="compact-sm" disabled={readOnly} onClick={add}>
            Add a header
          </Button>
        </div>
      </div>
    </Input.Wrapper>
  );
}
