import { Button } from '@mantine/core';
import { adminAddresses, cancelJob } from '#contracts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Link } from 'react-router';
import { call } from '../../api/client';
import { hasEnded, useJob, type Job } from '../../smart-lists/smart-lists.queries';
import { Confirm, Problem } from '../../ui/forms/confirm';
import { Answer } from '../../ui/feedback/query-states';
import { ImportProgress, RowProblems, Sums } from './import-parts';
import { useUndo } from './imports.queries';

/** An import, or the undoing of one: how far it is, then what it did, with the file and the way back. */
export function ImportResult({ id, onUndoing }: { id: string; onUndoing: (jobId: string) => void }) {
  const job = useJob(id);
  const client = useQueryClient();
  const ended = job.data !== undefined && hasEnded(job.data);
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: ['contacts'] });
  }, [ended, client]);
  return (
    <Answer of={job} what="This import could not be loaded">
      {(known) => (hasEnded(known) ? <Ended job={known} onUndoing={onUndoing} /> : <Running job={known} />)}
    </Answer>
  );
}

function Running({ job }: { job: Job }) {
  const cancel = useMutation({ mutationFn: () => call(cancelJob, { params: { id: job.id } }) });
  return (
    <section className="stack" aria-label="Progress">
      <ImportProgress job={job} label={job.action === 'undo' ? 'Undoing the import' : 'Importing'} />
      <p className="label">You can leave this page; it continues in the background.</p>
      <Problem error={cancel.error} />
      <div>
        <Button variant="default" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
          Cancel
        </Button>
      </div>
    </section>
  );
}

const titles = {
  completed: 'Done',
  cancelled: 'Cancelled. What was done so far:',
  failed: 'This failed. Done so far:',
};

function Ended({ job, onUndoing }: { job: Job; onUndoing: (jobId: string) => void }) {
  const undo = useUndo();
  const [asking, setAsking] = useState(false);
  return (
    <section className="stack" aria-label="Result">
      <div className="notice stack-tight" data-tone={job.status === 'completed' ? 'good' : 'danger'} role="status">
        <p>
          {job.action === 'undo' && job.status === 'completed' ? 'Undone' : titles[job.status as keyof typeof titles]}
        </p>
        <Sums job={job} words="did" />
        {job.error ? <p>{job.error}</p> : null}
        <RowProblems job={job} />
      </div>
      <div className="row">
        {job.file ? (
          <Button component="a" variant="default" href={`/jobs/${job.id}/file`} download>
            Download what became of each row
          </Button>
        ) : null}
        {job.can_undo ? (
          <Button variant="default" onClick={() => setAsking(true)}>
            Undo this import
          </Button>
        ) : null}
        <Button component={Link} to={adminAddresses.directory} variant="subtle">
          Go to the directory
        </Button>
      </div>
      <Confirm
        opened={asking}
        title="Undo this import"
        label="Undo this import"
        danger
        busy={undo.isPending}
        error={undo.error}
        onClose={() => setAsking(false)}
        onConfirm={() => undo.mutate(job.id, { onSuccess: (started) => onUndoing(started.id) })}
      >
        Everyone it changed is as before, except what somebody changed since. Everyone it created and who did nothing
        since is removed.
      </Confirm>
    </section>
  );
}
