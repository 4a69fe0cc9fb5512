import './smart-lists.css';
import { Button } from '@mantine/core';
import { useParams, useSearchParams, useNavigate } from 'react-router';
import { readRules, type Group } from '#rules';
import { adminAddresses } from '#contracts';
import { useMay } from '../access/session.queries';
import { Problem } from '../ui/forms/confirm';
import { people } from '../ui/formatting/format';
import { Page } from '../ui/pages/page';
import { Answer } from '../ui/feedback/query-states';
import { Time } from '../ui/formatting/time';
import { FollowSwitch } from './follow-switch';
import { ListForm } from './list-form';
import { ListMenu } from './list-menu';
import { NewListForm } from './new-list-form';
import { useFolders, useRefreshList, useSmartList, type SmartList } from './smart-lists.queries';
import { StaticMembers } from './static-members';
import { usedBy, Users } from './used-by';

/** One list: its rules beside its people; `/new` begins one. */
export function ListPage() {
  const { id } = useParams();
  const [search] = useSearchParams();
  if (id === 'new') {
    return (
      <Page title="New smart list" wide>
        <NewListForm rules={rulesOf(search.get('rules'))} kind={search.get('kind') === 'static' ? 'static' : 'rules'} />
      </Page>
    );
  }
  return <Existing id={id!} />;
}

function rulesOf(text: string | null): Group | undefined {
  try {
    return text ? readRules(JSON.parse(text)).rules : undefined;
  } catch {
    return undefined;
  }
}

function Existing({ id }: { id: string }) {
  const list = useSmartList(id);
  const refresh = useRefreshList();
  if (!list.data) {
    return (
      <Page title="Smart list">
        <Answer of={list} what="This list could not be loaded">
          {() => null}
        </Answer>
      </Page>
    );
  }
  const { name, kind } = list.data;
  const count = () => refresh.mutate(id);
  return (
    <Page
      title={name}
      intro={<Age list={list.data} />}
      actions={<Actions list={list.data} counting={refresh.isPending} onCount={count} />}
      wide
    >
      <Problem error={refresh.error} />
      {kind === 'rules' ? <ListForm key={id} list={list.data} /> : <StaticMembers key={id} list={list.data} />}
      {kind === 'rules' ? <FollowSwitch list={list.data} /> : null}
    </Page>
  );
}

function Age({ list }: { list: SmartList }) {
  return (
    <>
      {list.user_count === null ? 'Not counted yet' : people(list.user_count)}
      {list.counted_at ? (
        <>
          , counted <Time at={list.counted_at} />
        </>
      ) : null}
      .{' '}
      {list.used_by.length > 0 ? (
        <>
          Used by {usedBy(list.used_by)}: <Users users={list.used_by} />.
        </>
      ) : (
        'Nothing uses it yet.'
      )}
      {list.folder ? ` In the folder “${list.folder}”.` : ''}
    </>
  );
}

function Actions({ list, counting, onCount }: { list: SmartList; counting: boolean; onCount: () => void }) {
  const may = useMay('change');
  const navigate = useNavigate();
  const folders = useFolders().data?.items ?? [];
  if (!may) return null;
  return (
    <>
      {list.kind === 'rules' ? (
        <Button variant="default" disabled={counting} onClick={onCount}>
          {counting ? 'Counting' : 'Recount'}
        </Button>
      ) : null}
      <ListMenu
        list={list}
        folders={folders.map(({ folder }) => folder)}
        onRefresh={onCount}
        onDeleted={() => void navigate(adminAddresses.smartLists)}
      />
    </>
  );
}
