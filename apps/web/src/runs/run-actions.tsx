import { advanceRun, listRuns, removeRun, retryFailed, retryRun, type Run } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMay } from '../access/session.queries';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { Problem } from '../ui/confirm';
import { people } from '../ui/format';
import { reasonInWords } from '../outbox/reason-words';

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
            Retry this step
          </Button>
        ) : null}
        <Button variant="default" size="compact-sm" disabled={act.isPending} onClick={() => act.mutate('remove')}>
          Remove from automation
        </Button>
      </div>
      <Problem error={act.error} />
    </>
  );
}

const SHOWN = 100;

/** Says that people are stuck, here or anywhere, and tries all of them again. */
export function RetryAll({ automationId, nodeId }: { automationId: string; nodeId: string | undefined }) {
  const client = useQueryClient();
  const may = useMay('change');
  const stuck = useQuery({
    queryKey: ['automation-runs', automationId, 'stuck', nodeId],
    queryFn: ({ signal }) =>
      call(
        listRuns,
        {
          params: { id: automationId },
          query: { status: 'failed', limit: SHOWN, ...(nodeId ? { node_id: nodeId } : {}) },
        },
        { signal },
      ),
    refetchInterval: fallbackPoll,
  });
  const retry = useMutation({
    mutationFn: () =>
      call(retryFailed, { params: { id: automationId }, body: nodeId === undefined ? {} : { node_id: nodeId } }),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['automation-runs', automationId] }),
        client.invalidateQueries({ queryKey: ['automation-stats', automationId] }),
      ]),
  });
  const count = stuck.data?.items.length ?? 0;
  const [first] = stuck.data?.items ?? [];
  if (count === 0 && !retry.data && !retry.error) return null;
  return (
    <div className="field-group" data-testid="stuck">
      {count > 0 ? (
        <p className="sentence">
          {stuck.data?.next_cursor ? `More than ${people(SHOWN)}` : count === 1 ? '1 person' : people(count)} failed
          {nodeId === undefined ? '' : ' at this step'}
          {first?.end_reason ? `: ${reasonInWords(first.end_reason)}` : ''}
        </p>
      ) : null}
      {may && count > 0 ? (
        <div>
          <Button variant="default" size="compact-sm" disabled={retry.isPending} onClick={() => retry.mutate()}>
            Retry all
          </Button>
        </div>
      ) : null}
      {retry.data ? (
        <p className="label" role="status">
          Retrying {people(retry.data.retried)}.
        </p>
      ) : null}
      <Problem error={retry.error} />
    </div>
  );
}
