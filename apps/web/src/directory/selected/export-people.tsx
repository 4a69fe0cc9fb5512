import { Button } from '@mantine/core';
import { exportContacts } from '#contracts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client';
import { hasEnded, useJob } from '../../smart-lists/smart-lists.queries';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { count, people } from '../../ui/formatting/format';
import type { Selection } from './selection';

/** Writes the people who are chosen into a CSV file: how far that is, then the file. */
export function ExportPeople({ chosen }: { chosen: Selection }) {
  const start = useMutation({
    mutationFn: () => call(exportContacts, { body: chosen.ids ? { ids: chosen.ids } : { rules: chosen.rules } }),
  });
  const job = useJob(start.data?.id).data ?? start.data;
  const busy = start.isPending || (job !== undefined && !hasEnded(job));
  const done = job?.progress?.done ?? 0;
  return (
    <>
      <Button variant="default" size="compact-sm" {...atWork(busy)} onClick={() => busy || start.mutate()}>
        Export
      </Button>
      <span role="status">
        {busy ? `Exporting: ${count(done)} of ${chosen.about ? 'about ' : ''}${count(chosen.count)}` : null}
        {job?.status === 'failed' ? (job.error ?? 'The export failed. Try it again.') : null}
        {job?.status === 'completed' && job.file ? (
          <a href={`/jobs/${job.id}/file`} download>
            Download {people(done)}
          </a>
        ) : null}
      </span>
      <Problem error={start.error} />
    </>
  );
}
