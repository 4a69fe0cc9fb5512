import { Button, Select } from '@mantine/core';
import { personalFields } from '#rules';
import { count, plural } from '../../ui/formatting/format';
import type { Kept, Mapping, Target } from './imports.queries';

interface ColumnsStepProps {
  file: Kept;
  mapping: Mapping;
  onChange: (mapping: Mapping) => void;
  onNext: () => void;
}

const out = '';

/** The second step: what each column is, over the first rows of the file. */
export function ColumnsStep({ file, mapping, onChange, onNext }: ColumnsStepProps) {
  const chosen = Object.values(mapping).filter((target) => target !== null);
  const twice = chosen.find((target, at) => chosen.indexOf(target) !== at);
  const hasAddress = chosen.includes('email');
  return (
    <section className="stack" aria-label="Columns">
      <p className="label">
        {plural(file.rows, 'row', 'rows')}, {plural(file.columns.length, 'column', 'columns')}.{' '}
        {file.remembered
          ? 'The columns are matched as they were for the last file like this.'
          : 'The columns are matched by their names. Change what is wrong.'}
      </p>
      <div className="table-scroll" tabIndex={0} role="region" aria-label="First rows of the file">
        <table className="table import-preview">
          <thead>
            <tr>
              {file.columns.map((column) => (
                <th key={column}>
                  <Select
                    label={column}
                    allowDeselect={false}
                    searchable
                    data={targetsFor(column)}
                    value={mapping[column] ?? out}
                    onChange={(value) => onChange({ ...mapping, [column]: (value || null) as Target | null })}
                  />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {file.preview.map((cells, nth) => (
              <tr key={nth}>
                {file.columns.map((column, at) => (
                  <td key={column} title={cells[at]} className={mapping[column] ? undefined : 'quiet'}>
                    {cells[at]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {file.rows > file.preview.length ? (
        <p className="label">These are the first {count(file.preview.length)} rows.</p>
      ) : null}
      {!hasAddress ? <p role="alert">Choose the column with the email address.</p> : null}
      {twice ? <p role="alert">Two columns have the same place. Leave one of them out.</p> : null}
      <div className="row">
        <Button disabled={!hasAddress || twice !== undefined} onClick={onNext}>
          Continue
        </Button>
      </div>
    </section>
  );
}

function targetsFor(column: string) {
  const attribute = column.startsWith('attributes.') ? column : `attributes.${column.slice(0, 200)}`;
  return [
    { value: out, label: 'Leave out' },
    { value: 'email', label: 'Email address' },
    ...personalFields.map(({ id, label }) => ({ value: id, label })),
    { value: 'tags', label: 'Tags' },
    { value: 'consent', label: 'Agreed to e-mails' },
    { value: 'created_at', label: 'Added on (date)' },
    { value: attribute, label: `Attribute “${attribute.slice('attributes.'.length)}”` },
  ];
}
