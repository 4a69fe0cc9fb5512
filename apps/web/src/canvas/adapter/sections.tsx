import { indexGraph } from '#graph';
import { ViewportPortal } from '@xyflow/react';
import { ActionIcon } from '@mantine/core';
import { IconChevronUp, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { removeSection, renameSection } from '../document/sections';
import { useEditor, useEditorStore } from '../document/use-editor';
import { FRAME, NOTE_ROOM } from '../drawing/geometry';
import { useScreenStore } from '../screen/screen-store';
import type { StepNode } from './derive';

/** Between the head of a section and the lines that come in beside it. */
const LINE_GAP = 14;
/** Steps whose tops are no farther apart than this stand in one row. */
const SAME_ROW = 60;

/** Named frames behind the steps that belong together. */
export function Sections({ nodes: drawn }: { nodes: readonly StepNode[] }) {
  const graph = useEditor((state) => state.document.graph);
  const { sections } = graph;
  const { nodes } = indexGraph(graph);
  if (!sections || sections.length === 0) return null;
  return (
    <ViewportPortal>
      {sections.map((section) => {
        const inside = drawn.filter((node) => section.node_ids?.includes(node.id));
        if (inside.length === 0 || section.id === undefined) return null;
        const left = Math.min(...inside.map((node) => node.position.x)) - FRAME.around;
        const noted = (id: string) => (nodes.get(id)?.note ? NOTE_ROOM : 0);
        const top = Math.min(...inside.map(({ id, position }) => position.y - noted(id))) - FRAME.around - FRAME.head;
        const right = Math.max(...inside.map((node) => node.position.x + (node.width ?? 0))) + FRAME.around;
        const bottom = Math.max(...inside.map((node) => node.position.y + (node.height ?? 0))) + FRAME.around;
        // The name ends before the first line that comes in from above.
        const highest = Math.min(...inside.map((node) => node.position.y));
        const lines = inside
          .filter((node) => node.position.y < highest + SAME_ROW)
          .map((node) => node.position.x + (node.width ?? 0) / 2 - left);
        return (
          <div
            key={section.id}
            className="section-frame"
            style={{ transform: `translate(${left}px, ${top}px)`, width: right - left, height: bottom - top }}
          >
            <SectionHead
              key={section.title}
              id={section.id}
              title={section.title ?? ''}
              room={Math.min(...lines) - LINE_GAP}
            />
          </div>
        );
      })}
    </ViewportPortal>
  );
}

/** Name on the left, buttons on the right: between them paths come in. */
function SectionHead({ id, title, room }: { id: string; title: string; room: number }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const readOnly = useEditor((state) => state.readOnly || state.mode !== 'build');
  const [draft, setDraft] = useState(title);
  const keep = () => {
    const next = draft.trim();
    if (next !== '' && next !== title) renameSection(store, id, next);
  };
  return (
    <div className="section-head nodrag nopan">
      <input
        aria-label="Section name"
        dir="auto"
        title={title}
        style={{ width: room }}
        value={draft}
        readOnly={readOnly}
        maxLength={200}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
      <ActionIcon
        size="sm"
        className="section-fold"
        aria-label={`Fold the section ${title}`}
        onClick={() => screen.setState({ folded: new Set([...screen.getState().folded, id]) })}
      >
        <IconChevronUp size={14} stroke={1.5} />
      </ActionIcon>
      {readOnly ? null : (
        <ActionIcon
          size="sm"
          aria-label={`Remove the section ${title} and keep its steps`}
          onClick={() => removeSection(store, id)}
        >
          <IconX size={14} stroke={1.5} />
        </ActionIcon>
      )}
    </div>
  );
}
