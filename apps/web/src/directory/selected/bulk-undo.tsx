import { Button } from '@mantine/core';
import { undoJob } from '#contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { call } from '../../api/client';
import { hasEnded, useJob, type Job } from '../../smart-lists/smart-lists.queries';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { count, people } from '../../ui/formatting/format';

/** Takes a change of tags or of a list back, and says what came of that. */
export function BulkUndo({ job }: { job: Job }) {
  const client = useQueryClient();
  const undo = useMutation({ mutationFn: () => call(undoJob, { params: { id: job.id } }) });
  const undoing = useJob(undo.data?.id).data ?? undo.data;
  const ended = undoing !== undefined && hasEnded(undoing);
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['contacts'] });
  }, [ended, client]);
  return (
    <>
      {job.can_undo && !undoing ? (
        <Button
          variant="subtle"
          size="compact-sm"
          {...atWork(undo.isPending)}
          onClick={() => undo.isPending || undo.mutate()}
        >
          Undo
        </Button>
      ) : null}
      <span role="status">{undoing ? undoneWords(undoing) : null}</span>
      <Problem error={undo.error} />
    </>
  );
}

function undoneWords({ status, progress, error }: Job): string {
  const { restored = 0, kept = 0 } = progress?.counts ?? {};
  if (status === 'running') return 'Undoing it…';
  const sums = `${people(restored)} as before${kept > 0 ? `, ${count(kept)} changed since` : ''}.`;
  return status === 'completed' ? `Undone: ${sums}` : `${error ?? 'This was cancelled.'} Until then ${sums}`;
}
