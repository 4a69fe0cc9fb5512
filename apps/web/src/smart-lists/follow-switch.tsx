import { Switch } from '@mantine/core';
import { useMay } from '../access/session.queries';
import { Problem } from '../ui/confirm';
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
        label="Follow who joins and who leaves"
        description={
          <>
            Each joining and leaving is noticed within moments and written into the person’s timeline, and an automation
            can start from it. Otherwise the list is asked anew whenever it is needed.
            {followed ? ' An automation uses this list, so it may be followed anyway.' : ''}
          </>
        }
        disabled={!may || change.isPending}
        checked={wanted ?? list.keep_membership}
        onChange={(event) => change.mutate({ keep_membership: event.currentTarget.checked })}
      />
    </div>
  );
}
