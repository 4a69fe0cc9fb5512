import { Confirm } from '../ui/forms/confirm';
import { failedBy } from '../api/problem';
import { useDeleteList, type SmartList } from './smart-lists.queries';
import { Users } from './used-by';

interface DeleteListProps {
  list: SmartList;
  opened: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

/** Asks before a list goes; one that something uses stays, and it says where. */
export function DeleteList({ list, opened, onClose, onDeleted }: DeleteListProps) {
  const remove = useDeleteList();
  const refused = failedBy(remove.error, 'still_used') ? remove.error : undefined;
  const users = (refused?.body['used_by'] as SmartList['used_by'] | undefined) ?? list.used_by;
  const inUse = users.length > 0;
  return (
    <Confirm
      opened={opened}
      title={`Delete “${list.name}”`}
      label="Delete the list"
      danger
      busy={remove.isPending}
      disabled={inUse}
      error={refused ? undefined : remove.error}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      onConfirm={() => remove.mutate(list.id, { onSuccess: onDeleted })}
    >
      {inUse ? (
        <>
          It is used by <Users users={users} />. Remove it there first.
        </>
      ) : list.kind === 'static' ? (
        'The list is deleted. Its people stay in the directory.'
      ) : (
        'The list is deleted. The people stay in the directory.'
      )}
    </Confirm>
  );
}
