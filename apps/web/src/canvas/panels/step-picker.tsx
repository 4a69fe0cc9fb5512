import { nodes, nodeTypes, refusal, type NodeDef, type NodeKind, type Place } from '#graph';
import { FocusTrap, Paper, TextInput } from '@mantine/core';
import { useClickOutside } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import { StepIcon, kindColor } from '../../automations/step-icon';
import { showToast } from '../../ui/feedback/toast';
import { recentTypes, rememberType } from './recent-steps';
import { addStep } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';

const WIDTH = 340;
const HEIGHT = 420;
/** Of steps that were not used lately, the usual ones come first. */
const order: NodeKind[] = ['mail', 'wait', 'rule', 'split', 'action', 'end', 'entry'];

/** Opens where a `+` was pressed: typed search, recent first, what cannot go there greyed with the reason. */
export function StepPicker() {
  const picker = useScreen((screen) => screen.picker);
  return picker ? <Open key={`${picker.at.x},${picker.at.y}`} place={picker.place} at={picker.at} /> : null;
}

function Open({ place, at }: { place: Place | undefined; at: { x: number; y: number } }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const close = () => screen.setState({ picker: null });
  const outside = useClickOutside(close);
  const offered = useMemo(() => matching(search), [search]);
  const choices = offered.map((def) => ({ def, reason: refusal(graph, def.type, place) }));
  const free = choices.filter((choice) => !choice.reason);

  const choose = (def: NodeDef) => {
    close();
    const reason = addStep(store, def.type, place);
    if (reason) showToast(reason);
    else rememberType(def.type);
  };
  const key = (event: React.KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && free.length > 0) {
      event.preventDefault();
      setActive((active + step + free.length) % free.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const chosen = free[Math.min(active, free.length - 1)];
      if (chosen) choose(chosen.def);
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      close();
      document.querySelector<HTMLElement>('.drawing-keys')?.focus();
    }
  };

  return (
    <Paper
      ref={outside}
      className="picker"
      shadow="md"
      role="dialog"
      aria-label="Add a step"
      style={{
        left: Math.max(8, Math.min(at.x - WIDTH / 2, window.innerWidth - WIDTH - 8)),
        top: Math.max(8, Math.min(at.y + 8, window.innerHeight - HEIGHT - 8)),
        width: WIDTH,
        maxHeight: HEIGHT,
      }}
      onKeyDown={key}
    >
      <FocusTrap active>
        <TextInput
          data-autofocus
          autoFocus
          aria-label="Search steps"
          placeholder="Which step?"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setActive(0);
          }}
          role="combobox"
          aria-expanded
          aria-controls="picker-list"
          aria-activedescendant={free[active] ? `pick-${free[active].def.type}` : undefined}
        />
      </FocusTrap>
      <div className="picker-list" id="picker-list" role="listbox" aria-label="Steps">
        {choices.map(({ def, reason }) => (
          <div
            key={def.type}
            id={`pick-${def.type}`}
            role="option"
            aria-selected={free[active]?.def === def}
            aria-disabled={reason !== undefined}
            data-testid={`pick-${def.type}`}
            className="picker-item"
            style={{ ['--kind' as string]: kindColor(def.type) }}
            onClick={() => (reason ? undefined : choose(def))}
          >
            <StepIcon type={def.type} />
            <span>
              <b>{def.title}</b>
              <small>{reason ?? def.summary}</small>
            </span>
          </div>
        ))}
        {choices.length === 0 ? <p className="quiet picker-none">No step has that name.</p> : null}
      </div>
    </Paper>
  );
}

function matching(search: string): NodeDef[] {
  const recent = recentTypes();
  const rank = (type: string) => (recent.includes(type) ? recent.indexOf(type) : recent.length);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return nodeTypes
    .map((type) => nodes[type])
    .filter((def) => {
      const text = `${def.title} ${def.summary} ${def.kind} ${def.type}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted(
      (a, b) =>
        closeness(a, search) - closeness(b, search) ||
        Number(a.kind === 'entry') - Number(b.kind === 'entry') ||
        rank(a.type) - rank(b.type) ||
        order.indexOf(a.kind) - order.indexOf(b.kind),
    );
}

/** 0: its name begins so; 1: a word of its name does; 2: it is only found in the description. */
function closeness(def: NodeDef, search: string): number {
  const typed = search.trim().toLowerCase();
  const title = def.title.toLowerCase();
  if (typed === '' || title.startsWith(typed)) return 0;
  return title.split(/\W+/).some((word) => word.startsWith(typed)) ? 1 : 2;
}
