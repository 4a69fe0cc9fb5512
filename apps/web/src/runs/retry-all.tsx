import { listRuns, retryFailed } from '#contracts';
import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMay } from '../access/session.queries';
import { call } from '../api/client';
import { fallbackPoll } from '../api/live-changes';
import { Problem } from '../ui/forms/confirm';
import { people } from '../ui/formatting/format';
import { reasonInWords } from '../outbox/reason-words';

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
