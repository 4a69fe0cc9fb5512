import { nodeDef, nodes, nodeTypes, refusal, sentenceOf } from '#graph';
import { Modal, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { canRun, commands } from '../commands';
import { addStep, placeAfter } from '../steps';
import { notify } from '../notify';
import { useEditorStore } from '../use-editor';
import { useView, useViewStore } from '../view';

interface Found {
  id: string;
  label: string;
  kind: string;
  run: () => void;
}

/** Jump to a step, add one behind the selected, or run any command. */
export function FindSheet() {
  const opened = useView((view) => view.sheet === 'find');
  const view = useViewStore();
  const close = () => view.setState({ sheet: null });
  return (
    <Modal.Root opened={opened} onClose={close} size={520} yOffset="12vh" padding={0}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search">
        <Search close={close} />
      </Modal.Content>
    </Modal.Root>
  );
}

function Search({ close }: { close: () => void }) {
  const store = useEditorStore();
  const view = useViewStore();
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const found = useMemo((): Found[] => {
    const { document: edited, selected } = store.getState();
    const last = selected.at(-1);
    const steps = edited.graph.nodes.map((node) => ({
      id: `step-${node.id}`,
      label: sentenceOf(node),
      kind: nodeDef(node.type)?.title ?? 'Step',
      run: () => {
        store.getState().select([node.id]);
        store.getState().openStep(node.id);
        view.getState().camera?.reveal(node.id);
      },
    }));
    const place = last === undefined ? undefined : placeAfter(edited.graph, last);
    const adds = nodeTypes
      .filter((type) => refusal(edited.graph, type, place) === undefined)
      .map((type) => ({
        id: `add-${type}`,
        label: `Add: ${nodes[type].title}`,
        kind: last === undefined ? 'New step' : 'Behind the selected step',
        run: () => {
          const reason = addStep(store, type, place);
          if (reason) notify(reason);
        },
      }));
    const rest = commands
      .filter((command) => command.id !== 'find' && canRun(command, { store, view }))
      .map((command) => ({
        id: command.id,
        label: command.label,
        kind: 'Command',
        run: () => command.run({ store, view }),
      }));
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return [...steps, ...adds, ...rest]
      .filter((one) => words.every((word) => `${one.label} ${one.kind}`.toLowerCase().includes(word)))
      .slice(0, 30);
  }, [search, store, view]);
  const run = (one: Found | undefined) => {
    if (!one) return;
    close();
    one.run();
  };
  return (
    <div
      onKeyDown={(event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step !== undefined && found.length > 0) {
          event.preventDefault();
          setActive((active + step + found.length) % found.length);
        }
        if (event.key === 'Enter') {
          event.preventDefault();
          run(found[active]);
        }
      }}
    >
      <TextInput
        data-autofocus
        variant="unstyled"
        className="find-input"
        aria-label="Search steps and commands"
        placeholder="Jump to a step, add one, or run a command"
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div className="find-list" role="listbox" aria-label="Found">
        {found.map((one, at) => (
          <div
            key={one.id}
            role="option"
            aria-selected={at === active}
            className="find-item"
            onClick={() => run(one)}
            onPointerMove={() => setActive(at)}
          >
            <span>{one.label}</span>
            <span className="label">{one.kind}</span>
          </div>
        ))}
        {found.length === 0 ? <p className="quiet picker-none">Nothing is called that.</p> : null}
      </div>
    </div>
  );
}
