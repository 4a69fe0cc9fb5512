import { ViewportPortal } from '@xyflow/react';
import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { removeSection, renameSection } from '../document/sections';
import { useEditor, useEditorStore } from '../document/use-editor';
import type { StepNode } from './derive';

const AROUND = 20;
const HEAD = 28;

/** Named frames behind the steps that belong together. */
export function Sections({ nodes }: { nodes: readonly StepNode[] }) {
  const sections = useEditor((state) => state.document.graph.sections);
  if (!sections || sections.length === 0) return null;
  return (
    <ViewportPortal>
      {sections.map((section) => {
        const inside = nodes.filter((node) => section.node_ids?.includes(node.id));
        if (inside.length === 0 || section.id === undefined) return null;
        const left = Math.min(...inside.map((node) => node.position.x)) - AROUND;
        const top = Math.min(...inside.map((node) => node.position.y)) - AROUND - HEAD;
        const right = Math.max(...inside.map((node) => node.position.x + (node.width ?? 0))) + AROUND;
        const bottom = Math.max(...inside.map((node) => node.position.y + (node.height ?? 0))) + AROUND;
        return (
          <div
            key={section.id}
            className="section-frame"
            style={{ transform: `translate(${left}px, ${top}px)`, width: right - left, height: bottom - top }}
          >
            <SectionHead key={section.title} id={section.id} title={section.title ?? ''} />
          </div>
        );
      })}
    </ViewportPortal>
  );
}

function SectionHead({ id, title }: { id: string; title: string }) {
  const store = useEditorStore();
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
        value={draft}
        readOnly={readOnly}
        maxLength={200}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
        }}
      />
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
