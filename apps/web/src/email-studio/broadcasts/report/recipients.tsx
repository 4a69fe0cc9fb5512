import { Button, Select } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { rowsOf } from '../../../api/paged';
import { mailStateWords } from '../../../outbox/mail-states';
import { reasonInWords } from '../../../outbox/reason-words';
import { adminAddresses } from '#contracts';
import { LoadMore } from '../../../ui/pages/load-more';
import { Answer } from '../../../ui/feedback/query-states';
import { Table, type Column } from '../../../ui/pages/table';
import { Time } from '../../../ui/formatting/time';
import type { Broadcast } from '../broadcast/broadcasts.queries';
import { deviceWords, outcomeWords, usePeopleFilter, withFilter } from './people-link';
import { useRecipients, type PeopleFilter, type Recipient, type Report } from './report.queries';

/** What can be chosen: a status, or what the mail led to. */
const choices = [
  { group: 'Status', items: Object.entries(mailStateWords).map(([value, { label }]) => choice('state', value, label)) },
  { group: 'And then', items: Object.entries(outcomeWords).map(([value, label]) => choice('outcome', value, label)) },
];
function choice(kind: 'state' | 'outcome', value: string, label: string) {
  return { value: `${kind} ${value}`, label };
}
const chosenIn = ({ state, outcome }: PeopleFilter) =>
  state ? `state ${state}` : outcome ? `outcome ${outcome}` : null;

/** What a mail brought, the last of it first. */
const outcomes: [keyof Recipient, string][] = [
  ['complained_at', 'complained'],
  ['unsubscribed_at', 'unsubscribed'],
  ['bounced_at', 'bounced'],
  ['clicked_at', 'clicked'],
  ['opened_at', 'opened'],
  ['delivered_at', 'delivered'],
];

/** The people of a broadcast, each with what became of their mail. */
export function Recipients({ broadcast, report }: { broadcast: Broadcast; report: Report | undefined }) {
  const { id, test } = broadcast;
  const [search, setSearch] = useSearchParams();
  const filter = usePeopleFilter();
  const list = useRecipients(id, filter, broadcast.finished_at === null);
  const narrowed = narrowing(filter, report);
  const ask = (next: PeopleFilter) => setSearch((before) => withFilter(before, next), { replace: true });
  const opened = (contact: string) => {
    const next = new URLSearchParams(search);
    next.set('contact', contact);
    return `?${next}`;
  };
  const columns: Column<Recipient & { id: string }>[] = [
    {
      title: 'Person',
      cell: ({ contact_id, contact_email }) =>
        contact_id ? (
          <Link to={opened(contact_id)} preventScrollReset>
            {contact_email}
          </Link>
        ) : (
          (contact_email ?? <span className="quiet">No longer in the directory</span>)
        ),
    },
    {
      title: 'Status',
      className: 'short',
      cell: ({ state: is, reason }) => (
        <>
          {mailStateWords[is].label}
          {reason ? <span className="quiet">: {reasonInWords(reason)}</span> : null}
        </>
      ),
    },
    ...(test
      ? [
          {
            title: 'Variant',
            className: 'short' as const,
            cell: ({ variant }: Recipient) => variant ?? <span className="quiet">–</span>,
          },
        ]
      : []),
    {
      title: 'Sent',
      className: 'short',
      cell: ({ sent_at }) => (sent_at ? <Time at={sent_at} /> : <span className="quiet">–</span>),
    },
    {
      title: 'Then',
      className: 'short',
      cell: (row) => outcomes.find(([at]) => row[at] !== null)?.[1] ?? <span className="quiet">–</span>,
    },
    {
      title: 'Mail',
      className: 'short',
      cell: ({ message_id }) => (message_id ? <Link to={adminAddresses.mail(message_id)}>Read it</Link> : null),
    },
  ];
  return (
    <>
      <div className="row">
        <Select
          aria-label="Status of the mail"
          w={220}
          clearable
          placeholder="Any status"
          data={choices}
          value={chosenIn(filter)}
          onChange={(next) => {
            const [kind, value] = (next ?? '').split(' ');
            ask(kind ? { [kind]: value } : {});
          }}
        />
        {narrowed ? (
          <>
            <span className="report-link">{narrowed}</span>
            <Button variant="default" size="compact-sm" onClick={() => ask({})}>
              Show everybody
            </Button>
          </>
        ) : null}
      </div>
      <Answer of={list} what="The people could not be loaded" lines={4}>
        {(data) => {
          const rows = rowsOf(data).map((row, at) => ({ ...row, id: row.message_id ?? `${row.contact_id} ${at}` }));
          return rows.length === 0 ? (
            <p className="sentence quiet">Nobody.</p>
          ) : (
            <Table label="People" rows={rows} columns={columns} />
          );
        }}
      </Answer>
      <LoadMore list={list} />
    </>
  );
}

/** What the choice does not say of a filter. */
function narrowing(
  { link, domain, reason, list, device }: PeopleFilter,
  report: Report | undefined,
): string | undefined {
  if (link) return `who followed ${report?.links.find(({ id }) => id === link)?.url ?? 'one of the other links'}`;
  if (list === 'rules') return 'who match its own rules';
  if (list)
    return `in ${report?.lists.find(({ smart_list_id }) => smart_list_id === list)?.name ?? 'one of the lists'}`;
  if (device) return `on: ${deviceWords[device].toLowerCase()}`;
  if (domain !== undefined) return domain === '' ? 'at all other domains' : `at ${domain}`;
  return reason ? reasonInWords(reason) : undefined;
}
