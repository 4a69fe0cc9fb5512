import { experimentOf, indexGraph, nodeDef, portsOf, type GraphNode } from '#graph';
import { memo, useEffect, type ReactNode } from 'react';
import { useScreen } from '../screen/screen-store';
import { portX, sizeOf, wordsWidth } from './geometry';
import { StepIcon, kindColor, kindWords } from '../../automations/step-icon';
import { PathExpected, StepExpected } from '../expected/expected-figures';
import { EndMoney, GoalReached } from '../live/end-figures';
import { ExperimentSentence } from '../live/experiment-result';
import { PathFigures } from '../live/path-figures';
import { StepFigures } from '../live/step-figures';
import { StepDifference } from '../live/step-difference';
import { useLive } from '../live/live-store';
import { AddStepButton } from './add-step-button';
import { NoteStrip } from './note-strip';
import { Brief, Limits, Sentence } from './step-words';
import { StepPeople } from '../presence/step-people';
import { useEditor, useStep } from '../document/use-editor';

interface CardProps {
  id: string;
  renderPort: (port: string, x: number) => ReactNode;
}

declare global {
  interface Window {
    /** How often cards were drawn: counted only where a test set it to a number. */
    cortexCardRenders?: number;
  }
}
const countRender = () => {
  if (window.cortexCardRenders !== undefined) window.cortexCardRenders += 1;
};

/**
 * One step on the drawing: kind, sentence, what is wrong or what happened; from farther away a line, a name, a glyph.
 * Takes only its id.
 */
export const StepCard = memo(function NodeCard({ id, renderPort }: CardProps) {
  const step = useStep(id);
  const mode = useEditor((state) => state.mode);
  const mark = useLive((live) => live.changes?.get(id)?.mark);
  const near = useScreen((screen) => screen.band === 'full');
  useEffect(countRender);
  if (!step) return null;
  const { width, height } = sizeOf(step, mode);
  const kind = nodeDef(step.type)?.kind ?? 'end';
  const ports = portsOf(step);
  return (
    <>
      <div
        id={`step-${id}`}
        className="card"
        data-kind={kind}
        data-testid={`step-${id}`}
        data-type={step.type}
        data-mark={mark}
        style={{ width, height, ['--kind' as string]: kindColor(step.type) }}
      >
        <div className="card-top">
          <span className="card-glyph">
            <StepIcon type={step.type} />
          </span>
          {near ? <Head step={step} /> : <Brief step={step} />}
          {mode === 'build' ? <StepExpected id={id} /> : null}
          {mode === 'live' ? <GoalReached id={id} /> : null}
          <ProblemMark id={id} />
        </div>
        {kind === 'end' || !near ? null : mode === 'live' ? (
          <ExperimentSentence id={id}>
            <Sentence step={step} />
          </ExperimentSentence>
        ) : (
          <Sentence step={step} />
        )}
        {kind === 'entry' && near ? <Limits step={step} /> : null}
        {mode === 'build' ? <StepPeople id={id} place="card" /> : null}
        {mode === 'live' ? <StepFigures id={id} /> : null}
        {mark ? <StepDifference id={id} /> : null}
      </div>
      {step.note ? <NoteStrip text={step.note} /> : null}
      {ports.map((port) => renderPort(port.id, portX(step, port.id, width)))}
      <OpenEnds id={id} step={step} width={width} height={height} />
    </>
  );
});

/** The kind of a step; what an end says stands here at once. */
function Head({ step }: { step: GraphNode }) {
  const def = nodeDef(step.type);
  const kind = def?.kind ?? 'end';
  if (kind === 'end') return <Sentence step={step} />;
  const title = experimentOf(step) ? 'Experiment' : (def?.title ?? kindWords[kind]);
  return <span className="card-kind">{kind === 'entry' ? 'Start' : title}</span>;
}

/** A proof-reader's mark in the margin; steps that were just added are spared until they are left. */
function ProblemMark({ id }: { id: string }) {
  const worst = useEditor((state) => {
    if (state.fresh.has(id) || state.mode !== 'build') return undefined;
    const own = state.problems.filter((problem) => problem.node_id === id);
    return own.some((problem) => problem.severity === 'blocks') ? 'blocks' : own.length > 0 ? 'look' : undefined;
  });
  const title = useEditor((state) => state.problems.find((problem) => problem.node_id === id)?.message);
  if (!worst) return null;
  return (
    <span className="card-mark" data-severity={worst} title={title} role="img" aria-label={title}>
      <svg width="12" height="11" viewBox="0 0 12 11" aria-hidden>
        <path d="M6 0.5 L11.5 10.5 H0.5 Z" />
      </svg>
    </span>
  );
}

/** Ways out that lead nowhere: a short line, what it says, and the `+`. */
function OpenEnds({ id, step, width, height }: { id: string; step: GraphNode; width: number; height: number }) {
  const open = useEditor((state) => {
    const { nodes, out } = indexGraph(state.document.graph);
    return portsOf(step)
      .filter((port) => !nodes.has(out.get(id)?.get(port.id)?.target ?? ''))
      .map((port) => port.id)
      .join(' ');
  });
  const live = useEditor((state) => state.mode !== 'build' || state.readOnly);
  const mode = useEditor((state) => state.mode);
  return portsOf(step)
    .filter((port) => open.split(' ').includes(port.id))
    .map((port) => (
      <div
        key={port.id}
        className="open-end nodrag nopan"
        style={{ left: portX(step, port.id, width), top: height }}
        data-labelled={port.label !== ''}
      >
        {port.label ? (
          <span className="path-words" dir="auto" title={port.label} style={{ maxWidth: wordsWidth(step, width) }}>
            {port.label}
          </span>
        ) : null}
        {mode === 'live' ? <PathFigures id={`${id}:${port.id}`} isFault={port.id === 'failed'} /> : null}
        {mode === 'live' ? <EndMoney nodeId={id} port={port.id} /> : null}
        {mode === 'build' ? <PathExpected nodeId={id} port={port.id} /> : null}
        {live ? <span className="open-end-stop" title="This path ends here" /> : null}
        <AddStepButton place={{ source: id, port: port.id }} tight={port.label !== ''} />
      </div>
    ));
}
