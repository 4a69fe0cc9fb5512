import { adminAddresses, type Automation } from '#contracts';
import { ActionIcon, Button, SegmentedControl, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconArrowLeft } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { StatusPill } from '../automations/status-pill';
import { CommandMenu } from './commands/command-menu';
import type { Mode } from './document/editor-store';
import type { PageActions } from './screen/page-actions';
import { lastPossible } from './document/history';
import { Avatars } from './presence/avatars';
import { SaveStatus } from './saving/save-status';
import { useEditor, useEditorStore } from './document/use-editor';

interface TopBarProps {
  automation: Automation;
  onRetry: () => void;
  page: PageActions;
}

/** Name, state, saved or not, undo, mode, publish. */
export function TopBar({ automation, onRetry, page }: TopBarProps) {
  const mode = useEditor((state) => state.mode);
  const readOnly = useEditor((state) => state.readOnly);
  return (
    <header className="bar" data-own-commands>
      <Tooltip label="All automations">
        <ActionIcon component={Link} to={adminAddresses.automations} aria-label="All automations">
          <IconArrowLeft size={18} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
      <Name />
      <StatusPill automation={automation} />
      <SaveStatus onRetry={onRetry} />
      <Avatars />
      <span className="bar-gap" />
      <UndoRedo />
      <SegmentedControl
        size="xs"
        value={mode === 'test' ? 'build' : mode}
        onChange={(value) => page.setMode(value as Mode)}
        data={[
          { value: 'build', label: 'Build' },
          { value: 'live', label: 'Live' },
          { value: 'history', label: 'History' },
        ]}
        aria-label="Mode"
      />
      <CommandMenu />
      {automation.status === 'paused' ? (
        <Button variant="default" onClick={page.resume} disabled={readOnly}>
          Resume
        </Button>
      ) : null}
      {automation.status === 'live' ? (
        <Button variant="default" onClick={page.pause} disabled={readOnly}>
          Pause
        </Button>
      ) : null}
      <Button
        variant="default"
        aria-pressed={mode === 'test'}
        onClick={() => page.setMode(mode === 'test' ? 'build' : 'test')}
        data-testid="test"
      >
        {mode === 'test' ? 'End the test' : 'Test'}
      </Button>
      <Button onClick={page.publish} disabled={readOnly} data-testid="publish">
        Publish
      </Button>
    </header>
  );
}

/** The name, edited where it stands; Enter keeps it, Escape gives it up. */
function Name() {
  const store = useEditorStore();
  const name = useEditor((state) => state.document.name);
  const readOnly = useEditor((state) => state.readOnly);
  const [draft, setDraft] = useState<string | null>(null);
  const keep = () => {
    const next = draft?.trim();
    if (next && next !== name) store.getState().edit(`Rename to “${next}”`, [{ op: 'rename', name: next }]);
    setDraft(null);
  };
  return (
    <input
      className="bar-name"
      aria-label="Automation name"
      dir="auto"
      title={name}
      maxLength={200}
      readOnly={readOnly}
      size={Math.max(8, Math.min(36, (draft ?? name).length + 1))}
      value={draft ?? name}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') {
          setDraft(null);
          event.currentTarget.blur();
        }
      }}
    />
  );
}

function UndoRedo() {
  const store = useEditorStore();
  const undo = useEditor((state) => lastPossible(state.past)?.label);
  const redo = useEditor((state) => lastPossible(state.future)?.label);
  const building = useEditor((state) => state.mode === 'build' && !state.readOnly);
  return (
    <span className="bar-pair">
      <Tooltip label={undo ? `Undo: ${undo}` : 'Nothing to undo'}>
        <ActionIcon
          aria-label={undo ? `Undo: ${undo}` : 'Undo'}
          data-testid="undo"
          disabled={!undo || !building}
          onClick={() => store.getState().undo()}
        >
          <IconArrowBackUp size={18} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={redo ? `Redo: ${redo}` : 'Nothing to redo'}>
        <ActionIcon
          aria-label={redo ? `Redo: ${redo}` : 'Redo'}
          data-testid="redo"
          disabled={!redo || !building}
          onClick={() => store.getState().redo()}
        >
          <IconArrowForwardUp size={18} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
