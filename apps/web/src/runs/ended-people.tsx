import { getRun, type Run } from '#contracts';
import type { GraphNode } from '#graph';
import { useMutation } from '@tanstack/react-query';
import { call } from '../api/client';
import { rowsOf } from '../api/paged';
import { useEnded } from '../automations/automations.queries';
import { endAt, paidText } from '../canvas/live/end-figures';
import { useLive } from '../canvas/live/live-store';
import { Failed, Loading } from '../ui/feedback/query-states';
import { Problem } from '../ui/forms/confirm';
import { people } from '../ui/formatting/format';
import { Time } from '../ui/formatting/time';
import { LoadMore } from '../ui/pages/load-more';

interface Props {
  automationId: string;
  step: GraphNode;
  port: string | undefined;
  goal: boolean;
  onTrace: (run: Run) => void;
}

/** Whose way ended at a step or behind one of its ways out, with what each paid since they entered. */
export function EndedPeople({ automationId, step, port, goal, onTrace }: Props) {
  const span = useLive((state) => state.span);
  const ends = useLive((state) => state.ends);
  const ended = useEnded(automationId, { node_id: step.id, ...(port === undefined ? {} : { port }), goal }, span);
  const trace = useMutation({
    mutationFn: (id: string) => call(getRun, { params: { id } }),
    onSuccess: onTrace,
  });
  const end = endAt(ends, step.id, port);
  const currency = ends?.currency ?? '';
  const rows = rowsOf(ended.data);
  return (
    <>
      {end ? (
        <p className="sentence" data-testid="ended-sum">
          {goal ? `${people(end.goal)} reached the goal here.` : `${people(end.runs)} ended here.`}
          {!goal && end.amount_minor !== 0
            ? ` They paid ${paidText(end.amount_minor, currency)} since they entered.`
            : ''}
          {ends?.more ? ' Of the newest 10,000 who entered in this time.' : ''}
        </p>
      ) : null}
      {ended.error ? (
        <Failed error={ended.error} what="The people could not be loaded" onRetry={() => void ended.refetch()} />
      ) : null}
      {ended.isPending ? <Loading lines={5} /> : null}
      <Problem error={trace.error} />
      <ul className="runs">
        {rows.map((run) => (
          <li key={run.run_id}>
            <button
              type="button"
              className="run"
              onClick={() => trace.mutate(run.run_id)}
              data-testid={`run-${run.contact_email}`}
            >
              <b>{run.contact_email}</b>
              <span className="label">
                {run.amount_minor === 0 ? 'paid nothing since' : `paid ${paidText(run.amount_minor, currency)}`} ·{' '}
                <Time at={run.ended_at ?? run.entered_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <LoadMore list={ended} />
    </>
  );
}
