import { adminAddresses, type AdminAddress } from '#contracts';
import { Link } from 'react-router';
import { useEmailSummary } from '../../../shell/sending.queries';
import { count } from '../../../ui/formatting/format';
import { Sparkline } from '../../../ui/formatting/sparkline';
import { deliveredShare, share } from '../broadcast/broadcast-words';

/** From this share of complaints on Gmail begins to turn mail away. */
const COMPLAINTS = 0.001;

/** Who can be e-mailed, as rules. */
export const CAN_BE_MAILED = {
  operator: 'AND' as const,
  conditions: [{ field: 'can_be_emailed', operator: 'is_true' }],
};

/** Whose mail led to this in the last 30 days. */
const peopleWhose = (activity_type: string): AdminAddress =>
  adminAddresses.peopleOf({
    operator: 'AND',
    conditions: [
      { field: 'activity', activity_type, operator: 'count_gte', value: 1, within: { n: 30, unit: 'days' } },
    ],
  });

/** Who can be e-mailed, and how all mail of the last 30 days is doing: each with its days, and the way to its people. */
export function MailFigures() {
  const { data } = useEmailSummary();
  if (!data) return null;
  const { subscribers, days } = data;
  const { sent, delivered, clicked, complained } = data.counts;
  const { customers, leads, cannot_be_emailed } = subscribers;
  const figures = [
    {
      label: 'Subscribers',
      value: count(subscribers.can_be_emailed),
      n: subscribers.can_be_emailed,
      title: `${count(customers)} customers + ${count(leads)} leads − ${count(cannot_be_emailed)} who said no, never answered or cannot be reached = ${count(subscribers.can_be_emailed)}`,
      to: adminAddresses.peopleOf(CAN_BE_MAILED),
      line: days.map(({ can_be_emailed }) => can_be_emailed),
    },
    {
      label: 'Sent in 30 days',
      value: count(sent),
      n: sent,
      to: adminAddresses.outbox('sent'),
      line: days.map((day) => day.sent),
    },
    {
      label: 'Delivered',
      value: deliveredShare(data.counts),
      n: delivered,
      to: peopleWhose('email.delivered'),
      line: days.map((day) => day.delivered),
    },
    {
      label: 'Clicked',
      value: share(clicked, sent),
      n: clicked,
      to: peopleWhose('email.clicked'),
      line: days.map((day) => day.clicked),
    },
    {
      label: 'Complaints',
      value: share(complained, sent),
      n: complained,
      bad: sent > 0 && complained / sent >= COMPLAINTS,
      to: peopleWhose('email.complained'),
      line: days.map((day) => day.complained),
    },
  ];
  return (
    <dl className="mail-figures" aria-label="E-mail in the last 30 days">
      {figures.map(({ label, value, n, to, title, bad, line }) => (
        <div key={label}>
          <dt className="label">{label}</dt>
          <dd data-bad={bad || undefined}>
            {n > 0 ? (
              <Link to={to} title={title}>
                {value}
              </Link>
            ) : (
              value
            )}
          </dd>
          <dd>
            <Sparkline label={label.replace(' in 30 days', '')} values={line} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
