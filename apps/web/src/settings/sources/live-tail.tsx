import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { useMay } from '../../access/session.queries';
import { ActivityTypeInput } from '../../rule-builder/inputs/activity-type-input';
import { Empty } from '../../ui/feedback/query-states';
import { LiveActivityRow, LiveRejectRow } from './live-rows';
import { isWanted, mergedRows, type LiveRow } from './merged-rows';
import { useLiveRejects } from './sources.queries';
import { useLiveActivities, type LiveFilter } from './use-live-activities';

const everything: LiveFilter = { type: '', source: '', contact_email: '' };

const fields: { name: keyof LiveFilter; label: string; placeholder: string }[] = [
  { name: 'source', label: 'From', placeholder: 'browser' },
  { name: 'contact_email', label: 'E-mail address', placeholder: 'ann@example.com' },
];

type Shown = 'all' | 'taken' | 'refused';

/**
 * Activities as they come in, of one type, source or person or all, and for administrators what is refused; it begins
 * when somebody asks for it.
 */
export function LiveTail() {
  const mayReadRejects = useMay('admin');
  const [filter, setFilter] = useState(everything);
  const [watched, setWatched] = useState<LiveFilter>();
  const [shown, setShown] = useState<Shown>('all');
  const [frozen, setFrozen] = useState<readonly LiveRow[]>();
  const live = useLiveActivities(watched);
  const rejects = useLiveRejects(mayReadRejects && watched !== undefined);
  const now = mergedRows(
    shown === 'refused' ? [] : live.rows,
    !watched || shown === 'taken' ? [] : (rejects.data ?? []).filter((reject) => isWanted(reject, watched)),
  );
  const rows = frozen ?? now;
  const waiting = frozen ? now.filter(({ id }) => !frozen.some((row) => row.id === id)).length : 0;
  const watch = (event: FormEvent) => {
    event.preventDefault();
    setFrozen(undefined);
    setWatched({ ...filter });
  };
  return (
    <section className="stack-tight" aria-label="What comes in now">
      <h3>What comes in now</h3>
      <form className="row live-filter" onSubmit={watch} aria-label="What to watch">
        <ActivityTypeInput
          label="Type"
          value={filter.type}
          onChange={(type) => setFilter((before) => ({ ...before, type }))}
        />
        {fields.map(({ name, label, placeholder }) => (
          <TextInput
            key={name}
            label={label}
            placeholder={placeholder}
            value={filter[name]}
            onChange={({ currentTarget: { value } }) => setFilter((before) => ({ ...before, [name]: value }))}
          />
        ))}
        <Button type="submit" variant="default">
          Watch
        </Button>
        {watched ? (
          <>
            <Button variant="default" onClick={() => setFrozen(frozen ? undefined : now)}>
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
          {mayReadRejects ? (
            <SegmentedControl
              className="start"
              aria-label="What is shown"
              value={shown}
              onChange={(next) => {
                setFrozen(undefined);
                setShown(next as Shown);
              }}
              data={[
                { value: 'all', label: 'Everything' },
                { value: 'taken', label: 'Recorded' },
                { value: 'refused', label: 'Refused' },
              ]}
            />
          ) : null}
          <p className="label" role="status">
            {stateWords(live.state, frozen !== undefined, live.skipped)}
            {rejects.error ? ' What is refused could not be read.' : ''}
          </p>
          {rows.length === 0 ? (
            live.state === 'open' ? (
              <Empty title="Nothing yet">
                {shown === 'refused' ? 'What was refused in' : 'Activities of'} the last two minutes, and each new one,
                appear here.
              </Empty>
            ) : null
          ) : (
            <ul className="live-rows">
              {rows.map((row) => (
                <li key={row.id}>
                  {row.reject ? <LiveRejectRow reject={row.reject} /> : <LiveActivityRow activity={row.activity} />}
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
