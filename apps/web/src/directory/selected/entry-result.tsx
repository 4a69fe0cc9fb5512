import { Button } from '@mantine/core';
import { undoJob } from '#contracts';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { call } from '../../api/client';
import { hasEnded, useJob, type Job } from '../../smart-lists/smart-lists.queries';
import { Confirm } from '../../ui/forms/confirm';
import { useFocusBack } from '../../ui/forms/focus-back';
import { count, people } from '../../ui/formatting/format';

/** How far it is to let many people into an automation, what came of it, and the way back. */
export function EntryResult({ job }: { job: Job }) {
  const [asking, setAsking] = useState(false);
  const file = useRef<HTMLAnchorElement>(null);
  // The button that asked is gone once they are being removed.
  useFocusBack(asking, '[role="dialog"]', file);
  const undo = useMutation({
    mutationFn: () => call(undoJob, { params: { id: job.id } }),
    onSuccess: () => setAsking(false),
  });
  const removing = useJob(undo.data?.id).data ?? undo.data;
  const entered = job.progress?.counts['entered'] ?? 0;
  return (
    <>
      <span role="status">{removing ? removedWords(removing) : enteredWords(job)}</span>
      {hasEnded(job) && job.file ? (
        <a ref={file} href={`/jobs/${(removing && hasEnded(removing) ? removing : job).id}/file`} download>
          Download what came of each
        </a>
      ) : null}
      {hasEnded(job) && job.can_undo && !removing ? (
        <Button variant="default" size="compact-sm" onClick={() => setAsking(true)}>
          Remove those who have not moved on
        </Button>
      ) : null}
      <Confirm
        opened={asking}
        title="Remove them from the automation"
        label="Remove those who have not moved on"
        danger
        busy={undo.isPending}
        error={undo.error}
        onClose={() => setAsking(false)}
        onConfirm={() => undo.mutate()}
      >
        Of the {people(entered)} who entered, those who still wait where they first stopped are removed. E-mails already
        sent to them and changes already made stay.
      </Confirm>
    </>
  );
}

function enteredWords({ status, progress, error }: Job): string {
  const { done, total, counts } = progress!;
  const entered = counts['entered'] ?? 0;
  const refused = Object.entries(counts).reduce((sum, [name, n]) => (name === 'entered' ? sum : sum + n), 0);
  const sums = `${people(entered)} entered${refused > 0 ? `, ${count(refused)} did not` : ''}.`;
  if (status === 'running') return `Entering: ${count(done)} of ${count(total ?? done)}`;
  return status === 'completed' ? `Done: ${sums}` : `${error ?? 'This was cancelled.'} Until then ${sums}`;
}

function removedWords({ status, progress, error }: Job): string {
  const { removed = 0, kept = 0 } = progress?.counts ?? {};
  const sums = `${people(removed)} removed${kept > 0 ? `, ${count(kept)} had moved on` : ''}.`;
  if (status === 'running') return 'Removing them…';
  return status === 'completed' ? `Done: ${sums}` : `${error ?? 'This was cancelled.'} Until then ${sums}`;
}
