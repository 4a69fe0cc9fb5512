import { about, applyAll, type Operation } from '#graph';
import { Button, Modal, SegmentedControl } from '@mantine/core';
import { useMemo, useState } from 'react';
import { resolve, settleConflict } from '../document/merge';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';
import { partName, partText } from '../document/describe-part';

/** Someone else changed the same steps: both sentences side by side, and a choice for each. */
export function ConflictSheet({ onReload }: { onReload: () => void }) {
  const screen = useScreenStore();
  const save = useEditor((state) => state.save);
  const opened = useScreen((state) => state.sheet === 'conflict') && save.is === 'conflict';
  return (
    <Modal
      opened={opened}
      onClose={() => screen.setState({ sheet: null })}
      title="Someone else changed this too"
      size={640}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {save.is === 'conflict' ? <Choices theirs={save.theirs} onReload={onReload} /> : null}
    </Modal>
  );
}

function Choices({ theirs, onReload }: { theirs: Operation[]; onReload: () => void }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const base = useEditor((state) => state.acknowledged);
  const unsent = useEditor((state) => state.unsent);
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const mine = useMemo(() => applyAll(base, unsent).document, [base, unsent]);
  const conflict = useMemo(() => resolve(base, unsent, theirs, picked), [base, unsent, theirs, picked]);
  if (theirs.length === 0)
    return (
      <div className="stack">
        <p className="sentence">
          The whole automation was replaced, so your last changes no longer fit. Copy what you need, then reload it.
        </p>
        <Button onClick={onReload}>Reload</Button>
      </div>
    );
  const nameOf = (id: string) => partName(id, base, mine, conflict.theirs);
  const pick = (id: string, whose: string) => {
    const next = new Set(picked);
    if (whose === 'mine') next.add(id);
    else next.delete(id);
    setPicked(next);
  };
  return (
    <div className="stack">
      <p className="sentence">Everything else was merged. Choose a version for each of these:</p>
      {conflict.choices.map((id) => (
        <section key={id} className="conflict" data-testid={`conflict-${id}`}>
          <h3>{nameOf(id)}</h3>
          <p className="sentence">
            <b>Theirs</b> {partText(conflict.theirs, id)}
          </p>
          <p className="sentence">
            <b>Yours</b> {partText(mine, id)}
          </p>
          <SegmentedControl
            size="xs"
            className="start"
            value={picked.has(id) ? 'mine' : 'theirs'}
            onChange={(value) => pick(id, value)}
            aria-label={`Version to keep of: ${nameOf(id)}`}
            data={[
              { value: 'theirs', label: 'Keep theirs' },
              { value: 'mine', label: 'Keep yours' },
            ]}
          />
        </section>
      ))}
      {conflict.lost.length > 0 ? (
        <section className="conflict" data-testid="conflict-lost">
          <h3>These changes cannot be kept, because a step they need was removed</h3>
          <ul className="plain-list">
            {[...new Set(conflict.lost.map(about))].map((id) => (
              <li key={id} className="sentence">
                {nameOf(id)}
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      <Button
        onClick={() => {
          settleConflict(store, picked);
          screen.setState({ sheet: null });
        }}
      >
        Continue
      </Button>
    </div>
  );
}
