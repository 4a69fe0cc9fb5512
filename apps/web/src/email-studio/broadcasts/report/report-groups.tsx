import { adminAddresses } from '#contracts';
import { Link } from 'react-router';
import { count } from '../../../ui/formatting/format';
import { Section } from '../../../ui/pages/page';
import { Table, type Column } from '../../../ui/pages/table';
import { share } from '../broadcast/broadcast-words';
import { deviceWords, isDevice, peopleOf } from './people-link';
import type { PeopleFilter, Report } from './report.queries';

type ListRow = Report['lists'][number] & { id: string };
type DeviceRow = Report['devices'][number];

const figure = (n: number, of: number, filter?: PeopleFilter) => (
  <>
    {filter ? peopleOf(n, filter) : count(n)} <span className="label">{share(n, of)}</span>
  </>
);

/** How the list of people names a list of the report. */
const named = ({ smart_list_id }: ListRow) => ({ list: smart_list_id ?? 'rules' });

const listColumns: Column<ListRow>[] = [
  {
    title: 'List',
    className: 'short',
    cell: ({ smart_list_id, name }) =>
      smart_list_id === null ? (
        'Its own rules'
      ) : name === null ? (
        <span className="quiet">A list that was deleted</span>
      ) : (
        <Link to={adminAddresses.smartList(smart_list_id)}>{name}</Link>
      ),
  },
  { title: 'E-mails', className: 'num', cell: (row) => peopleOf(row.mails, named(row)) },
  {
    title: 'Delivered',
    className: 'num',
    cell: (row) => figure(row.delivered, row.mails, { outcome: 'delivered', ...named(row) }),
  },
  {
    title: 'Clicked',
    className: 'num',
    cell: (row) => figure(row.clicked, row.mails, { outcome: 'clicked', ...named(row) }),
  },
  {
    title: 'Enrolled',
    className: 'num',
    cell: ({ enrolled, mails }) => (enrolled === null ? <span className="quiet">–</span> : figure(enrolled, mails)),
  },
];

/** What became of it by the lists that it was for. */
export function Lists({ lists }: { lists: Report['lists'] }) {
  return (
    <Section title="By list" note="Somebody who is in two of the lists counts in both.">
      <Table
        label="Lists"
        rows={lists.map((row) => ({ ...row, id: row.smart_list_id ?? 'rules' }))}
        columns={listColumns}
      />
    </Section>
  );
}

const onDevice = (outcome: 'clicked' | 'opened', { device }: DeviceRow): PeopleFilter | undefined =>
  isDevice(device) ? { outcome, device } : undefined;

/** On what it was read; nothing while nobody has opened it or clicked. */
export function Devices({ devices }: { devices: readonly DeviceRow[] }) {
  const opened = devices.reduce((sum, one) => sum + one.opened, 0);
  const clicked = devices.reduce((sum, one) => sum + one.clicked, 0);
  if (devices.every(({ device }) => device === 'unknown')) return null;
  const columns: Column<DeviceRow & { id: string }>[] = [
    { title: 'Device', className: 'short', cell: ({ device }) => (isDevice(device) ? deviceWords[device] : device) },
    { title: 'Clicked', className: 'num', cell: (row) => figure(row.clicked, clicked, onDevice('clicked', row)) },
    { title: 'Opened', className: 'num', cell: (row) => figure(row.opened, opened, onDevice('opened', row)) },
  ];
  return (
    <Section
      title="On what it was read"
      note="By the first opening of each mail, and by the people who clicked. Webmail fetches pictures by itself and does not say on what it is read."
    >
      <Table label="Devices" rows={devices.map((row) => ({ ...row, id: row.device }))} columns={columns} />
    </Section>
  );
}
