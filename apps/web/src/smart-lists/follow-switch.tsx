import { Switch } from '@mantine/core';
import { useMay } from '../access/session.queries';
import { Problem } from '../ui/forms/confirm';
import { useChangeList, type SmartList } from './smart-lists.queries';

/** Whether the list is followed although nothing uses it, and what that means. */
export function FollowSwitch({ list }: { list: SmartList }) {
  const may = useMay('change');
  const change = useChangeList(list.id);
  const wanted = change.isPending ? change.variables.keep_membership : undefined;
  const followed = list.used_by.some(({ kind }) => kind === 'automation');
  return (
    <div className="list-options stack-tight">
      <Problem error={change.error} />
      <Switch
        label="Track who joins and leaves"
        description={
          <>
            When someone joins or leaves, it appears on their timeline within moments, and an automation can start from
            it. If this is off, the list is worked out only when it is needed.
            {followed ? ' An automation uses this list, so it may be tracked anyway.' : ''}
          </>
        }
        disabled={!may || change.isPending}
        checked={wanted ?? list.keep_membership}
        onChange={(event) => change.mutate({ keep_membership: event.currentTarget.checked })}
      />
    </div>
  );
}
