import { Select } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { rowsOf } from '../../api/paged';
import { mailStateWords } from '../../outbox/mail-states';
import { reasonInWords } from '../../outbox/reason-words';
import { adminAddresses } from '#contracts';
import { LoadMore } from '../../ui/load-more';
import { Answer } from '../../ui/query-states';
import { Table, type Column } from '../../ui/table';
import { Time } from '../../ui/time';
import { useRecipients, type Broadcast, type Recipient } from './broadcasts.queries';

const states = Object.entries(mailStateWords).map(([value, { label }]) => ({ value, label }));

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
export function Recipients({ broadcast: { id } }: { broadcast: Broadcast }) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get('state');
  const state = asked !== null && asked in mailStateWords ? (asked as Recipient['state']) : undefined;
  const list = useRecipients(id, state);
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
      cell: ({ state: is, reason }) => (
        <>
          {mailStateWords[is].label}
          {reason ? <span className="quiet">: {reasonInWords(reason)}</span> : null}
        </>
      ),
    },
    { title: 'Sent', cell: ({ sent_at }) => (sent_at ? <Time at={sent_at} /> : <span className="quiet">–</span>) },
    {
      title: 'Then',
      cell: (row) => outcomes.find(([at]) => row[at] !== null)?.[1] ?? <span className="quiet">–</span>,
    },
    {
      title: 'Mail',
      cell: ({ message_id }) => (message_id ? <Link to={adminAddresses.mail(message_id)}>Read it</Link> : null),
    },
  ];
  return (
    <>
      <Select
        aria-label="Status of the mail"
        w={220}
        clearable
        placeholder="Any status"
        data={states}
        value={state ?? null}
        onChange={(next) =>
          setSearch(
            (before) => {
              const after = new URLSearchParams(before);
              if (next) after.set('state', next);
              else after.delete('state');
              return after;
            },
            { replace: true },
          )
        }
      />
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
