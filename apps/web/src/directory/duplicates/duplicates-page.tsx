import '../directory.css';
import './duplicates.css';
import { adminAddresses, contactActionForms, differentPeople } from '#contracts';
import { Button } from '@mantine/core';
import { useRef } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useMay } from '../../access/session.queries';
import { rowsOf } from '../../api/paged';
import { nameOf } from '../../people/person-words';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { useFocusWhenGone } from '../../ui/forms/focus-back';
import { Page } from '../../ui/pages/page';
import { Answer, Empty } from '../../ui/feedback/query-states';
import { useDuplicatePairs, useTellApart, type DuplicatePair } from './duplicates.queries';

/** `/admin/directory/duplicates`: pairs of people who may be the same person. */
export function DuplicatesPage() {
  const pairs = useDuplicatePairs();
  const rows = rowsOf(pairs.data);
  return (
    <Page
      title="Possible duplicates"
      intro={
        <>
          People of the same name who share a phone, or whose addresses are nearly the same. Nothing is merged unless
          you link them. <Link to={adminAddresses.directory}>Everyone in the directory</Link>
        </>
      }
    >
      <Answer of={pairs} what="The possible duplicates could not be loaded">
        {() => (
          <>
            {rows.length > 0 ? (
              <ul className="duplicate-pairs">
                {rows.map((pair) => (
                  <Pair key={pair.contacts.map(({ id }) => id).join()} pair={pair} />
                ))}
              </ul>
            ) : (
              <Empty title={pairs.hasNextPage ? 'None so far' : 'No possible duplicates'}>
                {pairs.hasNextPage ? 'Some names have not been looked at yet.' : 'Every name was looked at.'}
              </Empty>
            )}
            {pairs.hasNextPage ? (
              <div>
                <Button
                  variant="default"
                  disabled={pairs.isFetchingNextPage}
                  onClick={() => void pairs.fetchNextPage()}
                >
                  {pairs.isFetchingNextPage ? 'Looking' : 'Look further'}
                </Button>
              </div>
            ) : null}
          </>
        )}
      </Answer>
    </Page>
  );
}

function Pair({ pair: { contacts, because } }: { pair: DuplicatePair }) {
  const [, setSearch] = useSearchParams();
  const mayTell = useMay(differentPeople.access);
  const mayLink = useMay(contactActionForms.link_accounts.access);
  const apart = useTellApart();
  const row = useRef<HTMLLIElement>(null);
  useFocusWhenGone(row);
  const [one, other] = contacts;
  // The customer stays the one that is shown.
  const [head, joins] = one.type === 'lead' && other.type === 'customer' ? [other, one] : [one, other];
  return (
    <li className="duplicate-pair" ref={row}>
      <p>
        <b>{nameOf(one)}</b> <span className="quiet">({because})</span>
      </p>
      {contacts.map((contact) => (
        <p key={contact.id} className="row">
          <Link to={{ search: `?contact=${contact.id}` }}>{contact.email || 'no address'}</Link>{' '}
          <span className="kind-word" data-kind={contact.type}>
            {contact.type}
          </span>{' '}
          {contact.phone ? <span className="quiet">{contact.phone}</span> : null}
        </p>
      ))}
      <div className="row">
        {mayLink ? (
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => setSearch({ contact: head.id, action: 'link_accounts', 'with.other_contact_id': joins.id })}
          >
            Link accounts
          </Button>
        ) : null}
        {mayTell ? (
          <Button
            variant="subtle"
            size="compact-sm"
            {...atWork(apart.isPending)}
            onClick={() => apart.isPending || apart.mutate({ id: one.id, other: other.id })}
          >
            Not the same person
          </Button>
        ) : null}
      </div>
      <Problem error={apart.error} />
    </li>
  );
}
