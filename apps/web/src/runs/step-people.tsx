import { getRun, type AnswerOf, type listVisits, type Run } from '#contracts';
import { portsOf, type Graph, type GraphNode } from '#graph';
import { Button, SegmentedControl } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { call } from '../api/client';
import { rowsOf } from '../api/paged';
import { useSentences } from '../automations/reference-names';
import { useVisits } from '../automations/automations.queries';
import { ExperimentNote } from '../canvas/live/experiment-result';
import { useLive, useLiveStore, type ShownFigure, type Stats } from '../canvas/live/live-store';
import { reasonInWords } from '../outbox/reason-words';
import { Failed, Loading } from '../ui/feedback/query-states';
import { Problem } from '../ui/forms/confirm';
import { count } from '../ui/formatting/format';
import { Time } from '../ui/formatting/time';
import { LoadMore } from '../ui/pages/load-more';
import { describeOutcome } from './step-outcome';

interface Props {
  automationId: string;
  step: GraphNode;
  graph: Graph;
  onTrace: (run: Run) => void;
  onEveryone: () => void;
}

const nobody = {
  entered: 'Nobody came to this step in this time.',
  here: 'Nobody is at this step now.',
  left: 'Nobody left this step in this time.',
};

/** The people behind one figure of a step: as many as it says. A person who came twice is there twice. */
export function StepPeople({ automationId, step, graph, onTrace, onEveryone }: Props) {
  const live = useLiveStore();
  const say = useSentences(graph);
  const span = useLive((state) => state.span);
  const figures = useLive((state) => state.stats?.nodes[step.id]);
  const shown = useLive((state) => state.figure);
  const { figure, port }: ShownFigure = shown?.nodeId === step.id ? shown : { nodeId: step.id, figure: 'here' };
  const visits = useVisits(automationId, { node_id: step.id, figure, ...(port === undefined ? {} : { port }) }, span);
  const trace = useMutation({
    mutationFn: (id: string) => call(getRun, { params: { id } }),
    onSuccess: onTrace,
  });
  const rows = rowsOf(visits.data);
  const way = port === undefined ? undefined : portsOf(step).find(({ id }) => id === port);
  return (
    <>
      <p className="label row">
        {say(step)}
        <Button variant="subtle" size="compact-xs" onClick={onEveryone}>
          Show everyone
        </Button>
      </p>
      <ExperimentNote id={step.id} />
      <SegmentedControl
        aria-label="Who at this step"
        size="xs"
        fullWidth
        value={figure}
        onChange={(chosen) => live.setState({ figure: { nodeId: step.id, figure: chosen as ShownFigure['figure'] } })}
        data={[
          { value: 'entered', label: `Came ${count(figures?.entered ?? 0)}` },
          { value: 'here', label: `Here ${count(figures?.here_now ?? 0)}` },
          { value: 'left', label: `Left ${count(figures?.left ?? 0)}` },
        ]}
      />
      {way ? (
        <p className="label row">
          By the path “{way.label || 'Continue'}”: {count(figures?.ports[way.id] ?? 0)}
          <Button
            variant="subtle"
            size="compact-xs"
            onClick={() => live.setState({ figure: { nodeId: step.id, figure: 'left' } })}
          >
            All paths
          </Button>
        </p>
      ) : null}
      <MailFigures mail={figures?.messages} />
      {visits.error ? (
        <Failed error={visits.error} what="The people could not be loaded" onRetry={() => void visits.refetch()} />
      ) : null}
      {visits.isPending ? <Loading lines={5} /> : null}
      {visits.data && rows.length === 0 ? <p className="sentence quiet">{nobody[figure]}</p> : null}
      <Problem error={trace.error} />
      <ul className="runs">
        {rows.map((visit) => (
          <li key={`${visit.run_id} ${visit.visit}`}>
            <button
              type="button"
              className="run"
              onClick={() => trace.mutate(visit.run_id)}
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

type MailCounts = NonNullable<Stats['nodes'][string]['messages']>;

/** What became of the mails of a step, in one line, with the reasons of those that were not sent. */
function MailFigures({ mail }: { mail: MailCounts | undefined }) {
  if (!mail) return null;
  const skipped = Object.entries(mail.skipped).filter(([, n]) => n > 0);
  const waiting = mail.queued + mail.submitting;
  const unclear = mail.uncertain + mail.unknown;
  const parts = [
    [waiting, 'waiting to leave'],
    [mail.sent, 'sent'],
    [mail.delivered, 'delivered'],
    [mail.opened, 'opened'],
    [mail.clicked, 'clicked'],
    [mail.bounced, 'bounced'],
    [mail.failed, 'failed'],
    [unclear, 'unclear'],
    [mail.cancelled, 'cancelled'],
  ] as const;
  const shown = parts.filter(([n, word]) => n > 0 || word === 'sent');
  return (
    <p className="label" data-testid="mail-figures">
      {shown.map(([n, word]) => `${count(n)} ${word}`).join(' · ')}
      {skipped.length > 0
        ? ` · not sent: ${skipped.map(([reason, n]) => `${count(n)} ${reasonInWords(reason)}`).join(', ')}`
        : ''}
    </p>
  );
}
