import { experimentOf } from '#graph';
import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { useExperiment } from '../../automations/experiments.queries';
import { useStep } from '../document/use-editor';
import { useScreenStore } from '../screen/screen-store';
import { useLive } from './live-store';

/** How the experiment at a step of the live version stands; undefined until it is known, and outside of Live. */
function useResult(id: string) {
  const automationId = useLive((live) => live.automationId);
  // Figures are there in Live only, and a traced person may be in an older version.
  const isShown = useLive((live) => live.stats !== null && live.trace === null);
  return useExperiment(automationId, id, isShown).data;
}

const useIsExperiment = (id: string): boolean => {
  const step = useStep(id);
  return step !== undefined && experimentOf(step) !== undefined;
};

interface SentenceProps {
  id: string;
  /** What the step says itself. */
  children: ReactNode;
}

/** On the card in Live: what came of the experiment so far, in place of the step's own sentence. Opens the figures. */
export function ExperimentSentence(props: SentenceProps) {
  return useIsExperiment(props.id) ? <ResultSentence {...props} /> : props.children;
}

function ResultSentence({ id, children }: SentenceProps) {
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
  return useIsExperiment(id) ? <ResultNote id={id} /> : null;
}

function ResultNote({ id }: { id: string }) {
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
