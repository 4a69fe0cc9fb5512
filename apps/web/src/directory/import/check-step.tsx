import { Button, Select, TagsInput, TextInput } from '@mantine/core';
import { hasEnded, useJob } from '../../smart-lists/smart-lists.queries';
import { atWork } from '../../ui/forms/at-work';
import { Problem } from '../../ui/forms/confirm';
import { plural } from '../../ui/formatting/format';
import { ImportProgress, RowProblems, Sums } from './import-parts';
import { useImport, type Kept, type Mapping } from './imports.queries';

/** What is said about everyone in the file; kept while one goes back to the columns. */
export interface Choices {
  unknown: 'lead' | 'customer';
  tags: string[];
  /** How they agreed to e-mails. */
  source: string;
}

interface CheckStepProps {
  file: Kept;
  mapping: Mapping;
  choices: Choices;
  onChoose: (choices: Choices) => void;
  /** The import has begun. */
  onStarted: (jobId: string) => void;
}

/** The third step: what becomes of new people, then what the import would do, then the import. */
export function CheckStep({ file, mapping, choices, onChoose, onStarted }: CheckStepProps) {
  const { unknown, tags, source } = choices;
  const look = useImport();
  const start = useImport();
  const job = useJob(look.data?.id).data ?? look.data;
  const checked = job?.status === 'completed' ? job : undefined;
  const asksConsent = Object.values(mapping).includes('consent');
  const hasDates = Object.values(mapping).includes('created_at');
  const busy = look.isPending || start.isPending || (job !== undefined && !hasEnded(job));
  const order = {
    media_id: file.media_id,
    mapping,
    unknown,
    tags,
    ...(asksConsent && source.trim() ? { consent_source: source.trim() } : {}),
  };
  const change = (some: Partial<Choices>) => {
    look.reset();
    onChoose({ ...choices, ...some });
  };
  // None is known of them before the check.
  const fit = file.rows - (checked?.progress?.counts['refused'] ?? 0);
  return (
    <section className="stack form" aria-label="Check">
      <Select
        label="People who are not here yet become"
        allowDeselect={false}
        disabled={busy}
        data={[
          { value: 'lead', label: 'Leads' },
          { value: 'customer', label: 'Customers' },
        ]}
        value={unknown}
        onChange={(value) => change({ unknown: value === 'customer' ? 'customer' : 'lead' })}
      />
      <TagsInput
        label="Tags for everyone in the file"
        acceptValueOnBlur
        maxTags={20}
        disabled={busy}
        value={tags}
        onChange={(value) => change({ tags: value })}
      />
      {asksConsent ? (
        <TextInput
          label="How they agreed to e-mails"
          description="Kept with their consent. Without it nobody is subscribed. Nobody is subscribed who ever said no."
          placeholder="Newsletter form of the old shop, 2024"
          maxLength={500}
          disabled={busy}
          value={source}
          onChange={(event) => change({ source: event.currentTarget.value })}
        />
      ) : null}
      <p className="label">
        Empty cells change nothing. What an import writes is history and starts no automation; a monitor that asks who
        people are finds them like anybody else. It can be undone.
        {hasDates ? ' The date on which somebody was added counts for new people only.' : ''}
      </p>
      <Problem error={look.error ?? start.error} />
      {job && !hasEnded(job) ? <ImportProgress job={job} label="Checking the file" /> : null}
      {job?.status === 'failed' ? <p role="alert">{job.error ?? 'The file could not be checked.'}</p> : null}
      {checked ? (
        <div className="notice stack-tight" role="status">
          <Sums job={checked} words="would" />
          <RowProblems job={checked} />
        </div>
      ) : null}
      <div className="row">
        {checked ? (
          <Button
            disabled={fit === 0}
            {...atWork(busy)}
            onClick={() => {
              if (!busy) start.mutate({ ...order, dry_run: false }, { onSuccess: (started) => onStarted(started.id) });
            }}
          >
            Import {plural(fit, 'row', 'rows')}
          </Button>
        ) : (
          <Button
            {...atWork(busy)}
            onClick={() => {
              if (!busy) look.mutate({ ...order, dry_run: true });
            }}
          >
            Check the file
          </Button>
        )}
      </div>
    </section>
  );
}
