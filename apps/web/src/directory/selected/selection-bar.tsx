import type { Group } from '#rules';
import { useState } from 'react';
import { useLiveCount } from '../../rule-builder/answers/live-count';
import { BulkActions } from './bulk-actions';
import { ofType, type PeopleQuery } from '../contacts.queries';
import { useEveryoneFound } from './everyone-found';
import type { Selection } from './selection';

const everyone: Group = {
  operator: 'AND',
  conditions: [{ field: 'type', operator: 'in', value: ['customer', 'lead'] }],
};

interface ChosenBarProps {
  query: PeopleQuery;
  ids: string[];
  /** More people are found than are ticked. */
  more: boolean;
  onClear: () => void;
}

/** Who is ticked, or everybody whom filter and search find, and what to do with them. */
export function SelectionBar({ query, ids, more, onClear }: ChosenBarProps) {
  const rules = ofType(query.type, query.rules ?? everyone);
  const isSearch = query.q !== '';
  const { preview } = useLiveCount(isSearch ? undefined : rules);
  const [all, setAll] = useState<string>();
  const meant = ids.join();
  const isAll = all === meant;
  const found = useEveryoneFound(query, isSearch && isAll ? meant : undefined);
  const ticked: Selection = { ids, rules, count: ids.length };
  const filtered: Selection = preview ? { ids: undefined, rules, count: preview.count, about: !preview.exact } : ticked;
  const searched: Selection = found.data ? { ids: found.data, rules, count: found.data.length } : ticked;
  const hasMore = isSearch ? more : filtered.count > ids.length;
  return (
    <BulkActions
      chosen={isAll ? (isSearch ? searched : filtered) : ticked}
      isFinding={found.isFetching}
      unfound={isSearch && isAll ? found.error : null}
      onEveryone={!isAll && hasMore ? () => setAll(meant) : undefined}
      onClear={onClear}
    />
  );
}
