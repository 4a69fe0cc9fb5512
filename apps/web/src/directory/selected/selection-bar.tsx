import type { Group } from '#rules';
import { useState } from 'react';
import { useLiveCount } from '../../rule-builder/answers/live-count';
import { BulkActions } from './bulk-actions';
import { ofType, type PeopleQuery } from '../contacts.queries';

const everyone: Group = {
  operator: 'AND',
  conditions: [{ field: 'type', operator: 'in', value: ['customer', 'lead'] }],
};

interface ChosenBarProps {
  query: PeopleQuery;
  ids: string[];
  onClear: () => void;
}

/** Who is ticked, or everybody whom the filter finds, and what to do with them. */
export function SelectionBar({ query, ids, onClear }: ChosenBarProps) {
  const rules = ofType(query.type, query.rules ?? everyone);
  // What was typed into the search is no rule, so those it finds cannot be meant all at once.
  const { preview } = useLiveCount(query.q === '' ? rules : undefined);
  const [all, setAll] = useState<string>();
  const meant = ids.join();
  const isAll = all === meant && preview !== undefined;
  const found = preview?.count ?? 0;
  return (
    <BulkActions
      chosen={
        isAll ? { ids: undefined, rules, count: found, about: !preview.exact } : { ids, rules, count: ids.length }
      }
      onEveryone={!isAll && preview && found > ids.length ? () => setAll(meant) : undefined}
      onClear={onClear}
    />
  );
}
