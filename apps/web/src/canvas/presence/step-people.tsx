import { colourOf, initialsOf, usePresence } from './presence-store';

/** The initials of whoever else has a step open, with a ring round its card. */
export function StepPeople({ id, place }: { id: string; place: 'card' | 'row' }) {
  // One text, so that a card is drawn again only if it is about the card.
  const who = usePresence(({ others }) =>
    others
      .filter(({ node_id }) => node_id === id)
      .map((one) => `${one.email}\n${initialsOf(one)}\n${one.name}`)
      .join('\n\n'),
  );
  if (who === '') return null;
  const people = [...new Set(who.split('\n\n'))]
    .slice(0, 3)
    .map((text) => text.split('\n') as [string, string, string]);
  return (
    <div
      className={`${place}-people`}
      style={{ ['--person' as string]: colourOf(people[0]![0]) }}
      role="img"
      aria-label={`Open for ${people.map(([, , name]) => name).join(', ')}`}
      data-testid={`${place}-people-${id}`}
    >
      {people.map(([email, initials, name]) => (
        <span key={email} className="avatar avatar-small" style={{ background: colourOf(email) }} title={name}>
          {initials}
        </span>
      ))}
    </div>
  );
}
