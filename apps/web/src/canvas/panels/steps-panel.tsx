import { useState } from 'react';
import { nodes, nodeTypes, refusal, type NodeDef, type NodeKind } from '#graph';
import { StepIcon, kindColor } from '../../automations/step-icon';
import { showToast } from '../../ui/feedback/toast';
import { addStep, placeAfter } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';

const groups: { title: string; kinds: NodeKind[] }[] = [
  { title: 'Start', kinds: ['entry'] },
  { title: 'Decide', kinds: ['rule', 'split'] },
  { title: 'Wait', kinds: ['wait'] },
  { title: 'Do', kinds: ['mail', 'action'] },
  { title: 'End', kinds: ['end'] },
];

/** The palette: drag a step onto a path, or press Enter to put it behind the selected step. */
export function StepsPanel() {
  return (
    <div className="panel-body">
      <p className="label">Drag a step onto a path, or click one to add it after the selected step.</p>
      {groups.map(({ title, kinds }) => {
        const types = nodeTypes.map((type) => nodes[type]).filter((def) => kinds.includes(def.kind));
        return types.length === 0 ? null : (
          <section key={title}>
            <h3 className="caps">{title}</h3>
            <ul className="palette">
              {types.map((def) => (
                <li key={def.type}>
                  <PaletteItem def={def} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}

function PaletteItem({ def }: { def: NodeDef }) {
  const store = useEditorStore();
  const [dragged, setDragged] = useState(false);
  const reason = useEditor((state) => {
    const { graph } = state.document;
    if (state.readOnly) return 'Your role can view but not edit.';
    return def.kind === 'entry' ? refusal(graph, def.type, undefined) : undefined;
  });
  const press = () => {
    const { document, selected } = store.getState();
    const last = selected.at(-1);
    const place = last === undefined ? undefined : placeAfter(document.graph, last);
    const refused = addStep(store, def.type, place);
    if (refused)
      showToast(
        last === undefined && def.kind !== 'entry' ? 'Select a step first, or drag this onto a path.' : refused,
      );
  };
  return (
    <button
      type="button"
      className="palette-item"
      data-testid={`palette-${def.type}`}
      data-dragged={dragged}
      style={{ ['--kind' as string]: kindColor(def.type) }}
      draggable={!reason}
      disabled={reason !== undefined}
      title={reason ?? def.summary}
      onDragStart={(event) => {
        event.dataTransfer.setData('application/cortex-step', def.type);
        event.dataTransfer.effectAllowed = 'copy';
        setDragged(true);
      }}
      onDragEnd={() => setDragged(false)}
      onClick={press}
    >
      <StepIcon type={def.type} />
      <span>{def.title}</span>
    </button>
  );
}
