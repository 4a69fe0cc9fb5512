import { Button, Progress } from '@mantine/core';
import { Problem } from '../../../ui/forms/confirm';
import { count, people, plural } from '../../../ui/formatting/format';
import { ErrorBoundary } from '../../../ui/feedback/error-boundary';
import { useRehearsal, useRehearse, type Broadcast, type Rehearsal } from '../broadcast/broadcasts.queries';

type RehearsalProblem = keyof Rehearsal['problems'];

const words: Record<RehearsalProblem, string> = {
  cannot_be_made: 'cannot be made',
  empty_subject: 'have an empty subject',
  greets_nobody: 'greet nobody by name',
  raw_variable: 'show a variable that was not filled in',
  too_heavy: 'are over 102 KB, where Gmail cuts them off',
  no_link: 'have no link',
  no_address: 'lack the postal address',
};
const nouns: Record<RehearsalProblem, string> = {
  cannot_be_made: 'cannot be made',
  empty_subject: 'empty subject',
  greets_nobody: 'no name in the greeting',
  raw_variable: 'variable not filled in',
  too_heavy: 'too heavy',
  no_link: 'no link',
  no_address: 'no postal address',
};

/** Its mail, made for everybody who would get it. */
export function RehearsalPart({ broadcast, readOnly }: { broadcast: Broadcast; readOnly: boolean }) {
  const { data } = useRehearsal(broadcast.id);
  const rehearse = useRehearse(broadcast.id);
  const running = data?.status === 'running';
  return (
    <div className="stack" data-testid="rehearsal">
      {readOnly ? null : (
        <Button
          className="start"
          variant="default"
          disabled={running}
          loading={rehearse.isPending}
          onClick={() => rehearse.mutate()}
        >
          {data ? 'Rehearse again' : 'Rehearse it for everybody'}
        </Button>
      )}
      {rehearse.error ? <Problem error={rehearse.error} /> : null}
      {data ? (
        <ErrorBoundary what="The rehearsal could not be shown" of={data}>
          <Result rehearsal={data} />
        </ErrorBoundary>
      ) : null}
    </div>
  );
}

function Result({ rehearsal }: { rehearsal: Rehearsal }) {
  const { status, progress, recipients, problems, worst, distinct, largest_bytes, links, is_current } = rehearsal;
  const found = (Object.entries(problems) as [RehearsalProblem, number][]).filter(([, n]) => n > 0);
  if (status === 'running')
    return (
      <div className="stack-tight">
        <p className="sentence quiet">{people(recipients)} so far.</p>
        <Progress size="sm" aria-label="Progress of the rehearsal" value={progress * 100} />
      </div>
    );
  if (status === 'failed') return <p className="sentence">The rehearsal failed. Try it again.</p>;
  return (
    <div className="stack-tight">
      {is_current ? null : (
        <p className="notice" data-tone="warning">
          The draft has changed since this rehearsal.
        </p>
      )}
      <p className="sentence">
        Made for {people(recipients)}: {plural(distinct, 'different mail', 'different mails')}, the largest{' '}
        {count(Math.ceil(largest_bytes / 1024))} KB, {plural(links.length, 'link', 'links')}.{' '}
        {found.length === 0 ? 'Nothing is wrong with any of them.' : ''}
      </p>
      {found.length > 0 ? (
        <ul className="rehearsal-found">
          {found.map(([problem, n]) => (
            <li key={problem}>
              <b>{count(n)}</b> {words[problem]}
            </li>
          ))}
        </ul>
      ) : null}
      {worst.length > 0 ? (
        <details>
          <summary>The worst {worst.length}</summary>
          <ul>
            {worst.map((one) => (
              <li key={one.contact_email}>
                {one.contact_email}: <span className="quiet">{one.problems.map((it) => nouns[it]).join(', ')}</span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}
