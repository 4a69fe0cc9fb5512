import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { Confirm, Problem } from '../../../ui/forms/confirm';
import { count } from '../../../ui/formatting/format';
import { useAct, type Broadcast } from '../broadcast/broadcasts.queries';

/** Seconds before it leaves within which taking it off the schedule is called undoing. */
const UNDO = 90;

/** What can be done with a broadcast now: undo, pause, resume, cancel. */
export function SendingActs({ broadcast }: { broadcast: Broadcast }) {
  const { status, counts, started_at } = broadcast;
  const act = useAct(broadcast.id);
  const [asking, setAsking] = useState(false);
  const busy = act.isPending;
  const moving = status === 'preparing' || status === 'sending';
  if (!moving && status !== 'paused' && status !== 'scheduled') return null;
  const endable = started_at !== null;
  return (
    <>
      {act.error && !asking ? <Problem error={act.error} /> : null}
      <div className="row" data-testid="sending-acts">
        {moving ? (
          <Button variant="default" disabled={busy} onClick={() => act.mutate('pause')}>
            Pause
          </Button>
        ) : null}
        {status === 'paused' ? (
          <Button disabled={busy} onClick={() => act.mutate('resume')}>
            {endable ? 'Resume' : 'Send it now'}
          </Button>
        ) : null}
        {endable ? (
          <Button variant="default" color="danger" disabled={busy} onClick={() => setAsking(true)}>
            Cancel the broadcast
          </Button>
        ) : (
          <Unschedule broadcast={broadcast} busy={busy} onDo={() => act.mutate('cancel')} />
        )}
      </div>
      <Confirm
        opened={asking}
        title={`Cancel “${broadcast.name}”?`}
        label="Cancel what has not left"
        danger
        busy={busy}
        error={act.error}
        onClose={() => setAsking(false)}
        onConfirm={() => act.mutate('cancel', { onSuccess: () => setAsking(false) })}
      >
        {count(counts.sent)} have left already and stay sent. {count(counts.queued)} have not left and never will. This
        cannot be undone.
      </Confirm>
    </>
  );
}

/** Until it has begun, it becomes a draft again. */
function Unschedule({ broadcast, busy, onDo }: { broadcast: Broadcast; busy: boolean; onDo: () => void }) {
  const left = useSecondsUntil(
    broadcast.status === 'scheduled' ? (broadcast.begins_at ?? broadcast.scheduled_at) : null,
  );
  const undo = left !== undefined && left <= UNDO;
  return (
    <>
      {undo ? (
        <p className="sentence lead" role="timer">
          {left > 0 ? `It leaves in ${left} s.` : 'It is about to leave.'}
        </p>
      ) : null}
      <Button {...(undo ? {} : { variant: 'default' })} disabled={busy} onClick={onDo}>
        {undo ? 'Undo' : broadcast.status === 'paused' ? 'Make it a draft again' : 'Take it off the schedule'}
      </Button>
    </>
  );
}

/** Whole seconds until an instant, renewed each second; never below 0. */
function useSecondsUntil(at: string | null): number | undefined {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (at === null) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [at]);
  return at === null ? undefined : Math.max(0, Math.ceil((new Date(at).getTime() - now) / 1000));
}
