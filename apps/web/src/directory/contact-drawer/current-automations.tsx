import { adminAddresses, listPersonRuns } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { Link } from 'react-router';
import { call } from '../../api/client';
import { fallbackPoll } from '../../api/live-changes';
import { RunActions } from '../../runs/run-actions';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import { Time } from '../../ui/formatting/time';

// Brings the words of steps along, which the drawer itself does not need.
const StepWords = lazy(async () => ({ default: (await import('../../runs/step-words')).StepWords }));

/** The runs a person is inside now, each with the automation's name. */
const useInNow = (email: string) =>
  useQuery({
    queryKey: ['in-now', email],
    queryFn: ({ signal }) =>
      call(listPersonRuns, { query: { contact_email: email, status: 'active,waiting', limit: 20 } }, { signal }),
    refetchInterval: fallbackPoll,
  });

/** “In now”: automations the person is inside, their step, the next moment, and the way to their trace. */
export function CurrentAutomations({ email }: { email: string }) {
  const { data } = useInNow(email);
  if (!data || data.items.length === 0) return null;
  return (
    <section className="in-now" aria-label="In automations now">
      <span className="small-caps">In automations now</span>
      {data.items.map((run) => (
        <div key={run.id}>
          <p className="sentence">
            <Link to={adminAddresses.run(run.automation_id, run.id)}>{run.automation_name}</Link>
            {run.wake_at ? (
              <>
                {' '}
                continues <Time at={run.wake_at} />
              </>
            ) : run.status === 'waiting' ? (
              ' is waiting for something to happen'
            ) : null}
            <span className="quiet">
              , since <Time at={run.entered_at} />
            </span>
          </p>
          <ErrorBoundary what="The step could not be shown" room="line" of={run}>
            <Suspense fallback={null}>
              <StepWords run={run} />
            </Suspense>
          </ErrorBoundary>
          <RunActions run={run} />
        </div>
      ))}
      {data.next_cursor ? <p className="quiet">And more than these {data.items.length}.</p> : null}
    </section>
  );
}
