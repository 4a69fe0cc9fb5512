import { listAutomations, listRuns } from '#contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { call } from '../../api/client';
import { Time } from '../../ui/time';

/** At most this many automations with people inside are asked about one person. */
const asked = 40;

/** The runs a person is inside now, each with the automation's name. */
function useInNow(email: string) {
  return useQuery({
    queryKey: ['in-now', email],
    queryFn: async ({ signal }) => {
      const { items } = await call(listAutomations, { query: { limit: 200 } }, { signal });
      const inhabited = items.filter(({ inside }) => inside > 0).slice(0, asked);
      const found = await Promise.all(
        inhabited.map(async ({ id, name }) => {
          const runs = await call(listRuns, { params: { id }, query: { contact_email: email, limit: 5 } }, { signal });
          return runs.items
            .filter(({ status }) => status === 'active' || status === 'waiting')
            .map((run) => ({ run, name }));
        }),
      );
      return found.flat();
    },
    refetchInterval: 30_000,
  });
}

/** “In now”: automations the person is inside, the next moment, and the way to their trace. */
export function InNow({ email }: { email: string }) {
  const { data } = useInNow(email);
  if (!data || data.length === 0) return null;
  return (
    <section className="in-now" aria-label="In now">
      <span className="small-caps">In now</span>
      {data.map(({ run, name }) => (
        <p key={run.id} className="sentence">
          <Link to={`/admin/automations/${run.automation_id}?mode=live&run=${run.id}`}>{name}</Link>
          {run.wake_at ? (
            <>
              {' '}
              goes on <Time at={run.wake_at} />
            </>
          ) : run.status === 'waiting' ? (
            ' waits for something to happen'
          ) : null}
          <span className="quiet">
            , since <Time at={run.entered_at} />
          </span>
        </p>
      ))}
    </section>
  );
}
