import { ActionIcon, Button, Checkbox, Popover } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { columns, usualColumns, type Column } from './columns';

interface ColumnChoiceProps {
  chosen: Column[];
  /** Gets undefined for the usual ones. */
  onChange: (ids: string[] | undefined) => void;
}

/** Which columns the table has, and in which order. */
export function ColumnChoice({ chosen, onChange }: ColumnChoiceProps) {
  const ids = chosen.map(({ id }) => id);
  const rest = columns.filter(({ id }) => !ids.includes(id));
  const put = (next: string[]) => onChange(next.join() === usualColumns.join() ? undefined : next);
  const move = (at: number, by: -1 | 1) => {
    const next = ids.toSpliced(at, 1);
    put(next.toSpliced(at + by, 0, ids[at]!));
  };
  return (
    <Popover position="bottom-end" withinPortal trapFocus>
      <Popover.Target>
        <Button variant="default">Columns</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className="column-choice" aria-label="Columns">
          {chosen.map(({ id, label }, at) => (
            <li key={id}>
              <Checkbox
                label={label}
                checked
                disabled={ids.length === 1}
                onChange={() => put(ids.filter((one) => one !== id))}
              />
              <span>
                <ActionIcon aria-label={`Move ${label} left`} disabled={at === 0} onClick={() => move(at, -1)}>
                  <IconArrowUp size={16} stroke={1.5} />
                </ActionIcon>
                <ActionIcon
                  aria-label={`Move ${label} right`}
                  disabled={at === ids.length - 1}
                  onClick={() => move(at, 1)}
                >
                  <IconArrowDown size={16} stroke={1.5} />
                </ActionIcon>
              </span>
            </li>
          ))}
          {rest.map(({ id, label }) => (
            <li key={id}>
              <Checkbox label={label} checked={false} onChange={() => put([...ids, id])} />
            </li>
          ))}
        </ul>
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(undefined)}>
          Reset columns
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
