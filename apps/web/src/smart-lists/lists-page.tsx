import './smart-lists.css';
import { Button, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { Problem } from '../ui/forms/confirm';
import { count } from '../ui/formatting/format';
import { LoadMore } from '../ui/pages/load-more';
import { Page } from '../ui/pages/page';
import { Answer, Empty } from '../ui/feedback/query-states';
import { LastTime } from '../ui/formatting/time';
import { FolderActions } from './folders';
import { ListMenu } from './list-menu';
import { usedBy } from './used-by';
import { useFolders, useRefreshList, useSmartLists, type SmartList } from './smart-lists.queries';

/** Every smart list: what it asks, how many it found and when, who uses it. */
export function ListsPage() {
  const [q, setQ] = useState('');
  const [search, setSearch] = useSearchParams();
  const folder = search.get('folder') ?? '';
  const inFolder = (name: string | null) => setSearch(name ? { folder: name } : {}, { replace: true });
  const folders = useFolders().data?.items ?? [];
  const lists = useSmartLists(q, folder);
  const rows = rowsOf(lists.data);
  const mayChange = useMay('change');
  const refresh = useRefreshList();
  const begin = mayChange ? (
    <Button component={Link} to={adminAddresses.newSmartList()}>
      New smart list
    </Button>
  ) : null;
  return (
    <Page
      title="Smart lists"
      intro="A smart list is a saved group of people. It is always up to date."
      actions={begin}
      wide
    >
      {rows.length > 0 || q !== '' || folder !== '' ? (
        <div className="row">
          <TextInput
            type="search"
            aria-label="Search lists"
            placeholder="List name"
            w={280}
            value={q}
            onChange={(event) => setQ(event.currentTarget.value)}
          />
          {folders.length > 0 || folder !== '' ? (
            <Select
              aria-label="Folder"
              w={220}
              placeholder="All folders"
              clearable
              searchable
              nothingFoundMessage="No folder has that name"
              data={folders.map((one) => ({ value: one.folder, label: `${one.folder} (${count(one.lists)})` }))}
              value={folder || null}
              onChange={inFolder}
            />
          ) : null}
          {folder !== '' && mayChange ? <FolderActions key={folder} folder={folder} onRenamed={inFolder} /> : null}
        </div>
      ) : null}
      {refresh.error ? <Problem error={refresh.error} /> : null}
      <Answer of={lists} what="The lists could not be loaded">
        {() =>
          rows.length === 0 ? (
            q !== '' || folder !== '' ? (
              <Empty title={q ? 'No list has that name' : 'No list in this folder'}>
                {q ? 'Try a shorter name, or search in all folders.' : 'Choose another folder.'}
              </Empty>
            ) : (
              <Empty title="No lists yet" action={begin}>
                Describe a group of people, such as “leads who were active in the last 7 days”, and use it in your
                automations.
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
                        folders={folders.map((one) => one.folder)}
                        mayChange={mayChange}
                        onRefresh={() => refresh.mutate(list.id)}
                        refreshing={refresh.isPending && refresh.variables === list.id}
                      />
                    ))}
                  </tbody>
                </table>
              </div>
              <LoadMore list={lists} />
            </>
          )
        }
      </Answer>
    </Page>
  );
}

interface RowProps {
  list: SmartList;
  folders: string[];
  mayChange: boolean;
  onRefresh: () => void;
  refreshing: boolean;
}

function Row({ list, folders, mayChange, onRefresh, refreshing }: RowProps) {
  const navigate = useNavigate();
  const to = adminAddresses.smartList(list.id);
  return (
    <tr
      data-clickable
      onClick={(event) => {
        const target = event.target as HTMLElement;
        // What a dialog over the page does is no click on the row.
        if (!event.currentTarget.contains(target) || target.closest('a, button')) return;
        void navigate(to);
      }}
    >
      <td>
        <Link to={to} style={{ fontWeight: 500 }}>
          {list.name}
        </Link>
        {list.kind === 'static' ? <span className="quiet"> kept by hand</span> : null}
        {list.folder ? <span className="tag list-folder">{list.folder}</span> : null}
        {list.kind === 'rules' ? <p className="sentence">{list.sentence}</p> : null}
      </td>
      <td className="num">
        {refreshing ? (
          <span className="quiet">counting</span>
        ) : list.user_count === null ? (
          <span className="quiet">not yet</span>
        ) : (
          count(list.user_count)
        )}
      </td>
      <td>
        <LastTime at={list.counted_at} />
      </td>
      <td className="short">
        {list.used_by.length === 0 ? (
          <span className="quiet">nothing</span>
        ) : (
          <span title={list.used_by.map(({ name }) => name).join(', ')}>{usedBy(list.used_by)}</span>
        )}
      </td>
      <td className="num">{mayChange ? <ListMenu list={list} folders={folders} onRefresh={onRefresh} /> : null}</td>
    </tr>
  );
}
