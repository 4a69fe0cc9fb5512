import { Button, NumberInput, SegmentedControl, TextInput } from '@mantine/core';
import { fieldInstant } from '#graph';
import { useState } from 'react';
import { useSettings } from '../../../settings/saving/settings.queries';
import { Confirm, Problem } from '../../../ui/forms/confirm';
import { count, people } from '../../../ui/formatting/format';
import { readerZone, shortTime } from '../../../ui/formatting/time';
import { OwnTimes } from './own-times';
import { sendingInWords } from './sending-in-words';
import { useSend, type Broadcast, type Funnel } from '../broadcast/broadcasts.queries';

/** From this many on the number is typed. */
const TYPED_ABOVE = 1_000;

interface SendFormProps {
  broadcast: Broadcast;
  funnel: Funnel;
  /** What is on screen is not what is stored, or not counted yet. */
  disabled: boolean;
}

/** Now or at a time; asked once more, with the number. */
export function SendForm({ broadcast, funnel: { will_receive, sending }, disabled }: SendFormProps) {
  const own = broadcast.local_time;
  const { data: settings } = useSettings();
  const [chosen, setWhen] = useState<'now' | 'later'>('now');
  const when = own ? 'later' : chosen;
  const [time, setTime] = useState('');
  const [isPast, setIsPast] = useState(false);
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState<string | number>('');
  const send = useSend(broadcast.id);
  // The browser reads what it says as the reader's own time; for everybody's own day the workspace's clock counts.
  const instant = (text: string) => (own ? settings && fieldInstant(text, {}, settings.timezone) : new Date(text));
  const at = when === 'later' && time !== '' ? instant(time) : undefined;
  const mustType = will_receive > TYPED_ABOVE;
  return (
    <div className="stack form">
      {own ? null : (
        <SegmentedControl
          className="start"
          aria-label="When"
          value={when}
          onChange={(next) => setWhen(next === 'later' ? 'later' : 'now')}
          data={[
            { value: 'now', label: 'Now' },
            { value: 'later', label: 'At a time' },
          ]}
        />
      )}
      {when === 'later' ? (
        <TextInput
          type="datetime-local"
          label="Date and time"
          description={own ? 'In everybody’s own time zone.' : `Your time zone: ${readerZone}.`}
          error={isPast ? 'This time has passed.' : undefined}
          value={time}
          onChange={(event) => {
            setTime(event.currentTarget.value);
            setIsPast((instant(event.currentTarget.value)?.getTime() ?? Infinity) <= Date.now());
          }}
        />
      ) : null}
      {own && at && !isPast ? <OwnTimes broadcast={broadcast} at={at} /> : null}
      {send.error && !asking ? <Problem error={send.error} /> : null}
      {settings?.mode === 'postmark' && will_receive > 0 ? (
        <p className="label" data-testid="how-long">
          {sendingInWords(sending, broadcast.spread === null && !own && broadcast.test === null)}
        </p>
      ) : null}
      {will_receive === 0 ? <p className="sentence quiet">Nobody would receive it now. Look at the audience.</p> : null}
      <Button
        className="start"
        disabled={disabled || will_receive === 0 || (when === 'later' && (!at || isPast))}
        onClick={() => {
          setTyped('');
          setAsking(true);
        }}
      >
        {when === 'later' ? 'Schedule' : 'Send'} to {people(will_receive)}
      </Button>
      <Confirm
        opened={asking}
        title={at ? 'Schedule this broadcast?' : 'Send this broadcast?'}
        label={at ? 'Schedule it' : 'Send it'}
        busy={send.isPending}
        disabled={mustType && Number(typed) !== will_receive}
        error={send.error}
        onClose={() => setAsking(false)}
        onConfirm={() =>
          send.mutate({ at: at?.toISOString(), confirm: will_receive }, { onSuccess: () => setAsking(false) })
        }
      >
        <p>
          “{broadcast.name}” goes to {people(will_receive)}
          {at
            ? ` ${own ? `at ${time.replace('T', ', ')} of everybody’s own time` : `at ${shortTime(at.toISOString())}`}. The audience is asked again then.`
            : '.'}{' '}
          {at ? 'Until then you can take it off the schedule.' : 'For 60 seconds you can undo it.'}
        </p>
        {mustType ? (
          <NumberInput
            label={`Type ${count(will_receive)} to confirm`}
            hideControls
            thousandSeparator=","
            value={typed}
            onChange={setTyped}
          />
        ) : null}
      </Confirm>
    </div>
  );
}
