import { people, plural } from '../../../ui/formatting/format';
import { shortTime } from '../../../ui/formatting/time';
import { useOwnTimes, type Broadcast } from '../broadcast/broadcasts.queries';

const HOUR = 3_600_000;

/** From when to when people get a broadcast at their own time of day. */
export function OwnTimes({ broadcast, at }: { broadcast: Broadcast; at: Date }) {
  const { data } = useOwnTimes(broadcast, at.toISOString());
  const times = data?.own_times;
  if (!times) return null;
  const { first_at, last_at, at_once } = times;
  const hours = Math.round((new Date(last_at).getTime() - new Date(first_at).getTime()) / HOUR);
  return (
    <p className="sentence" role="status" data-testid="own-times">
      {hours === 0
        ? `Everybody gets it at ${shortTime(first_at)}: all are in one time zone.`
        : `From the first to the last it takes ${plural(hours, 'hour', 'hours')}: from ${shortTime(first_at)} to ${shortTime(last_at)} in your time zone.`}{' '}
      {at_once > 0
        ? `For ${people(at_once)} that time has passed; ${at_once === 1 ? 'this person gets' : 'they get'} it as soon as it begins.`
        : ''}
    </p>
  );
}
