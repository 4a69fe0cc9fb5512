import { Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useMay } from '../access/session.queries';
import { rowsOf } from '../api/paged';
import { nameOf } from '../directory/person';
import { Problem } from '../ui/confirm';
import { people } from '../ui/format';
import { More } from '../ui/more';
import { Answer, Empty } from '../ui/states';
import { useAddMembers, useChangeList, useMembers, useRemoveMember, type SmartList } from './smart-lists.queries';

/** A list kept by hand: its people, and a place to put in more by their addresses. */
export function StaticMembers({ list }: { list: SmartList }) {
  const may = useMay('change');
  const members = useMembers(list.id);
  const remove = useRemoveMember(list.id);
  const rows = rowsOf(members.data);
  return (
    <div className="list-editor">
      <div className="stack">
        {remove.error ? <Problem error={remove.error} /> : null}
        <Answer of={members} what="The people could not be read">
          {() =>
            rows.length === 0 ? (
              <Empty title="Nobody is in it yet">Put people in by their addresses.</Empty>
            ) : (
              <>
                <table className="table">
                  <tbody>
                    {rows.map((person) => (
                      <tr key={person.id}>
                        <td>
                          <Link to={`?contact=${person.id}`}>{nameOf(person)}</Link>
                        </td>
                        <td className="quiet">{person.email}</td>
                        <td className="num">
                          {may ? (
                            <Button variant="subtle" size="compact-sm" onClick={() => remove.mutate(person.id)}>
                              Take out
                            </Button>
                          ) : null}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                <More list={members} label="More people" />
              </>
            )
          }
        </Answer>
      </div>
      {may ? (
        <div className="list-people">
          <Rename list={list} />
          <AddPeople list={list} />
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
      {change.error ? <Problem error={change.error} /> : null}
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

const addressesIn = (text: string) => text.split(/[\s,;]+/).filter((part) => part.includes('@'));

function AddPeople({ list }: { list: SmartList }) {
  const [text, setText] = useState('');
  const add = useAddMembers(list.id);
  const addresses = addressesIn(text);
  return (
    <>
      {add.error ? <Problem error={add.error} /> : null}
      {add.data && 'changed' in add.data ? (
        <div className="notice" role="status">
          <p>
            {people(add.data.changed)} put in.
            {add.data.unknown.length > 0
              ? ` Nobody in the directory has these addresses: ${add.data.unknown.join(', ')}.`
              : ''}
          </p>
        </div>
      ) : null}
      <Textarea
        label="Put people in"
        description="Addresses, one a line or parted by commas. Unknown ones are reported, nobody is made."
        autosize
        minRows={4}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div>
        <Button
          disabled={addresses.length === 0 || add.isPending}
          onClick={() => add.mutate(addresses, { onSuccess: () => setText('') })}
        >
          {addresses.length === 0 ? 'Put in' : `Put in ${people(addresses.length)}`}
        </Button>
      </div>
    </>
  );
}
