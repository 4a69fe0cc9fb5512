import { nodeDef, nodes, nodeTypes, refusal } from '#graph';
import { Modal } from '@mantine/core';
import { useMemo } from 'react';
import { useSentences } from '../../automations/reference-names';
import { canRun, commands } from '../commands';
import { addStep, placeAfter } from '../document/steps';
import { showToast } from '../../ui/feedback/toast';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';
import { ChoiceList, type Choice } from './choice-list';

/** Jump to a step, add one behind the selected, or run any command. */
export function FindSheet() {
  const opened = useScreen((screen) => screen.sheet === 'find');
  const screen = useScreenStore();
  const close = () => screen.setState({ sheet: null });
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
  const screen = useScreenStore();
  const say = useSentences(useEditor((state) => state.document.graph));
  const choices = useMemo((): Choice[] => {
    const { document: edited, selected } = store.getState();
    const last = selected.at(-1);
    const steps = edited.graph.nodes.map((node) => ({
      id: `step-${node.id}`,
      label: say(node),
      kind: nodeDef(node.type)?.title ?? 'Step',
      run: () => {
        store.getState().select([node.id]);
        store.getState().openStep(node.id);
        screen.getState().camera?.reveal(node.id);
      },
    }));
    const place = last === undefined ? undefined : placeAfter(edited.graph, last);
    const adds = nodeTypes
      .filter((type) => refusal(edited.graph, type, place) === undefined)
      .map((type) => ({
        id: `add-${type}`,
        label: `Add: ${nodes[type].title}`,
        kind: last === undefined ? 'New step' : 'After the selected step',
        run: () => {
          const reason = addStep(store, type, place);
          if (reason) showToast(reason);
        },
      }));
    const rest = commands
      .filter((command) => command.id !== 'find' && canRun(command, { store, screen }))
      .map((command) => ({
        id: command.id,
        label: command.label,
        kind: 'Command',
        run: () => command.run({ store, screen }),
      }));
    return [...steps, ...adds, ...rest].map((one) => ({
      ...one,
      run: () => {
        close();
        one.run();
      },
    }));
  }, [store, screen, close, say]);
  return (
    <ChoiceList choices={choices} label="Jump to a step, add one, or run a command" none="Nothing has that name." />
  );
}
