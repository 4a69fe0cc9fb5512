import type { Portable } from '#graph';
import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { ChooseImportFile } from '../../automations/choose-import-file';
import { useReferenceNames } from '../../automations/reference-names';
import { showToast } from '../../ui/feedback/toast';
import { useEditor, useEditorStore } from '../document/use-editor';
import { useScreen, useScreenStore } from '../screen/screen-store';
import { changesBetween } from '../document/changes';

/** Replaces the draft by an exported file, after saying what that changes; one step for Undo. */
export function ImportSheet() {
  const opened = useScreen((screen) => screen.sheet === 'import');
  const screen = useScreenStore();
  const [read, setRead] = useState<Portable>();
  const close = () => {
    setRead(undefined);
    screen.setState({ sheet: null });
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title="Replace the draft with a file"
      size={640}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="stack">
        <p className="sentence">
          Choose an exported automation. You see what would change before anything happens, and you can undo it.
        </p>
        <ChooseImportFile onRead={setRead} />
        {read ? <Changes given={read} close={close} /> : null}
      </div>
    </Modal>
  );
}

function Changes({ given, close }: { given: Portable; close: () => void }) {
  const store = useEditorStore();
  const things = useReferenceNames();
  const draft = useEditor((state) => state.document);
  const replace = () => {
    const done = store.getState().edit(`Replace the draft with “${given.name}”`, [
      { op: 'replace_graph', graph: given.graph },
      { op: 'set_settings', settings: given.settings },
    ]);
    if (done) showToast(`The draft is now the same as “${given.name}”. Undo brings the old draft back.`);
    close();
  };
  return (
    <>
      <section className="stack-tight" aria-label="What it changes">
        <h3>{given.name}</h3>
        <ul className="changes sentence" data-testid="bring-in-changes">
          {changesBetween(draft, given, things).map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <div>
        <Button onClick={replace}>Replace the draft</Button>
      </div>
    </>
  );
}
