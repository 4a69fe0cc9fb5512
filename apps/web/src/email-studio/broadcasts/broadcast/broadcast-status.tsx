import { Progress } from '@mantine/core';
import { Time } from '../../../ui/formatting/time';
import type { ListedBroadcast } from './broadcasts.queries';
import { broadcastStates, percent, progressOf } from './broadcast-words';

/** Where a broadcast stands: a word, and how far it is while it is sent. */
export function BroadcastStatus({ broadcast }: { broadcast: ListedBroadcast }) {
  const { status, scheduled_at, begins_at, finished_at } = broadcast;
  // East of here a broadcast at everybody's own time of day begins earlier.
  const apart = begins_at !== null && begins_at !== scheduled_at;
  const { label, tone } = broadcastStates[status];
  const { mails, done } = progressOf(broadcast);
  const moving = status === 'sending' || (status === 'paused' && mails > 0);
  return (
    <div className="broadcast-status">
      <span className="pill" data-tone={tone ?? ''} data-testid="broadcast-status">
        {label}
        {moving ? ` ${percent(done, mails)}` : ''}
      </span>
      {moving ? <SentBar mails={mails} done={done} /> : null}
      {status === 'scheduled' && scheduled_at ? (
        <span className="label">
          {apart ? 'from ' : ''}
          <Time at={apart ? begins_at : scheduled_at} as="short" />
        </span>
      ) : null}
      {finished_at ? (
        <span className="label">
          <Time at={finished_at} />
        </span>
      ) : null}
    </div>
  );
}

/** How much of it has left. */
export function SentBar({ mails, done }: { mails: number; done: number }) {
  return (
    <Progress className="sent-bar" size="sm" aria-label="Sent so far" value={mails === 0 ? 0 : (done / mails) * 100} />
  );
}
