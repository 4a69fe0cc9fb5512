import type { Run } from '#contracts';
import { portsOf, type Graph, type GraphNode } from '#graph';
import { Button, SegmentedControl } from '@mantine/core';
import { useSentences } from '../automations/reference-names';
import { ExperimentNote } from '../canvas/live/experiment-result';
import { useLive, useLiveStore, type ShownFigure } from '../canvas/live/live-store';
import { count } from '../ui/formatting/format';
import { EndedPeople } from './ended-people';
import { MailFigures } from './mail-figures';
import { StepVisits } from './step-visits';

interface Props {
  automationId: string;
  step: GraphNode;
  graph: Graph;
  onTrace: (run: Run) => void;
  onEveryone: () => void;
}

/** The people behind one figure of a step: as many as it says. A person who came twice is there twice. */
export function StepPeople({ automationId, step, graph, onTrace, onEveryone }: Props) {
  const live = useLiveStore();
  const say = useSentences(graph);
  const figures = useLive((state) => state.stats?.nodes[step.id]);
  const shown = useLive((state) => state.figure);
  const { figure, port, reason }: ShownFigure = shown?.nodeId === step.id ? shown : { nodeId: step.id, figure: 'here' };
  const way = port === undefined ? undefined : portsOf(step).find(({ id }) => id === port);
  const show = (chosen: Omit<ShownFigure, 'nodeId'>) => live.setState({ figure: { nodeId: step.id, ...chosen } });
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
        onChange={(chosen) => show({ figure: chosen as ShownFigure['figure'] })}
        data={[
          { value: 'entered', label: `Came ${count(figures?.entered ?? 0)}` },
          { value: 'here', label: `Here ${count(figures?.here_now ?? 0)}` },
          { value: 'left', label: `Left ${count(figures?.left ?? 0)}` },
        ]}
      />
      {way ? (
        <p className="label row">
          By the path “{way.label || 'Continue'}”: {count(figures?.ports[way.id] ?? 0)}
          <Button variant="subtle" size="compact-xs" onClick={() => show({ figure: 'left' })}>
            All paths
          </Button>
        </p>
      ) : null}
      <MailFigures mail={figures?.messages} shown={{ figure, reason }} onShow={show} />
      {figure === 'ended' || figure === 'goal' ? (
        <EndedPeople automationId={automationId} step={step} port={port} goal={figure === 'goal'} onTrace={onTrace} />
      ) : (
        <StepVisits automationId={automationId} step={step} shown={{ figure, port, reason }} onTrace={onTrace} />
      )}
    </>
  );
}
