import '../duplicates/duplicates.css';
import { adminAddresses, differentPeople } from '#contracts';
import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Link } from 'react-router';
import { useMay } from '../../access/session.queries';
import { nameOf } from '../../people/person-words';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { plural } from '../../ui/formatting/format';
import { useAvailableActions } from './actions/actions.queries';
import { useDuplicates, useTellApart } from '../duplicates/duplicates.queries';

/** More than these are on the page of duplicates. */
const SHOWN = 5;

interface PossibleDuplicatesProps {
  contactId: string;
  onLink: (otherId: string) => void;
}

/** Who may be the same person under another address, and why; to be linked by hand, or told apart for good. */
export function PossibleDuplicates({ contactId, onLink }: PossibleDuplicatesProps) {
  const { data } = useDuplicates(contactId);
  const actions = useAvailableActions(contactId).data;
  const mayTell = useMay(differentPeople.access);
  const apart = useTellApart();
  const [open, { toggle }] = useDisclosure(false);
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const mayLink = actions?.some(({ action, available }) => action === 'link_accounts' && available) ?? false;
  return (
    <section className="possible-duplicates" aria-label="Possible duplicates">
      {/* One line until somebody asks: the room belongs to the timeline. */}
      <div>
        <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={toggle}>
          {open ? 'Hide ' : ''}
          {plural(items.length, 'possible duplicate', 'possible duplicates')}
        </Button>
      </div>
      {(open ? items : []).slice(0, SHOWN).map(({ contact, because }) => (
        <div key={contact.id} className="possible-duplicate">
          <p>
            <Link to={adminAddresses.person(contact.id)}>{contact.email || nameOf(contact)}</Link>{' '}
            <span className="quiet">({because})</span>
          </p>
          <div className="row">
            {mayLink ? (
              <Button variant="default" size="compact-sm" onClick={() => onLink(contact.id)}>
                Link accounts
              </Button>
            ) : null}
            {mayTell ? (
              <Button
                variant="subtle"
                size="compact-sm"
                {...atWork(apart.isPending)}
                onClick={() => apart.isPending || apart.mutate({ id: contactId, other: contact.id })}
              >
                Not the same person
              </Button>
            ) : null}
          </div>
        </div>
      ))}
      {open && items.length > SHOWN ? (
        <p className="quiet">
          and {items.length - SHOWN} more. <Link to={adminAddresses.duplicates}>All possible duplicates</Link>
        </p>
      ) : null}
      <Problem error={apart.error} />
    </section>
  );
}
