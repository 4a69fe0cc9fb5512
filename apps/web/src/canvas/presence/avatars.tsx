import { Tooltip } from '@mantine/core';
import { indexGraph, sentenceOf } from '#graph';
import { useSession } from '../../access/session.queries';
import { useEditor } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { colourOf, initialsOf, usePresence, type PresentTab } from './presence-store';

/** Avatars side by side; the rest is counted. */
const most = 4;

/** Who else has this automation open; pressing one goes to the step they have open. */
export function Avatars() {
  const others = usePresence((presence) => presence.others);
  const me = useSession().data?.email;
  if (others.length === 0) return null;
  const people = [...Map.groupBy(others, (one) => one.email).values()].map(
    (tabs) => tabs.find(({ node_id }) => node_id !== null) ?? tabs[0]!,
  );
  return (
    <ul className="avatars" aria-label="Also here" data-testid="avatars">
      {people.slice(0, most).map((one) => (
        <li key={one.email}>
          <Avatar one={one} mine={one.email === me} />
        </li>
      ))}
      {people.length > most ? <li className="label">and {people.length - most} more</li> : null}
    </ul>
  );
}

function Avatar({ one, mine }: { one: PresentTab; mine: boolean }) {
  const screen = useScreenStore();
  const sentence = useEditor((state) => {
    const step = one.node_id === null ? undefined : indexGraph(state.document.graph).nodes.get(one.node_id);
    return step ? sentenceOf(step) : undefined;
  });
  const who = mine ? 'You, in another tab' : one.name;
  const where =
    one.node_id === 'settings' ? 'in the settings' : sentence === undefined ? 'viewing' : `at “${sentence}”`;
  return (
    <Tooltip label={`${who}: ${where}`}>
      <button
        type="button"
        className="avatar"
        style={{ background: colourOf(one.email) }}
        onClick={() => one.node_id && sentence !== undefined && screen.getState().camera?.reveal(one.node_id)}
      >
        <span aria-hidden>{initialsOf(one)}</span>
        <span className="visually-hidden">{`${who}: ${where}`}</span>
      </button>
    </Tooltip>
  );
}
