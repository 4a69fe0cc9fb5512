import { getRun, type AnswerOf, type listVisits, type MailFigure, type Run, type VisitFigure } from '#contracts';
import type { GraphNode } from '#graph';
import { useMutation } from '@tanstack/react-query';
import { call } from '../api/client';
import { rowsOf } from '../api/paged';
import { useVisits } from '../automations/automations.queries';
import { useLive, type Stats } from '../canvas/live/live-store';
import { Failed, Loading } from '../ui/feedback/query-states';
import { Problem } from '../ui/forms/confirm';
import { Time } from '../ui/formatting/time';
import { LoadMore } from '../ui/pages/load-more';
import { mailFigureOf } from './mail-figures';
import { describeOutcome } from './step-outcome';

interface Shown {
  figure: VisitFigure | MailFigure;
  port?: string | undefined;
  reason?: string | undefined;
}

interface Props {
  automationId: string;
  step: GraphNode;
  shown: Shown;
  onTrace: (run: Run) => void;
}

const nobody: Readonly<Record<VisitFigure, string>> = {
  entered: 'Nobody came to this step in this time.',
  here: 'Nobody is at this step now.',
  left: 'Nobody left this step in this time.',
};

/** The visits of a step, or its mails, that a figure counts. */
export function StepVisits({ automationId, step, shown, onTrace }: Props) {
  const { figure, port, reason } = shown;
  const span = useLive((state) => state.span);
  const known = useLive((state) => state.stats !== null);
  const figures = useLive((state) => state.stats?.nodes[step.id]);
  // Looking for nobody among a million visits takes its time, so a figure of 0 is not asked.
  const isEmpty = known && countOf(figures, shown) === 0;
  const narrowed = { ...(port === undefined ? {} : { port }), ...(reason === undefined ? {} : { reason }) };
  const visits = useVisits(automationId, isEmpty ? undefined : { node_id: step.id, figure, ...narrowed }, span);
  const trace = useMutation({
    mutationFn: (id: string) => call(getRun, { params: { id } }),
    onSuccess: onTrace,
  });
  const rows = isEmpty ? [] : rowsOf(visits.data);
  if (rows.length === 0 && (isEmpty || visits.data))
    return (
      <p className="sentence quiet">
        {figure in nobody ? nobody[figure as VisitFigure] : 'There is no such e-mail in this time.'}
      </p>
    );
  return (
    <>
      {visits.error ? (
        <Failed error={visits.error} what="The people could not be loaded" onRetry={() => void visits.refetch()} />
      ) : null}
      {visits.isPending ? <Loading lines={5} /> : null}
      <Problem error={trace.error} />
      <ul className="runs">
        {rows.map((visit) => (
          <li key={`${visit.run_id} ${visit.visit}`}>
            <button
              type="button"
              className="run"
              onClick={() => trace.mutate(visit.run_id)}
              disabled={visit.status === null}
              data-testid={`run-${visit.contact_email}`}
            >
              <b>{visit.contact_email}</b>
              <span className="label">
                {describe(visit, step)} · <Time at={visit.left_at ?? visit.entered_at} />
              </span>
            </button>
          </li>
        ))}
      </ul>
      <LoadMore list={visits} />
    </>
  );
}

type Visit = AnswerOf<typeof listVisits>['items'][number];

const describe = (visit: Visit, step: GraphNode): string =>
  visit.left_at === null && visit.status === 'failed' ? 'failed here' : describeOutcome(visit, step);

/** How many a figure of a step counts. */
function countOf(figures: Stats['nodes'][string] | undefined, { figure, port, reason }: Shown): number {
  if (!figures) return 0;
  const { entered, here_now, left, ports, messages } = figures;
  if (figure === 'entered') return entered;
  if (figure === 'here') return here_now;
  if (figure === 'left') return port === undefined ? left : (ports[port] ?? 0);
  return messages ? mailFigureOf(messages, figure, reason) : 0;
}
