import { Checkbox } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { adminAddresses } from '#contracts';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import type { MouseEvent } from 'react';
import type { Column } from './columns';
import type { Contact } from '../contacts.queries';
import { nameOf } from '../../people/person-words';
import { Address } from '../../ui/formatting/address';

interface PeopleTableProps {
  people: Contact[];
  columns: Column[];
  /** Whose drawer is open. */
  selected: string | undefined;
  /** Who is ticked, where people can be. */
  ticked: ReadonlySet<string> | undefined;
  onTick: (ids: string[], ticked: boolean) => void;
}

/** People as rows; a click opens the drawer, Ctrl or Cmd with a click their page in a tab of its own. */
export function PeopleTable({ people, columns, selected, ticked, onTick }: PeopleTableProps) {
  const [search] = useSearchParams();
  const opened = (id: string) => {
    const next = new URLSearchParams(search);
    next.set('contact', id);
    return next;
  };
  const ids = people.map(({ id }) => id);
  const tickedHere = ids.filter((id) => ticked?.has(id)).length;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="People">
      <table className="table people">
        <thead>
          <tr>
            {ticked ? (
              <th className="tick">
                <Checkbox
                  aria-label="Select everyone shown"
                  checked={tickedHere === ids.length}
                  indeterminate={tickedHere > 0 && tickedHere < ids.length}
                  onChange={(event) => onTick(ids, event.currentTarget.checked)}
                />
              </th>
            ) : null}
            <th>Person</th>
            {columns.map(({ id, label, numeric }) => (
              <th key={id} data-column={id} className={numeric && 'num'}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <ErrorBoundary
              key={person.id}
              what="This person could not be shown"
              room={{ columns: columns.length + (ticked ? 2 : 1) }}
              of={person}
            >
              <PersonRow {...{ person, columns, selected, ticked, onTick, opened }} />
            </ErrorBoundary>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PersonRowProps extends Omit<PeopleTableProps, 'people'> {
  person: Contact;
  /** The address with this person's drawer open. */
  opened: (id: string) => URLSearchParams;
}

function PersonRow({ person, columns, selected, ticked, onTick, opened }: PersonRowProps) {
  const [, setSearch] = useSearchParams();
  const open = () => setSearch(opened(person.id), { preventScrollReset: true });
  const inOwnTab = (event: MouseEvent) => event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  return (
    <tr
      data-clickable
      data-contact={person.id}
      aria-selected={person.id === selected}
      onClick={(event) => {
        if (event.defaultPrevented) return;
        if (event.ctrlKey || event.metaKey) window.open(adminAddresses.person(person.id), '_blank', 'noopener');
        else open();
      }}
    >
      {ticked ? (
        <td className="tick" onClick={(event) => event.stopPropagation()}>
          <Checkbox
            aria-label={`Select ${nameOf(person)}`}
            checked={ticked.has(person.id)}
            onChange={(event) => onTick([person.id], event.currentTarget.checked)}
          />
        </td>
      ) : null}
      <td className="person-cell">
        <Link
          className="person-name"
          to={adminAddresses.person(person.id)}
          onClick={(event) => {
            event.stopPropagation();
            if (inOwnTab(event)) return;
            event.preventDefault();
            open();
          }}
        >
          {nameOf(person) === person.email ? <Address of={person.email} /> : nameOf(person)}
        </Link>
        {person.email && nameOf(person) !== person.email ? (
          <div className="quiet">
            <Address of={person.email} />
          </div>
        ) : null}
      </td>
      {columns.map(({ id, numeric, cell }) => (
        <td key={id} data-column={id} className={numeric && 'num'}>
          {cell(person)}
        </td>
      ))}
    </tr>
  );
}
