import { Handle, Position, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { StepCard } from '../drawing/step-card';
import { ErrorBoundary } from '../../ui/feedback/error-boundary';
import type { StepNode } from './derive';

/** React Flow's frame around a card: it hands on the id and nothing else. */
export const StepFrame = memo(
  function StepFrame({ id }: NodeProps<StepNode>) {
    return (
      <>
        <ErrorBoundary
          what="This step could not be shown"
          room="line"
          frame={(failed) => <div className="card card-failed">{failed}</div>}
        >
          <StepCard id={id} renderPort={renderPort} />
        </ErrorBoundary>
        <Handle type="target" id="in" position={Position.Top} className="port port-in" isConnectableStart={false} />
      </>
    );
  },
  (before, after) => before.id === after.id,
);

function renderPort(port: string, x: number) {
  return (
    <Handle
      key={port}
      type="source"
      id={port}
      position={Position.Bottom}
      className="port port-out"
      style={{ left: x }}
    />
  );
}
