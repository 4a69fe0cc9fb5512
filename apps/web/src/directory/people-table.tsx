import { Tooltip } from '@mantine/core';
import { Link, useLocation, useSearchParams } from 'react-router';
import { useSettings } from '../settings/settings.queries';
import { money } from '../ui/format';
import { Time } from '../ui/time';
import type { Contact } from './contacts.queries';
import { mailWords, nameOf } from './person';

/** People as rows; a click opens the drawer, Ctrl or Cmd with a click a tab of its own. */
export function PeopleTable({ people, selected }: { people: Contact[]; selected?: string | undefined }) {
  const { data: settings } = useSettings();
  const [search, setSearch] = useSearchParams();
  const { pathname } = useLocation();
  const opened = (id: string) => {
    const next = new URLSearchParams(search);
    next.set('contact', id);
    return next;
  };
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="People">
      <table className="table people">
        <thead>
          <tr>
            <th>Person</th>
            <th>Kind</th>
            <th className="num">Lifetime value</th>
            <th>Last activity</th>
            <th>Tags</th>
            <th>Can be mailed</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr
              key={person.id}
              data-clickable
              data-contact={person.id}
              aria-selected={person.id === selected}
              onClick={(event) => {
                if (event.defaultPrevented || event.ctrlKey || event.metaKey) return;
                setSearch(opened(person.id), { preventScrollReset: true });
              }}
            >
              <td>
                <Link
                  className="person-name"
                  to={`${pathname}?${opened(person.id)}`}
                  preventScrollReset
                  onClick={(event) => event.stopPropagation()}
                >
                  {nameOf(person)}
                </Link>
                {person.email && nameOf(person) !== person.email ? <div className="quiet">{person.email}</div> : null}
              </td>
              <td>
                <span className="kind-word" data-kind={person.type}>
                  {person.type}
                </span>
              </td>
              <td className="num">{money(person.lifetime_value, settings?.currency ?? 'EUR')}</td>
              <td>
                {person.last_activity ? <Time at={person.last_activity} /> : <span className="quiet">never</span>}
              </td>
              <td>
                <Tags tags={person.tags} />
              </td>
              <td>
                <Tooltip label={person.email_reason}>
                  <span className={person.can_be_emailed ? 'email-yes' : 'email-no'}>
                    {person.can_be_emailed ? 'yes' : `no, ${mailWords[person.email_status]}`}
                  </span>
                </Tooltip>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const shown = 3;

function Tags({ tags }: { tags: string[] }) {
  if (tags.length === 0) return null;
  return (
    <span className="tags">
      {tags.slice(0, shown).map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
      {tags.length > shown ? (
        <Tooltip label={tags.slice(shown).join(', ')}>
          <span className="tag">+{tags.length - shown}</span>
        </Tooltip>
      ) : null}
    </span>
  );
}
