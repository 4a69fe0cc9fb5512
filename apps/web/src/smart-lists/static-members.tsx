import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { nameOf } from '../people/person-words';
import { Problem } from '../ui/forms/confirm';
import { LoadMore } from '../ui/pages/load-more';
import { Answer, Empty } from '../ui/feedback/query-states';
import { RowButton, Table, type Column } from '../ui/pages/table';
import { MembersByFile } from './members-by-file';
import { MembersByHand } from './members-by-hand';
import { useChangeList, useChangeMembers, useMembers, type ListMember, type SmartList } from './smart-lists.queries';

const columns: Column<ListMember>[] = [
  {
    title: 'Person',
    cell: (person) => (
      <Link to={`?contact=${person.id}`} preventScrollReset>
        {nameOf(person)}
      </Link>
    ),
  },
  { title: 'Address', className: 'quiet', cell: (person) => person.email },
];

/** A list kept by hand: its people, and places to put in more and take some out. */
export function StaticMembers({ list }: { list: SmartList }) {
  const may = useMay('change');
  const [q, setQ] = useState('');
  const members = useMembers(list.id, q);
  const change = useChangeMembers(list.id);
  const rows = rowsOf(members.data);
  return (
    <div className="list-editor">
      <div className="stack">
        <Problem error={change.error} />
        {list.user_count || q ? (
          <TextInput
            type="search"
            aria-label="Search the people in this list"
            placeholder="Name or address"
            maw={320}
            value={q}
            onChange={(event) => setQ(event.currentTarget.value)}
          />
        ) : null}
        <Answer of={members} what="The people could not be loaded">
          {() =>
            rows.length === 0 ? (
              q ? (
                <Empty title="No one on this list matches">Try a shorter search.</Empty>
              ) : (
                <Empty title="No one is on this list yet">Add people by name, by e-mail address or from a file.</Empty>
              )
            ) : (
              <div aria-busy={members.isPlaceholderData}>
                <Table
                  label="People in this list"
                  rows={rows}
                  columns={columns}
                  actions={(person) =>
                    may ? (
                      <RowButton
                        aria-label={`Remove ${nameOf(person)}`}
                        onClick={() => change.mutate({ how: 'remove', who: { contact_ids: [person.id] } })}
                      >
                        Remove
                      </RowButton>
                    ) : null
                  }
                />
                <LoadMore list={members} label="More people" />
              </div>
            )
          }
        </Answer>
      </div>
      {may ? (
        <div className="list-people">
          <Rename list={list} />
          <MembersByHand listId={list.id} />
          <MembersByFile listId={list.id} />
        </div>
      ) : null}
    </div>
  );
}

function Rename({ list }: { list: SmartList }) {
  const [name, setName] = useState(list.name);
  const change = useChangeList(list.id);
  return (
    <>
      <Problem error={change.error} />
      <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
      {name !== list.name && name.trim() !== '' ? (
        <div>
          <Button variant="default" disabled={change.isPending} onClick={() => change.mutate({ name })}>
            Rename
          </Button>
        </div>
      ) : null}
    </>
  );
}
