import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { Empty } from '../../ui/feedback/query-states';
import { Time } from '../../ui/formatting/time';
import { useLiveActivities, type LiveActivity, type LiveFilter } from './use-live-activities';

const everything: LiveFilter = { type: '', source: '', contact_email: '' };

const fields: { name: keyof LiveFilter; label: string; placeholder: string }[] = [
  { name: 'type', label: 'Type', placeholder: 'order.placed' },
  { name: 'source', label: 'From', placeholder: 'browser' },
  { name: 'contact_email', label: 'E-mail address', placeholder: 'ann@example.com' },
];

/** Activities as they come in, of one type, source or person or all; it begins when somebody asks for it. */
export function LiveTail() {
  const [filter, setFilter] = useState(everything);
  const [watched, setWatched] = useState<LiveFilter>();
  const [frozen, setFrozen] = useState<readonly LiveActivity[]>();
  const live = useLiveActivities(watched);
  const rows = frozen ?? live.rows;
  const waiting = frozen ? live.rows.filter(({ id }) => !frozen.some((row) => row.id === id)).length : 0;
  const watch = (event: FormEvent) => {
    event.preventDefault();
    setFrozen(undefined);
    setWatched({ ...filter });
  };
  return (
    <section className="stack-tight" aria-label="What comes in now">
      <h3>What comes in now</h3>
      <form className="row live-filter" onSubmit={watch} aria-label="What to watch">
        {fields.map(({ name, label, placeholder }) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            value={filter[name]}
            onChange={({ currentTarget: { value } }) => setFilter((now) => ({ ...now, [name]: value }))}
          />
        ))}
        <Button type="submit" variant="default">
          Watch
        </Button>
        {watched ? (
          <>
            <Button variant="default" onClick={() => setFrozen(frozen ? undefined : live.rows)}>
              {frozen ? (waiting > 0 ? `Go on, ${waiting} new` : 'Go on') : 'Pause'}
            </Button>
            <Button variant="subtle" onClick={() => setWatched(undefined)}>
              Stop
            </Button>
          </>
        ) : null}
      </form>
      {watched ? (
        <>
          <p className="label" role="status">
            {stateWords(live.state, frozen !== undefined, live.skipped)}
          </p>
          {rows.length === 0 ? (
            live.state === 'open' ? (
              <Empty title="Nothing yet">Activities of the last two minutes, and each new one, appear here.</Empty>
            ) : null
          ) : (
            <ul className="live-rows">
              {rows.map((activity) => (
                <li key={activity.id}>
                  <Row activity={activity} />
                </li>
              ))}
            </ul>
          )}
        </>
      ) : null}
    </section>
  );
}

function stateWords(state: 'connecting' | 'open' | 'refused', isPaused: boolean, skipped: boolean): string {
  if (state === 'refused')
    return 'This could not be opened. Check the filter, or try again in a moment: too many may be watching.';
  if (state === 'connecting') return 'Connecting';
  const more = skipped ? ' More comes in than can be shown, so some is left out.' : '';
  return `${isPaused ? 'Paused.' : 'Watching.'}${more}`;
}

function Row({ activity }: { activity: LiveActivity }) {
  const { occurred_at, type, sentence, contact_email, source, metadata, is_cut } = activity;
  const isEmpty = Object.keys(metadata).length === 0;
  return (
    <details>
      <summary>
        <Time at={occurred_at} as="clock" /> <span className="code">{type}</span> {sentence}
        <span className="label">
          {' '}
          {contact_email ?? 'a visitor'} · {source}
        </span>
      </summary>
      <pre className="raw" tabIndex={0}>
        {is_cut
          ? 'The metadata is too long to be shown here.'
          : isEmpty
            ? 'No metadata'
            : JSON.stringify(metadata, undefined, 2)}
      </pre>
    </details>
  );
}
