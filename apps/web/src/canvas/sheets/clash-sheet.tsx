import { about, applyAll, sentenceOf, type AutomationDocument, type Operation } from '#graph';
import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { resolve, settleClash } from '../merge';
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
  ':set_notes': 'The free notes',
  ':set_sections': 'The sections',
  ':set_layout': 'The layout',
};

/** What a document says of something that was changed, in the words of `about`. */
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
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const mine = useMemo(() => applyAll(base, unsent).document, [base, unsent]);
  const clash = useMemo(() => resolve(base, unsent, theirs, picked), [base, unsent, theirs, picked]);
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
  // A step that is new in one of the two is named by whoever has it.
  const named = (id: string) => {
    const name = names[id] ?? said(base, id);
    return name === 'removed' ? said(mine, id) : name;
  };
  const pick = (id: string, whose: string) => {
    const next = new Set(picked);
    if (whose === 'mine') next.add(id);
    else next.delete(id);
    setPicked(next);
  };
  return (
    <div className="stack">
      <p className="sentence">Everything else was put together. Choose for each of these:</p>
      {clash.choices.map((id) => (
        <section key={id} className="clash" data-testid={`clash-${id}`}>
          <h3>{named(id)}</h3>
          <p className="sentence">
            <b>Theirs</b> {said(clash.theirs, id)}
          </p>
          <p className="sentence">
            <b>Yours</b> {said(mine, id)}
          </p>
          <SegmentedControl
            size="xs"
            className="start"
            value={picked.has(id) ? 'mine' : 'theirs'}
            onChange={(value) => pick(id, value)}
            aria-label={`Keep for: ${named(id)}`}
            data={[
              { value: 'theirs', label: 'Keep theirs' },
              { value: 'mine', label: 'Keep yours' },
            ]}
          />
        </section>
      ))}
      {clash.lost.length > 0 ? (
        <section className="clash" data-testid="clash-lost">
          <h3>This cannot be kept, because a step of it was removed</h3>
          <ul className="plain-list">
            {[...new Set(clash.lost.map(about))].map((id) => (
              <li key={id} className="sentence">
                {names[id] ?? said(mine, id)}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Button
        onClick={() => {
          settleClash(store, picked);
          view.setState({ sheet: null });
        }}
      >
        Go on
      </Button>
    </div>
  );
}
