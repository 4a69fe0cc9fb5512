import './smart-lists.css';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { Problem } from '../ui/confirm';
import { count, plural } from '../ui/format';
import { More } from '../ui/more';
import { Page } from '../ui/page';
import { Answer, Empty } from '../ui/states';
import { Time } from '../ui/time';
import { useRefreshList, useSmartLists, type SmartList } from './smart-lists.queries';

/** Every smart list: what it asks, how many it found and when, who uses it. */
export function ListsPage() {
  const [q, setQ] = useState('');
  const lists = useSmartLists(q);
  const rows = rowsOf(lists.data);
  const mayChange = useMay('change');
  const refresh = useRefreshList();
  const begin = mayChange ? (
    <Button component={Link} to="/admin/smart-lists/new">
      New smart list
    </Button>
  ) : null;
  return (
    <Page
      title="Smart lists"
      intro="A smart list is a saved question about people; its answer is always of now."
      actions={begin}
      wide
    >
      {rows.length > 0 || q !== '' ? (
        <TextInput
          type="search"
          aria-label="Search lists"
          placeholder="Name of a list"
          maw={320}
          value={q}
          onChange={(event) => setQ(event.currentTarget.value)}
        />
      ) : null}
      {refresh.error ? <Problem error={refresh.error} /> : null}
      <Answer of={lists} what="The lists could not be read">
        {() =>
          rows.length === 0 ? (
            q ? (
              <Empty title="No list of that name">Search for less of it.</Empty>
            ) : (
              <Empty title="No lists yet" action={begin}>
                Ask a question about people, such as “leads who were active in the last 7 days”, and keep it here to use
                it in automations.
              </Empty>
            )
          ) : (
            <>
              <div className="table-scroll" tabIndex={0} role="region" aria-label="Smart lists">
                <table className="table lists">
                  <thead>
                    <tr>
                      <th>List</th>
                      <th className="num">People</th>
                      <th>Counted</th>
                      <th>Used by</th>
                      <th>
                        <span className="visually-hidden">Actions</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {rows.map((list) => (
                      <Row
                        key={list.id}
                        list={list}
                        onRefresh={mayChange && list.kind === 'rules' ? () => refresh.mutate(list.id) : undefined}
                        refreshing={refresh.isPending && refresh.variables === list.id}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
              <More list={lists} />
            </>
          )
        }
      </Answer>
    </Page>
  );
}

function Row({
  list,
  onRefresh,
  refreshing,
}: {
  list: SmartList;
  onRefresh: (() => void) | undefined;
  refreshing: boolean;
}) {
  const navigate = useNavigate();
  const to = `/admin/smart-lists/${list.id}`;
  return (
    <tr
      data-clickable
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a, button')) void navigate(to);
      }}
    >
      <td>
        <Link to={to} style={{ fontWeight: 500 }}>
          {list.name}
        </Link>
        {list.kind === 'static' ? (
          <span className="quiet"> kept by hand</span>
        ) : (
          <p className="sentence">{list.sentence}</p>
        )}
      </td>
      <td className="num">
        {list.user_count === null ? <span className="quiet">not yet</span> : count(list.user_count)}
      </td>
      <td>{list.counted_at ? <Time at={list.counted_at} /> : <span className="quiet">never</span>}</td>
      <td>
        {list.used_by.length === 0 ? (
          <span className="quiet">nothing</span>
        ) : (
          <span title={list.used_by.map(({ name }) => name).join(', ')}>
            {plural(list.used_by.length, 'thing', 'things')}: {list.used_by[0]?.name}
            {list.used_by.length > 1 ? ', …' : ''}
          </span>
        )}
      </td>
      <td className="num">
        {onRefresh ? (
          <Button variant="subtle" size="compact-sm" disabled={refreshing} onClick={onRefresh}>
            {refreshing ? 'Counting' : 'Count anew'}
          </Button>
        ) : null}
      </td>
    </tr>
  );
}
