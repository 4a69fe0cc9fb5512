import { skipLabel, skipReasons } from '#rules';
import { Button } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { rowsOf } from '../../../api/paged';
import { reasonInWords } from '../../../outbox/reason-words';
import { LoadMore } from '../../../ui/pages/load-more';
import { Section } from '../../../ui/pages/page';
import { Answer } from '../../../ui/feedback/query-states';
import { Table, type Column } from '../../../ui/pages/table';
import {
  useAudiencePeople,
  type AudiencePerson,
  type AudienceReason,
  type Broadcast,
} from '../broadcast/broadcasts.queries';

/** In the address: whose people are listed. */
const PARAMETER = 'people';
const reasons: ReadonlySet<string> = new Set(['will_receive', ...skipReasons]);

/** The people behind the number of the funnel that was chosen; nothing while none was. */
export function FunnelPeople({ broadcast }: { broadcast: Broadcast }) {
  const [search, setSearch] = useSearchParams();
  const asked = search.get(PARAMETER);
  if (asked === null || (asked !== 'all' && !reasons.has(asked))) return null;
  const close = () =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      next.delete(PARAMETER);
      return next;
    });
  return (
    <Section
      title={titleOf(asked)}
      actions={
        <Button variant="default" size="compact-sm" onClick={close}>
          Close
        </Button>
      }
    >
      <People key={asked} broadcast={broadcast} reason={asked === 'all' ? undefined : (asked as AudienceReason)} />
    </Section>
  );
}

const titleOf = (asked: string): string =>
  asked === 'all'
    ? 'Everybody in the audience'
    : asked === 'will_receive'
      ? 'Who will receive it, by name'
      : `Left out: ${skipLabel(asked) ?? asked}`;

function People({ broadcast, reason }: { broadcast: Broadcast; reason: AudienceReason | undefined }) {
  const list = useAudiencePeople(broadcast, reason);
  const [search] = useSearchParams();
  const opened = (contact: string) => {
    const next = new URLSearchParams(search);
    next.set('contact', contact);
    return `?${next}`;
  };
  const columns: Column<AudiencePerson & { id: string }>[] = [
    {
      title: 'Person',
      cell: ({ contact_id, contact_email }) =>
        contact_id === null ? (
          contact_email
        ) : (
          <Link to={opened(contact_id)} preventScrollReset>
            {contact_email}
          </Link>
        ),
    },
    {
      title: 'Now',
      cell: ({ reason: why }) => (why === null ? 'would receive it' : `out: ${reasonInWords(why)}`),
    },
  ];
  return (
    <>
      <Answer of={list} what="The people could not be loaded" lines={4}>
        {(data) => {
          const rows = rowsOf(data).map((row) => ({ ...row, id: row.contact_id ?? row.contact_email }));
          return rows.length === 0 ? (
            <p className="sentence quiet">Nobody now.</p>
          ) : (
            <Table label="People of the audience" rows={rows} columns={columns} />
          );
        }}
      </Answer>
      <LoadMore list={list} />
    </>
  );
}
