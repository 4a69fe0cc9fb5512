import { skipLabel } from '#rules';
import { count } from '../../ui/format';
import type { Broadcast } from './broadcasts.queries';
import { deliveredShare, share } from './broadcast-words';

/** What became of a broadcast: its mails, and who was left out and why. */
export function BroadcastFigures({ broadcast: { counts } }: { broadcast: Broadcast }) {
  const { sent } = counts;
  const of = (n: number) => ({ value: count(n), note: share(n, sent) });
  const figures = [
    { label: 'Sent', value: count(sent), note: '' },
    { label: 'Delivered', value: count(counts.delivered), note: deliveredShare(counts) },
    { label: 'Opened', ...of(counts.opened) },
    { label: 'Clicked', ...of(counts.clicked) },
    { label: 'Unsubscribed', ...of(counts.unsubscribed) },
    { label: 'Bounced', ...of(counts.bounced) },
    { label: 'Complaints', ...of(counts.complained) },
    { label: 'Refused', value: count(counts.failed), note: '' },
    { label: 'Not known if sent', value: count(counts.unknown), note: '' },
  ];
  const leftOut = Object.entries(counts.skipped).filter(([, n]) => n > 0);
  return (
    <>
      <dl className="mail-figures" aria-label="Figures">
        {figures.map(({ label, value, note }) => (
          <div key={label}>
            <dt className="label">{label}</dt>
            <dd>
              {value} {note ? <span className="label">{note}</span> : null}
            </dd>
          </div>
        ))}
      </dl>
      {leftOut.length > 0 ? (
        <div>
          <h3>Left out</h3>
          <ul className="left-out">
            {leftOut.map(([reason, n]) => (
              <li key={reason}>
                <b>{count(n)}</b> {skipLabel(reason) ?? reason}
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}
