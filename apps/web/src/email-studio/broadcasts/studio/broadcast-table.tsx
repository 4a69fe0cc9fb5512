import { adminAddresses } from '#contracts';
import { ActionIcon } from '@mantine/core';
import { IconCopy, IconDots, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { useMay } from '../../../access/session.queries';
import { CommandMenu } from '../../../ui/commands/command-menu';
import { ConfirmFor } from '../../../ui/forms/confirm';
import { count } from '../../../ui/formatting/format';
import { Table, type Column } from '../../../ui/pages/table';
import { Time } from '../../../ui/formatting/time';
import { showToast } from '../../../ui/feedback/toast';
import { wordsIn } from '../../design/mail/words-in';
import { BroadcastStatus } from '../broadcast/broadcast-status';
import { deliveredShare, progressOf, share } from '../broadcast/broadcast-words';
import { useDeleteBroadcast, useDuplicateBroadcast, type ListedBroadcast } from '../broadcast/broadcasts.queries';

const begun = ({ status }: ListedBroadcast) => status !== 'draft' && status !== 'scheduled';
const figure = (row: ListedBroadcast, value: string) => (begun(row) ? value : <span className="quiet">–</span>);

const columns: Column<ListedBroadcast>[] = [
  {
    title: 'Broadcast',
    cell: (row) => (
      <>
        <Link to={adminAddresses.broadcast(row.id)} className="broadcast-name">
          {row.name}
        </Link>
        <p className="label broadcast-subject">
          {row.audience === 'staff' ? `To colleagues${row.subject ? ': ' : ''}` : ''}
          {wordsIn(row.subject)}
        </p>
      </>
    ),
  },
  { title: 'Status', className: 'short', cell: (row) => <BroadcastStatus broadcast={row} /> },
  { title: 'Recipients', className: 'num', cell: (row) => figure(row, count(progressOf(row).mails)) },
  { title: 'Delivered', className: 'num', cell: (row) => figure(row, deliveredShare(row.counts)) },
  { title: 'Clicked', className: 'num', cell: (row) => figure(row, share(row.counts.clicked, row.counts.sent)) },
  { title: 'Changed', className: 'short', cell: (row) => <Time at={row.updated_at} /> },
];

/** Broadcasts, each with its status; a draft can be deleted, any can be duplicated. */
export function BroadcastTable({ rows }: { rows: readonly ListedBroadcast[] }) {
  const mayChange = useMay('change');
  const navigate = useNavigate();
  const duplicate = useDuplicateBroadcast();
  const remove = useDeleteBroadcast();
  const [deleting, setDeleting] = useState<ListedBroadcast>();
  const copy = (id: string) =>
    duplicate.mutate(id, {
      onSuccess: (made) => void navigate(adminAddresses.broadcast(made.id, 'settings')),
      onError: (error) => showToast(error.message),
    });
  return (
    <>
      <Table
        label="Broadcasts"
        rows={rows}
        columns={columns}
        {...(mayChange
          ? {
              actions: (row: ListedBroadcast) => (
                <CommandMenu
                  about={row.name}
                  target={
                    <ActionIcon aria-label={`More for ${row.name}`}>
                      <IconDots size={16} />
                    </ActionIcon>
                  }
                  parts={[
                    {
                      commands: [
                        { label: 'Duplicate', icon: <IconCopy size={16} />, run: () => copy(row.id) },
                        row.status === 'draft' && {
                          label: 'Delete',
                          icon: <IconTrash size={16} />,
                          danger: true,
                          run: () => setDeleting(row),
                        },
                      ],
                    },
                  ]}
                />
              ),
            }
          : {})}
      />
      <ConfirmFor
        of={deleting}
        title={({ name }) => `Delete “${name}”?`}
        label="Delete the draft"
        change={remove}
        onClose={() => setDeleting(undefined)}
      >
        The draft is gone then. Nothing of it was sent.
      </ConfirmFor>
    </>
  );
}
