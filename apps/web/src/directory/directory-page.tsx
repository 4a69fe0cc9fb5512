import './directory.css';
import { Button, Select } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { adminAddresses, contactSorts, type ContactSort } from '#contracts';
import { readRules, toEnglish, type Group } from '#rules';
import { lazy, Suspense, useMemo, useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { useNames } from '../rule-builder/suggestions';
import { LoadMore } from '../ui/pages/load-more';
import { Page } from '../ui/pages/page';
import { Answer, Loading } from '../ui/feedback/query-states';
import { ColumnChoice } from './table/column-choice';
import { columnsIn } from './table/columns';
import { usePeople, type PeopleQuery } from './contacts.queries';
import { Nobody } from './nobody';
import { PeopleTable } from './table/people-table';
import { useArrows } from './table/use-arrows';
import { SearchInput } from './finding/search-input';
import { ViewsMenu } from './finding/views-menu';
import type { Look, View } from './finding/views.queries';

const FilterPanel = lazy(async () => ({ default: (await import('./finding/filter-panel')).FilterPanel }));
const FilterChips = lazy(async () => ({ default: (await import('./finding/filter-chips')).FilterChips }));
const ChosenBar = lazy(async () => ({ default: (await import('./selected/selection-bar')).SelectionBar }));

const sortWords: Partial<Record<ContactSort, string>> = {
  '-created_at': 'Newest first',
  created_at: 'Oldest first',
  '-last_activity': 'Latest activity',
  '-lifetime_value': 'Highest value',
  name: 'By name',
  email: 'By address',
};

const nobody: ReadonlySet<string> = new Set();

/** The rules in the address bar; something that does not hold is left out rather than shown as an error. */
function rulesIn(text: string | null): Group | undefined {
  if (!text) return undefined;
  try {
    return readRules(JSON.parse(text)).rules;
  } catch {
    return undefined;
  }
}

/** Everyone the business knows, searched, filtered and opened from one table. The address bar holds it all. */
export function DirectoryPage() {
  const [search, setSearch] = useSearchParams();
  const rulesText = search.get('rules');
  const rules = useMemo(() => rulesIn(rulesText), [rulesText]);
  const type = search.get('type');
  const sort = search.get('sort') as ContactSort | null;
  const query: PeopleQuery = {
    q: search.get('q') ?? '',
    type: type === 'customer' || type === 'lead' ? type : undefined,
    rules,
    sort: sort && contactSorts.includes(sort) ? sort : '-created_at',
  };
  const people = usePeople(query);
  const rows = rowsOf(people.data);
  const [filtering, setFiltering] = useState(false);
  const set = (name: string, value: string | undefined) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const filter = (next: Group | undefined) => set('rules', next ? JSON.stringify(next) : undefined);
  useArrows(rows, search.get('contact') ?? undefined, (id) => set('contact', id));
  const [usual, setUsual] = useLocalStorage({ key: 'cortex.directory.columns', defaultValue: '' });
  const columns = useMemo(() => columnsIn(search.get('columns') || usual), [search, usual]);
  const look: Look = {
    q: query.q,
    type: query.type ?? null,
    rules: rules ?? null,
    sort: query.sort,
    columns: columns.map(({ id }) => id),
  };
  const openView = (view: View | undefined) => setSearch(view ? searchOf(view) : {}, { preventScrollReset: true });
  const mayChange = useMay('bulk');
  const asked = JSON.stringify([query.q, query.type, rulesText]);
  const [chosen, setChosen] = useState({ asked, ids: nobody });
  // Whoever was ticked among other people is no longer meant.
  const ticked = chosen.asked === asked ? chosen.ids : nobody;
  const tick = (ids: string[], on: boolean) => {
    const next = new Set(ticked);
    for (const id of ids)
      if (on) next.add(id);
      else next.delete(id);
    setChosen({ asked, ids: next });
  };
  const narrowed = query.q !== '' || query.type !== undefined || rules !== undefined;
  return (
    <Page
      title="Directory"
      intro={<Sentence {...query} />}
      actions={
        <>
          <Button component={Link} to={adminAddresses.duplicates} variant="subtle">
            Possible duplicates
          </Button>
          {mayChange ? (
            <Button component={Link} to={adminAddresses.importPeople} variant="default">
              Import
            </Button>
          ) : null}
        </>
      }
      wide
    >
      <div className="directory-tools">
        <ViewsMenu look={look} opened={search.get('view') ?? undefined} onOpen={openView} />
        <SearchInput value={query.q} onChange={(q) => set('q', q)} />
        <Select
          aria-label="Kind"
          w={140}
          allowDeselect={false}
          data={[
            { value: '', label: 'Everyone' },
            { value: 'customer', label: 'Customers' },
            { value: 'lead', label: 'Leads' },
          ]}
          value={query.type ?? ''}
          onChange={(value) => set('type', value ?? '')}
        />
        <Select
          aria-label="Order"
          w={160}
          allowDeselect={false}
          data={Object.entries(sortWords).map(([value, label]) => ({ value, label }))}
          value={query.sort}
          onChange={(value) => set('sort', value === '-created_at' ? '' : (value ?? ''))}
        />
        <Button variant="default" aria-expanded={filtering} onClick={() => setFiltering(!filtering)}>
          {rules ? 'Change the filter' : 'Filter'}
        </Button>
        <ColumnChoice
          chosen={columns}
          onChange={(ids) => {
            setUsual(ids?.join() ?? '');
            set('columns', ids?.join());
          }}
        />
      </div>
      {rules ? (
        <Suspense>
          <FilterChips rules={rules} onChange={filter} onEdit={() => setFiltering(true)} />
        </Suspense>
      ) : null}
      {filtering ? (
        <Suspense fallback={<Loading lines={3} />}>
          <FilterPanel rules={rules} onApply={filter} />
        </Suspense>
      ) : null}
      {ticked.size > 0 ? (
        <Suspense>
          <ChosenBar
            query={query}
            ids={[...ticked]}
            more={people.hasNextPage || rows.length > ticked.size}
            onClear={() => setChosen({ asked, ids: nobody })}
          />
        </Suspense>
      ) : null}
      <Answer of={people} what="The directory could not be loaded" lines={12}>
        {() =>
          rows.length === 0 ? (
            <Nobody onEveryone={narrowed ? () => openView(undefined) : undefined} mayImport={mayChange} />
          ) : (
            <div aria-busy={people.isPlaceholderData}>
              <PeopleTable
                people={rows}
                columns={columns}
                selected={search.get('contact') ?? undefined}
                ticked={mayChange ? ticked : undefined}
                onTick={tick}
              />
              <LoadMore list={people} label="More people" />
            </div>
          )
        }
      </Answer>
    </Page>
  );
}

/** The address of a view. */
function searchOf(view: View): URLSearchParams {
  const search = new URLSearchParams({ view: view.id });
  const said = {
    q: view.q,
    type: view.type,
    rules: view.rules && JSON.stringify(view.rules),
    sort: view.sort === '-created_at' ? '' : view.sort,
    columns: view.columns.join(),
  };
  for (const [name, value] of Object.entries(said)) if (value) search.set(name, value);
  return search;
}

/** Who is shown, as a sentence. */
function Sentence({ q, type, rules }: PeopleQuery) {
  const kinds = type === 'customer' ? 'Customers' : type === 'lead' ? 'Leads' : 'Everyone';
  return (
    <>
      {rules ? <RulesSentence rules={rules} /> : kinds}
      {rules && type ? ` (${type}s only)` : ''}
      {q ? `, matching “${q}”` : ''}.
    </>
  );
}

const RulesSentence = ({ rules }: { rules: Group }) => toEnglish(rules, { names: useNames() });
