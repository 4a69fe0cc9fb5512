import { Anchor, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { adminAddresses, listSmartLists } from '#contracts';
import { useState } from 'react';
import { Link } from 'react-router';
import { call } from '../api/client';
import { count } from '../ui/formatting/format';
import { useSmartList, type SmartList } from './smart-lists.queries';

/** Which lists fit: any, or those that people are put on by hand. */
export type Fitting = 'any' | 'static';

const fits: Record<Fitting, (list: SmartList) => boolean> = {
  any: () => true,
  static: (list) => list.kind === 'static',
};

const nothing: Record<Fitting, string> = {
  any: 'No list has that name',
  static: 'No list kept by hand has that name',
};

interface ListSelectProps {
  fitting: Fitting;
  value: string;
  onChange: (id: string) => void;
  label?: string;
  'aria-label'?: string;
  description?: string | undefined;
  error?: string | undefined;
  readOnly?: boolean;
}

/** Chooses one smart list by name; only those that fit are offered. */
export function ListSelect({ fitting, value, onChange, ...input }: ListSelectProps) {
  const [text, setText] = useState('');
  const [q] = useDebouncedValue(text.trim(), 200);
  const chosen = useSmartList(value || undefined).data;
  // Once a list is chosen its label stands in the field; that is no search.
  const named = chosen && labelOf(chosen) === q ? '' : q;
  const { data } = useQuery({
    queryKey: ['smart-lists', 'found', fitting, named],
    queryFn: ({ signal }) =>
      call(
        listSmartLists,
        { query: { limit: 100, q: named || undefined, ...(fitting === 'static' ? { kind: 'static' } : {}) } },
        { signal },
      ),
    placeholderData: keepPreviousData,
  });
  const found = (data?.items ?? []).filter(fits[fitting]);
  const offered = chosen && !found.some(({ id }) => id === chosen.id) ? [chosen, ...found] : found;
  const missing = value !== '' && !chosen ? [{ value, label: 'A deleted list' }] : [];
  return (
    <div className="stack-tight">
      <Select
        {...input}
        placeholder="Choose a list"
        searchable
        allowDeselect={false}
        nothingFoundMessage={nothing[fitting]}
        searchValue={text}
        onSearchChange={setText}
        data={[...offered.map((list) => ({ value: list.id, label: labelOf(list) })), ...missing]}
        value={value || null}
        onChange={(id) => id && onChange(id)}
      />
      {input.readOnly ? null : (
        <Anchor
          component={Link}
          to={
            value && chosen
              ? adminAddresses.smartList(value)
              : adminAddresses.newSmartList({ kind: fitting === 'static' ? 'static' : undefined })
          }
          size="xs"
        >
          {value && chosen ? 'Open this list' : 'Create a new list'}
        </Anchor>
      )}
    </div>
  );
}

const labelOf = ({ name, user_count }: SmartList): string =>
  user_count === null ? name : `${name} (${count(user_count)})`;
