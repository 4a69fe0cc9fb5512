import { apply, OperationError, sentenceOf, touched, type AutomationDocument, type Operation } from '#graph';
import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { settleClash } from '../save-queue';
import { useEditor, useEditorStore } from '../use-editor';
import { useView, useViewStore } from '../view';

/** Someone else changed the same steps: both sentences side by side, and a choice for each. */
export function ClashSheet({ onReload }: { onReload: () => void }) {
  const view = useViewStore();
  const save = useEditor((state) => state.save);
  const opened = useView((state) => state.sheet === 'clash') && save.is === 'clash';
  return (
    <Modal
      opened={opened}
      onClose={() => view.setState({ sheet: null })}
      title="Someone else changed this too"
      size={640}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {save.is === 'clash' ? <Choices theirs={save.theirs} onReload={onReload} /> : null}
    </Modal>
  );
}

const names: Record<string, string> = {
  ':name': 'The name',
  ':settings': 'The settings',
  ':graph': 'The whole drawing',
};

const after = (document: AutomationDocument, operations: readonly Operation[]): AutomationDocument =>
  operations.reduce((current, operation) => {
    try {
      return apply(current, operation).document;
    } catch (error) {
      if (error instanceof OperationError) return current;
      throw error;
    }
  }, document);

const said = (document: AutomationDocument, id: string): string => {
  if (id === ':name') return document.name;
  if (id.startsWith(':')) return 'changed';
  const [, step = id, mark, part] = /^([^:@]+)([:@])?(.*)$/.exec(id) ?? [];
  const node = document.graph.nodes.find((one) => one.id === step);
  if (!node) return 'removed';
  if (mark === '@') return part === 'note' ? (node.note ?? 'no note') : `where “${sentenceOf(node)}” stands`;
  if (mark !== ':') return sentenceOf(node);
  const edge = document.graph.edges.find((one) => one.source === step && one.port === part);
  const target = document.graph.nodes.find((one) => one.id === edge?.target);
  return `“${sentenceOf(node)}” leads on to ${target ? `“${sentenceOf(target)}”` : 'nothing'}`;
};

function Choices({ theirs, onReload }: { theirs: Operation[]; onReload: () => void }) {
  const store = useEditorStore();
  const view = useViewStore();
  const base = useEditor((state) => state.acknowledged);
  const unsent = useEditor((state) => state.unsent);
  const [picked, setPicked] = useState<Record<string, 'mine' | 'theirs'>>({});
  const hers = new Set(theirs.flatMap(touched));
  const shared = [...new Set(unsent.flatMap(touched))].filter((id) => hers.has(id) || hers.has(':graph'));
  const [mine, other] = [after(base, unsent), after(base, theirs)];
  if (theirs.length === 0)
    return (
      <div className="stack">
        <p className="sentence">
          The automation was replaced as a whole, so your last changes cannot be put on top of it. Copy what you need,
          then load it again.
        </p>
        <Button onClick={onReload}>Load it again</Button>
      </div>
    );
  const settle = () => {
    settleClash(store, (operation) => touched(operation).every((id) => !shared.includes(id) || picked[id] === 'mine'));
    view.setState({ sheet: null });
  };
  return (
    <div className="stack">
      <p className="sentence">
        {shared.length > 0
          ? 'Everything else was put together. Choose for each of these:'
          : 'A step that you connected was removed meanwhile. Your other changes are kept.'}
      </p>
      {shared.map((id) => (
        <section key={id} className="clash">
          <h3>{names[id] ?? said(base, id)}</h3>
          <p className="sentence">
            <b>Theirs</b> {said(other, id)}
          </p>
          <p className="sentence">
            <b>Yours</b> {said(mine, id)}
          </p>
          <SegmentedControl
            size="xs"
            className="start"
            value={picked[id] ?? 'theirs'}
            onChange={(value) => setPicked({ ...picked, [id]: value as 'mine' | 'theirs' })}
            aria-label={`Keep for: ${names[id] ?? said(base, id)}`}
            data={[
              { value: 'theirs', label: 'Keep theirs' },
              { value: 'mine', label: 'Keep yours' },
            ]}
          />
        </section>
      ))}
      <Button onClick={settle}>Go on</Button>
    </div>
  );
}
