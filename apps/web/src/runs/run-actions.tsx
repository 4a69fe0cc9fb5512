import { advanceRun, removeRun, retryRun, type Run } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMay } from '../access/session.queries';
import { call } from '../api/client';
import { Problem } from '../ui/confirm';

const verbs = { advance: advanceRun, remove: removeRun, retry: retryRun };

/** What can be done about one person inside: move on now, take out, try a failed step again. */
export function RunActions({ run }: { run: Run }) {
  const client = useQueryClient();
  const may = useMay('people');
  const act = useMutation({
    mutationFn: (verb: keyof typeof verbs) => call(verbs[verb], { params: { id: run.id } }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['run', run.id] }),
        client.invalidateQueries({ queryKey: ['automation-runs', run.automation_id] }),
        client.invalidateQueries({ queryKey: ['automation-stats', run.automation_id] }),
        client.invalidateQueries({ queryKey: ['in-now', run.contact_email] }),
      ]),
  });
  const inside = run.status === 'active' || run.status === 'waiting' || run.status === 'failed';
  if (!may || !inside) return null;
  return (
    <>
      <div className="row">
        {run.status === 'waiting' ? (
          <Button variant="default" size="compact-sm" disabled={act.isPending} onClick={() => act.mutate('advance')}>
            Move on now
          </Button>
        ) : null}
        {run.status === 'failed' ? (
          <Button variant="default" size="compact-sm" disabled={act.isPending} onClick={() => act.mutate('retry')}>
            Try the step again
          </Button>
        ) : null}
        <Button variant="default" size="compact-sm" disabled={act.isPending} onClick={() => act.mutate('remove')}>
          Take out
        </Button>
      </div>
      <Problem error={act.error} />
    </>
  );
}
