import './audience.css';
import { adminAddresses } from '#contracts';
import { ActionIcon, Input } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { Link } from 'react-router';
import { ListSelect } from '../../../smart-lists/list-select';
import { useSmartList } from '../../../smart-lists/smart-lists.queries';
import { count } from '../../../ui/formatting/format';

interface ListPickerProps {
  label: string;
  ids: readonly string[];
  problem?: string | undefined;
  readOnly: boolean;
  onChange: (ids: string[]) => void;
}

/** Several smart lists: those that are chosen, and a field to add one. */
export function ListPicker({ label, ids, problem, readOnly, onChange }: ListPickerProps) {
  return (
    <section className="list-picker stack-tight" aria-label={label}>
      <h3>{label}</h3>
      {ids.length > 0 ? (
        <ul>
          {ids.map((id) => (
            <Chosen
              key={id}
              id={id}
              {...(readOnly ? {} : { onRemove: () => onChange(ids.filter((one) => one !== id)) })}
            />
          ))}
        </ul>
      ) : readOnly ? (
        <p className="sentence quiet">No list.</p>
      ) : null}
      {readOnly ? null : (
        <div className="list-picker-add">
          <ListSelect
            aria-label={`${label}: add a list`}
            fitting="any"
            value=""
            onChange={(id) => onChange([...new Set([...ids, id])])}
          />
        </div>
      )}
      {problem ? <Input.Error>{problem}</Input.Error> : null}
    </section>
  );
}

function Chosen({ id, onRemove }: { id: string; onRemove?: () => void }) {
  const { data } = useSmartList(id);
  const name = data?.name ?? '…';
  return (
    <li>
      <Link to={adminAddresses.smartList(id)}>{name}</Link>
      {data && data.user_count !== null ? <span className="quiet">{count(data.user_count)}</span> : null}
      {onRemove ? (
        <ActionIcon size="sm" aria-label={`Remove ${name}`} onClick={onRemove}>
          <IconX size={14} />
        </ActionIcon>
      ) : null}
    </li>
  );
}
