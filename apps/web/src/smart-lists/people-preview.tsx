import type { Group } from '#rules';
import { Link, useSearchParams } from 'react-router';
import { adminAddresses } from '#contracts';
import { nameOf } from '../people/person-words';
import { useLiveCount } from '../rule-builder/answers/live-count';

/** Some of the people that rules find now, beside the rules; the whole answer is one click away. */
export function PeoplePreview({ rules }: { rules: Group | undefined }) {
  const { preview } = useLiveCount(rules);
  const [search] = useSearchParams();
  const opened = (id: string) => {
    const next = new URLSearchParams(search);
    next.set('contact', id);
    return `?${next}`;
  };
  return (
    <section className="list-people" aria-label="People">
      <h2>People</h2>
      {!rules ? (
        <p className="sentence quiet">Finish the rule to see who matches.</p>
      ) : !preview ? null : preview.sample.length === 0 ? (
        <p className="sentence quiet">No one matches right now.</p>
      ) : (
        <>
          <ul>
            {preview.sample.map((person) => (
              <li key={person.id}>
                <Link to={opened(person.id)} dir="auto" preventScrollReset>
                  {nameOf(person)}
                </Link>
                <span className="kind-word quiet" data-kind={person.type}>
                  {person.type}
                </span>
              </li>
            ))}
          </ul>
          {preview.count > preview.sample.length ? (
            <Link to={adminAddresses.peopleOf(rules)}>See everyone in the directory</Link>
          ) : null}
        </>
      )}
    </section>
  );
}
