import { ActionIcon } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { adminAddresses } from '#contracts';
import { CommandMenu } from '../ui/commands/command-menu';
import { DeleteList } from './delete-list';
import { MoveList } from './folders';
import { useDuplicateList, type SmartList } from './smart-lists.queries';

interface ListMenuProps {
  list: SmartList;
  folders: string[];
  onRefresh: () => void;
  /** Where to go when the list is gone; nowhere from a page that shows others. */
  onDeleted?: () => void;
}

/** What can be done with a list besides opening it. */
export function ListMenu({ list, folders, onRefresh, onDeleted }: ListMenuProps) {
  const [dialog, setDialog] = useState<'move' | 'delete'>();
  const duplicate = useDuplicateList();
  const navigate = useNavigate();
  const close = () => setDialog(undefined);
  const copy = () =>
    duplicate.mutate(list.id, {
      onSuccess: ({ id }) => void navigate(adminAddresses.smartList(id)),
      onError: (error) => notifications.show({ color: 'red', message: error.message }),
    });
  return (
    <>
      <CommandMenu
        {...(onDeleted ? {} : { about: list.name })}
        target={
          <ActionIcon aria-label={`More actions for ${list.name}`}>
            <IconDots size={16} stroke={1.5} />
          </ActionIcon>
        }
        parts={[
          {
            commands: [
              list.kind === 'rules' && { label: 'Recount', run: onRefresh },
              { label: 'Duplicate', run: copy },
              { label: 'Move to a folder', run: () => setDialog('move') },
              { label: 'Delete', run: () => setDialog('delete') },
            ],
          },
        ]}
      />
      {dialog === 'move' ? <MoveList list={list} folders={folders} opened onClose={close} /> : null}
      {dialog === 'delete' ? (
        <DeleteList
          list={list}
          opened
          onClose={close}
          onDeleted={() => {
            close();
            onDeleted?.();
          }}
        />
      ) : null}
    </>
  );
}
