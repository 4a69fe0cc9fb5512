import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { PersonInput } from '../people/person-input';
import { Problem } from '../ui/forms/confirm';
import { people } from '../ui/formatting/format';
import { UnknownPeople } from './unknown-people';
import { useChangeMembers } from './smart-lists.queries';

const addressesIn = (text: string) => text.split(/[\s,;]+/).filter((part) => part.includes('@'));

/** Puts people into a list one by one by their names, or many by their addresses. */
export function MembersByHand({ listId }: { listId: string }) {
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const change = useChangeMembers(listId);
  const addresses = addressesIn(text);
  const done = change.data && 'changed' in change.data ? change.data : undefined;
  const how = change.variables?.how ?? 'add';
  const many = (what: 'add' | 'remove') =>
    change.mutate({ how: what, who: { emails: addresses } }, { onSuccess: () => setText('') });
  return (
    <section className="stack-tight" aria-label="Add people by hand">
      <Problem error={change.error} />
      {done ? (
        <div className="notice stack-tight" role="status">
          <p>
            {people(done.changed)} {how === 'add' ? 'added' : 'removed'}.
          </p>
          <UnknownPeople names={done.unknown} count={done.unknown.length} />
        </div>
      ) : null}
      <PersonInput
        label="Add someone"
        value={name}
        onChange={setName}
        onPick={({ id }) => {
          change.mutate({ how: 'add', who: { contact_ids: [id] } });
          setName('');
        }}
      />
      <Textarea
        label="Add or remove many by e-mail address"
        description="One per line, or separated by commas. No new people are created: unknown addresses are listed afterwards."
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="row">
        <Button disabled={addresses.length === 0 || change.isPending} onClick={() => many('add')}>
          {addresses.length === 0 ? 'Add' : `Add ${people(addresses.length)}`}
        </Button>
        <Button variant="default" disabled={addresses.length === 0 || change.isPending} onClick={() => many('remove')}>
          Remove
        </Button>
      </div>
    </section>
  );
}
