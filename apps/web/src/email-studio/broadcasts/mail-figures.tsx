import { adminAddresses } from '#contracts';
import { Link } from 'react-router';
import { useEmailSummary } from '../../shell/sending.queries';
import { count } from '../../ui/format';
import { deliveredShare, share } from './broadcast-words';

/** From this share of complaints on Gmail begins to turn mail away. */
const COMPLAINTS = 0.001;

/** How all mail of the last 30 days is doing. */
export function MailFigures() {
  const { data } = useEmailSummary();
  if (!data) return null;
  const { sent, clicked, complained } = data.counts;
  const figures = [
    { label: 'Sent in 30 days', value: count(sent), to: adminAddresses.outbox('sent') },
    { label: 'Delivered', value: deliveredShare(data.counts) },
    { label: 'Clicked', value: share(clicked, sent) },
    { label: 'Complaints', value: share(complained, sent), bad: sent > 0 && complained / sent >= COMPLAINTS },
  ];
  return (
    <dl className="mail-figures" aria-label="E-mail in the last 30 days">
      {figures.map(({ label, value, to, bad }) => (
        <div key={label}>
          <dt className="label">{label}</dt>
          <dd data-bad={bad || undefined}>{to ? <Link to={to}>{value}</Link> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
