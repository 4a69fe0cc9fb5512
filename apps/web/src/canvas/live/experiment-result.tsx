import { experimentOf } from '#graph';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useExperiment } from '../../automations/experiments.queries';
import { useStep } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { useLive } from './live-store';

/** The experiment at a step of the version that is shown in Live, once it is known. */
function useResult(id: string) {
  const step = useStep(id);
  const automationId = useLive((live) => live.automationId);
  // Figures are there in Live only, and a traced person may be in an older version.
  const shown = useLive((live) => live.stats !== null && live.trace === null);
  return useExperiment(automationId, id, shown && step !== undefined && experimentOf(step) !== undefined).data;
}

/** On the card in Live: what came of the experiment so far, in place of the step's own sentence. Opens the figures. */
export function ExperimentSentence({ id, children }: { id: string; children: ReactNode }) {
  const screen = useScreenStore();
  const result = useResult(id);
  if (!result) return children;
  return (
    <button
      type="button"
      tabIndex={-1}
      className="card-sentence experiment-sentence nodrag nopan"
      title={result.sentence}
      onClick={(event) => {
        event.stopPropagation();
        screen.setState({ experiment: id });
      }}
      data-testid={`experiment-${id}`}
    >
      {result.sentence}
    </button>
  );
}

/** Beside the people of a step: what came of its experiment, and the keyboard's way to the figures. */
export function ExperimentNote({ id }: { id: string }) {
  const screen = useScreenStore();
  const result = useResult(id);
  if (!result) return null;
  return (
    <section className="field-group" data-testid="experiment-note">
      <p className="sentence">{result.sentence}</p>
      <div>
        <Button variant="default" size="compact-sm" onClick={() => screen.setState({ experiment: id })}>
          See the figures
        </Button>
      </div>
    </section>
  );
}
