import { adminAddresses } from '#contracts';
import { Link } from 'react-router';
import { count } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Table, type Column } from '../../../ui/pages/table';
import { Time } from '../../../ui/formatting/time';
import { deliveredShare, share } from '../broadcast/broadcast-words';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { useEarlier } from './report.queries';

type Compared = Pick<Broadcast, 'id' | 'name' | 'counts'> & { started_at: string };

/** This broadcast beside the ten before it, as shares of what was sent. */
export function EarlierBroadcasts({ broadcast }: { broadcast: Broadcast }) {
  const { data } = useEarlier(broadcast.id);
  if (!data || data.items.length === 0 || !broadcast.started_at) return null;
  const rows: Compared[] = [{ ...broadcast, started_at: broadcast.started_at }, ...data.items];
  const figure =
    (outcome: 'clicked' | 'unsubscribed' | 'complained') =>
    ({ counts }: Compared) =>
      share(counts[outcome], counts.sent);
  const columns: Column<Compared>[] = [
    {
      title: 'Broadcast',
      className: 'short',
      cell: ({ id, name }) =>
        id === broadcast.id ? <b>This broadcast</b> : <Link to={adminAddresses.broadcast(id)}>{name}</Link>,
    },
    { title: 'Started', className: 'short', cell: ({ started_at }) => <Time at={started_at} /> },
    { title: 'Sent', className: 'num', cell: ({ counts }) => count(counts.sent) },
    { title: 'Delivered', className: 'num', cell: ({ counts }) => deliveredShare(counts) },
    { title: 'Clicked', className: 'num', cell: figure('clicked') },
    { title: 'Unsubscribed', className: 'num', cell: figure('unsubscribed') },
    { title: 'Complaints', className: 'num', cell: figure('complained') },
  ];
  return (
    <Section title="Compared with earlier broadcasts" note="Shares of the e-mails that were sent.">
      <Table label="Earlier broadcasts" rows={rows} columns={columns} />
    </Section>
  );
}
