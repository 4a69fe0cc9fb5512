import { nodeDef, sentenceOf, toEnglish } from '#graph';
import { Button, Modal } from '@mantine/core';
import { useReferenceNames } from '../../automations/reference-names';
import { commands } from '../commands';
import { Keys } from '../commands/keys';
import { showToast } from '../../ui/feedback/toast';
import { connectedPorts, removeSteps } from '../document/steps';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';

/** Every key of the editor. */
export function KeysSheet() {
  const opened = useScreen((screen) => screen.sheet === 'keys');
  const screen = useScreenStore();
  return (
    <Modal
      opened={opened}
      onClose={() => screen.setState({ sheet: null })}
      title="Keys"
      size={480}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <dl className="keys">
        {commands
          .filter(({ keys }) => keys.length > 0)
          .map((command) => (
            <div key={command.id}>
              <dt>{command.label}</dt>
              <dd>
                <Keys of={command.keys[0] ?? ''} />
              </dd>
            </div>
          ))}
      </dl>
    </Modal>
  );
}

/** The automation as prose, to read or to copy. */
export function TextSheet() {
  const opened = useScreen((screen) => screen.sheet === 'text');
  const screen = useScreenStore();
  const graph = useEditor((state) => state.document.graph);
  const name = useEditor((state) => state.document.name);
  const things = useReferenceNames();
  const text = opened ? toEnglish(graph, things) : '';
  const copy = async () => {
    const done = await navigator.clipboard?.writeText(`${name}\n\n${text}`).then(
      () => true,
      () => false,
    );
    showToast(done ? 'Copied.' : 'Your browser does not allow copying here. Select the text and copy it yourself.');
  };
  return (
    <Modal
      opened={opened}
      onClose={() => screen.setState({ sheet: null })}
      title={name}
      size={640}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <pre className="prose sentence">{text || 'No steps yet.'}</pre>
      <div className="row">
        <Button variant="default" onClick={() => void copy()}>
          Copy as text
        </Button>
      </div>
    </Modal>
  );
}

/** A split is about to go: which of its paths goes on? */
export function RemovingSheet() {
  const id = useScreen((screen) => screen.removing);
  const screen = useScreenStore();
  const close = () => screen.setState({ removing: null });
  return (
    <Modal
      opened={id !== null}
      onClose={close}
      title="Which path should continue?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {id === null ? null : <Survivors id={id} close={close} />}
    </Modal>
  );
}

function Survivors({ id, close }: { id: string; close: () => void }) {
  const store = useEditorStore();
  const graph = useEditor((state) => state.document.graph);
  const ways = connectedPorts(graph, id);
  return (
    <div className="stack">
      <p className="sentence">
        This step splits the path. The path you choose stays. Steps that only the other paths lead to are removed as
        well.
      </p>
      {ways.map(({ port, target }) => {
        const next = graph.nodes.find((node) => node.id === target);
        return (
          <Button
            key={port.id}
            variant="default"
            justify="flex-start"
            h="auto"
            py={8}
            onClick={() => {
              close();
              removeSteps(store, [id], port.id);
            }}
          >
            <span className="survivor">
              <b>{port.label}</b>
              <span>{next ? sentenceOf(next) || nodeDef(next.type)?.title : ''}</span>
            </span>
          </Button>
        );
      })}
    </div>
  );
}
