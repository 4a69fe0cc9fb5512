import { BaseEdge, EdgeLabelRenderer, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import { AddStepButton } from '../drawing/add-step-button';
import { PathExpected } from '../expected/expected-figures';
import { PathFigures, usePathTone } from '../live/path-figures';
import type { PathEdge } from './derive';

/** A connector: its line, what it says, and the `+` that puts a step on it. */
export const PathLine = memo(function PathLine({ id, data, source, sourceHandleId }: EdgeProps<PathEdge>) {
  const tone = usePathTone(id);
  if (!data || !sourceHandleId) return null;
  const { x, y } = data.source;
  return (
    <>
      <BaseEdge
        id={id}
        path={data.path}
        markerEnd="url(#path-end)"
        interactionWidth={24}
        className="path-line"
        style={{ strokeWidth: tone.width }}
        data-tone={tone.tone}
      />
      <EdgeLabelRenderer>
        <div className="path-label nodrag nopan" style={{ transform: `translate(-50%, 0) translate(${x}px, ${y}px)` }}>
          {data.label ? (
            <span className="path-words" dir="auto" title={data.label} style={{ maxWidth: data.room }}>
              {data.label}
            </span>
          ) : null}
          <PathFigures id={id} />
          {data.folded ? null : <PathExpected nodeId={source} port={sourceHandleId} />}
          {data.folded ? null : <AddStepButton place={{ source, port: sourceHandleId }} tight={data.label !== ''} />}
        </div>
      </EdgeLabelRenderer>
    </>
  );
}, sameEdge);

function sameEdge(before: EdgeProps<PathEdge>, after: EdgeProps<PathEdge>) {
  return before.id === after.id && before.data === after.data;
}
