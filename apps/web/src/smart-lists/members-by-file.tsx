import { Button, FileButton } from '@mantine/core';
import { cancelJob } from '#contracts';
import { useState } from 'react';
import { call } from '../api/client';
import { Problem } from '../ui/forms/confirm';
import { count, people } from '../ui/formatting/format';
import { UnknownPeople } from './unknown-people';
import { useChangeMembers, useJob, type Job } from './smart-lists.queries';

/** As much as the server takes. */
const limit = 20 * 1024 * 1024;

/** Puts in or takes out everybody named in a CSV file: a job, followed until its result is there. */
export function MembersByFile({ listId }: { listId: string }) {
  const change = useChangeMembers(listId);
  const [file, setFile] = useState<File | null>(null);
  const [lines, setLines] = useState(0);
  const started = change.data && 'status' in change.data ? change.data : undefined;
  const job = useJob(started?.id);
  const tooBig = file !== null && file.size > limit;
  const busy = change.isPending || (started !== undefined && (job.data ?? started).status === 'queued');
  const choose = async (chosen: File | null) => {
    change.reset();
    setFile(chosen);
    if (chosen) setLines((await chosen.slice(0, limit).text()).split(/\r\n|\r|\n/).filter(Boolean).length);
  };
  const send = (how: 'add' | 'remove') =>
    change.mutate({ how, who: new Blob([file!], { type: 'text/csv' }) }, { onSuccess: () => setFile(null) });
  return (
    <section className="stack-tight" aria-label="Add people from a file">
      <h3>From a CSV file</h3>
      <p className="label">
        One e-mail address per line, or a column called email or contact_id. Up to 20 MB. No new people are created:
        unknown addresses are listed afterwards.
      </p>
      <Problem error={change.error} />
      <div className="row">
        <FileButton accept=".csv,.txt,text/csv,text/plain" onChange={(chosen) => void choose(chosen)}>
          {(props) => (
            <Button variant="default" disabled={busy} {...props}>
              {file ? 'Choose another file' : 'Choose a file'}
            </Button>
          )}
        </FileButton>
        {file ? (
          <span className="label">
            {file.name}, {count(lines)} lines
          </span>
        ) : null}
      </div>
      {tooBig ? <p role="alert">The file is larger than 20 MB. Split it into smaller files.</p> : null}
      {file && !tooBig ? (
        <div className="row">
          <Button disabled={busy} onClick={() => send('add')}>
            Add them
          </Button>
          <Button variant="default" disabled={busy} onClick={() => send('remove')}>
            Remove them
          </Button>
        </div>
      ) : null}
      {change.isPending ? <p role="status">Uploading the file…</p> : null}
      {started ? <Progress job={job.data ?? started} error={job.error} /> : null}
    </section>
  );
}

function Progress({ job, error }: { job: Job; error: unknown }) {
  const [cancelled, setCancelled] = useState<unknown>();
  if (job.status === 'queued') {
    return (
      <div className="stack-tight" role="status">
        <p>The file is being processed. You can leave this page; it continues in the background.</p>
        <progress aria-label="Processing the file" />
        <div>
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => void call(cancelJob, { params: { id: job.id } }).catch(setCancelled)}
          >
            Cancel
          </Button>
        </div>
        <Problem error={cancelled ?? error} />
      </div>
    );
  }
  if (job.status === 'cancelled') return <p role="status">Cancelled. Nothing changed.</p>;
  if (job.status === 'failed' || !job.result) {
    return (
      <div className="notice" data-tone="danger" role="alert">
        <p>{job.error ?? 'The file could not be processed.'} Nothing changed.</p>
      </div>
    );
  }
  return (
    <div className="notice stack-tight" data-tone="good" role="status">
      <p>
        {people(job.result.changed)} {job.action === 'remove' ? 'removed' : 'added'}.
      </p>
      <UnknownPeople names={job.result.unknown} count={job.result.unknown_count} />
    </div>
  );
}
