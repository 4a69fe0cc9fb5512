import { skipLabel } from '#rules';
import { count, plural } from '../../../ui/formatting/format';
import { deliveredShare, share } from '../broadcast/broadcast-words';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { PeopleLink } from '../report/people-link';
import type { PeopleFilter, Report } from '../report/report.queries';

interface Figure {
  label: string;
  n: number;
  note?: string;
  people: PeopleFilter;
}

/** What became of a broadcast: its mails, and who was left out and why. Each number leads to its people. */
export function BroadcastFigures({
  broadcast: { counts },
  machine,
}: {
  broadcast: Broadcast;
  machine: Report['machine'] | undefined;
}) {
  const { sent } = counts;
  const led = (label: string, outcome: 'opened' | 'clicked' | 'unsubscribed' | 'bounced' | 'complained'): Figure => ({
    label,
    n: counts[outcome],
    note: share(counts[outcome], sent),
    people: { outcome },
  });
  const figures: Figure[] = [
    { label: 'Sent', n: sent, people: { state: 'sent' } },
    { label: 'Delivered', n: counts.delivered, note: deliveredShare(counts), people: { outcome: 'delivered' } },
    led('Opened', 'opened'),
    led('Clicked', 'clicked'),
    led('Unsubscribed', 'unsubscribed'),
    led('Bounced', 'bounced'),
    led('Complaints', 'complained'),
    { label: 'Refused', n: counts.failed, people: { state: 'failed' } },
    { label: 'Not known if sent', n: counts.unknown, people: { state: 'unknown' } },
  ];
  const leftOut = Object.entries(counts.skipped).filter(([, n]) => n > 0);
  return (
    <>
      <dl className="mail-figures" aria-label="Figures">
        {figures.map(({ label, n, note, people }) => (
          <div key={label}>
            <dt className="label">{label}</dt>
            <dd>
              {n > 0 ? <PeopleLink filter={people}>{count(n)}</PeopleLink> : '0'}{' '}
              {note ? <span className="label">{note}</span> : null}
            </dd>
          </div>
        ))}
      </dl>
      {machine && machine.opened + machine.clicked > 0 ? (
        <p className="label">
          Not counted: {plural(machine.opened, 'open', 'opens')} and {plural(machine.clicked, 'click', 'clicks')} by
          programs, such as virus scanners.
        </p>
      ) : null}
      {leftOut.length > 0 ? (
        <div>
          <h3>Left out</h3>
          <ul className="left-out">
            {leftOut.map(([reason, n]) => (
              <li key={reason}>
                <b>
                  <PeopleLink filter={{ state: 'skipped', reason }}>{count(n)}</PeopleLink>
                </b>{' '}
                {skipLabel(reason) ?? reason}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}
