import './smart-lists.css';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useParams, useSearchParams, useNavigate } from 'react-router';
import { readRules, type Group } from '#rules';
import { useMay } from '../access/session.queries';
import { ApiError } from '../api/problem';
import { Confirm } from '../ui/confirm';
import { people } from '../ui/format';
import { Page } from '../ui/page';
import { Answer } from '../ui/states';
import { Time } from '../ui/time';
import { ListForm } from './list-form';
import { NewListForm } from './new-list-form';
import { useDeleteList, useRefreshList, useSmartList, type SmartList } from './smart-lists.queries';
import { StaticMembers } from './static-members';

/** One list: its rules beside its people; `/new` begins one. */
export function ListPage() {
  const { id } = useParams();
  const [search] = useSearchParams();
  if (id === 'new') {
    return (
      <Page title="New smart list" wide>
        <NewListForm rules={rulesOf(search.get('rules'))} />
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
  if (!list.data) {
    return (
      <Page title="Smart list">
        <Answer of={list} what="This list could not be shown">
          {() => null}
        </Answer>
      </Page>
    );
  }
  const { name, kind } = list.data;
  return (
    <Page title={name} intro={<Age list={list.data} />} actions={<Actions list={list.data} />} wide>
      {kind === 'rules' ? <ListForm key={list.data.id} list={list.data} /> : <StaticMembers list={list.data} />}
    </Page>
  );
}

function Age({ list }: { list: SmartList }) {
  const used = list.used_by.map(({ name }) => name).join(', ');
  return (
    <>
      {list.user_count === null ? 'Not counted yet' : people(list.user_count)}
      {list.counted_at ? (
        <>
          , counted <Time at={list.counted_at} />
        </>
      ) : null}
      . {used ? `Used by ${used}.` : 'Nothing uses it yet.'}
    </>
  );
}

function Actions({ list }: { list: SmartList }) {
  const may = useMay('change');
  const refresh = useRefreshList();
  const remove = useDeleteList();
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  if (!may) return null;
  const users = remove.error instanceof ApiError ? remove.error.body['used_by'] : undefined;
  const names = Array.isArray(users) ? (users as { name?: string }[]).map(({ name }) => name).filter(Boolean) : [];
  return (
    <>
      {list.kind === 'rules' ? (
        <Button variant="default" disabled={refresh.isPending} onClick={() => refresh.mutate(list.id)}>
          {refresh.isPending ? 'Counting' : 'Count anew'}
        </Button>
      ) : null}
      <Button variant="default" color="danger" onClick={dialog.open}>
        Delete
      </Button>
      <Confirm
        opened={opened}
        title={`Delete “${list.name}”`}
        label="Delete the list"
        danger
        busy={remove.isPending}
        disabled={remove.isError}
        error={remove.error}
        onClose={() => {
          dialog.close();
          remove.reset();
        }}
        onConfirm={() => remove.mutate(list.id, { onSuccess: () => void navigate('/admin/smart-lists') })}
      >
        {names.length > 0
          ? `It is used by ${names.join(', ')}. Take it out there first.`
          : 'The question goes; the people stay. A list that something uses cannot be deleted.'}
      </Confirm>
    </>
  );
}
