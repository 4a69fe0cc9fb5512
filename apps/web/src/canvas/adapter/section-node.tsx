import { Handle, Position, type NodeProps } from '@xyflow/react';
import { memo } from 'react';
import { FoldedCard } from '../drawing/folded-card';
import { FOLDED_OUT, type StepNode } from './derive';

/** React Flow's frame around a folded section. Paths end and begin at it, and nobody draws new ones. */
export const SectionNode = memo(
  function SectionNode({ id }: NodeProps<StepNode>) {
    return (
      <>
        <FoldedCard id={id} />
        <Handle type="target" id="in" position={Position.Top} className="port port-in" isConnectable={false} />
        <Handle
          type="source"
          id={FOLDED_OUT}
          position={Position.Bottom}
          className="port port-in"
          isConnectable={false}
        />
      </>
    );
  },
  (before, after) => before.id === after.id,
);
