import { count, plural } from '../../ui/formatting/format';
import type { Job } from '../../smart-lists/smart-lists.queries';

/** How far a job is. */
export function ImportProgress({ job, label }: { job: Job; label: string }) {
  const { done, total } = job.progress ?? { done: 0, total: null };
  return (
    <div className="stack-tight" role="status">
      <p>
        {label}: {count(done)}
        {total === null ? '' : ` of ${count(total)}`} rows.
      </p>
      <progress aria-label={label} {...(total === null ? {} : { value: done, max: total })} />
    </div>
  );
}

const did: [string, string][] = [
  ['created', 'new'],
  ['changed', 'changed'],
  ['unchanged', 'unchanged'],
  ['refused', 'left out'],
  ['removed', 'removed'],
  ['restored', 'as they were before'],
  ['kept', 'kept as they are now'],
];

/** What a job did, or would do. */
export function Sums({ job, words }: { job: Job; words: 'did' | 'would' }) {
  const counts = job.progress?.counts ?? {};
  const sums = did.flatMap(([name, word]) => (counts[name] ? [`${count(counts[name])} ${word}`] : []));
  return (
    <p>
      {words === 'would' ? 'This import: ' : ''}
      {sums.length > 0 ? `${sums.join(', ')}.` : 'Nobody.'}
    </p>
  );
}

/** The first rows that are left out, each with its place and what to do. */
export function RowProblems({ job }: { job: Job }) {
  const problems = job.progress?.problems ?? [];
  const all = job.progress?.counts['refused'] ?? 0;
  if (problems.length === 0) return null;
  return (
    <>
      <p>{plural(all, 'row is', 'rows are')} left out:</p>
      <ul>
        {problems.map(({ row, column, message }) => (
          <li key={row}>
            Row {count(row)}, {column}: {message}
          </li>
        ))}
        {all > problems.length ? <li className="quiet">and {count(all - problems.length)} more, in the file</li> : null}
      </ul>
    </>
  );
}
