import { adminAddresses, type Automation } from '#contracts';
import { ActionIcon, Button, Menu, SegmentedControl, Tooltip } from '@mantine/core';
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconArrowLeft,
  IconDots,
  IconLayoutDistributeVertical,
} from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useReferenceNames } from '../automations/reference-names';
import { StatusPill } from '../automations/status-pill';
import { download } from '../ui/copying/download';
import type { Mode } from './document/editor-store';
import { lastPossible } from './document/history';
import { showToast } from '../ui/feedback/toast';
import { asPng, inkOf, pictureOf } from './drawing/picture';
import { Avatars } from './presence/avatars';
import { SaveStatus } from './saving/save-status';
import { tidy, setFree } from './drawing/layout';
import { useEditor, useEditorStore } from './document/use-editor';
import { useScreenStore } from './screen/screen-store';

interface TopBarProps {
  automation: Automation;
  onRetry: () => void;
  onMode: (mode: Mode) => void;
  onPublish: () => void;
  actions: { pause: () => void; resume: () => void; duplicate: () => void; archive: () => void; remove: () => void };
}

/** Name, state, saved or not, undo, mode, publish. */
export function TopBar({ automation, onRetry, onMode, onPublish, actions }: TopBarProps) {
  const mode = useEditor((state) => state.mode);
  const readOnly = useEditor((state) => state.readOnly);
  return (
    <header className="bar">
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
        onChange={(value) => onMode(value as Mode)}
        data={[
          { value: 'build', label: 'Build' },
          { value: 'live', label: 'Live' },
          { value: 'history', label: 'History' },
        ]}
        aria-label="Mode"
      />
      <MoreMenu automation={automation} actions={actions} />
      {automation.status === 'paused' ? (
        <Button variant="default" onClick={actions.resume} disabled={readOnly}>
          Resume
        </Button>
      ) : null}
      {automation.status === 'live' ? (
        <Button variant="default" onClick={actions.pause} disabled={readOnly}>
          Pause
        </Button>
      ) : null}
      <Button
        variant="default"
        aria-pressed={mode === 'test'}
        onClick={() => onMode(mode === 'test' ? 'build' : 'test')}
        data-testid="test"
      >
        {mode === 'test' ? 'End the test' : 'Test'}
      </Button>
      <Button onClick={onPublish} disabled={readOnly} data-testid="publish">
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

function MoreMenu({ automation, actions }: Pick<TopBarProps, 'automation' | 'actions'>) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const free = useEditor((state) => state.document.graph.layout === 'free');
  const readOnly = useEditor((state) => state.readOnly);
  const things = useReferenceNames();
  const savePicture = async (kind: 'svg' | 'png') => {
    const edited = store.getState().document;
    const svg = pictureOf(edited, things, inkOf(document));
    try {
      const content = kind === 'svg' ? new Blob([svg], { type: 'image/svg+xml' }) : await asPng(svg);
      download(content, `${edited.name}.${kind}`);
    } catch (error) {
      showToast(error instanceof Error ? error.message : 'The picture could not be made. Save it as SVG instead.');
    }
  };
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon aria-label="More">
          <IconDots size={18} stroke={1.5} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconLayoutDistributeVertical size={16} stroke={1.5} />}
          onClick={() => tidy(store)}
          disabled={readOnly || !free}
        >
          Tidy
        </Menu.Item>
        <Menu.Item onClick={() => setFree(store, !free)} disabled={readOnly}>
          {free ? 'Arrange automatically' : 'Free layout'}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => store.getState().openStep('settings')}>Settings of this automation</Menu.Item>
        <Menu.Item onClick={() => screen.setState({ sheet: 'text' })}>Read as text</Menu.Item>
        <Menu.Item component="a" href={`/automations/${automation.id}/export`} download={`${automation.name}.json`}>
          Export as JSON
        </Menu.Item>
        <Menu.Item onClick={() => void savePicture('svg')}>Save as a picture (SVG)</Menu.Item>
        <Menu.Item onClick={() => void savePicture('png')}>Save as a picture (PNG)</Menu.Item>
        <Menu.Item onClick={() => screen.setState({ sheet: 'import' })} disabled={readOnly}>
          Replace with a file
        </Menu.Item>
        <Menu.Item onClick={() => screen.setState({ sheet: 'keys' })}>Keyboard shortcuts</Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={actions.duplicate} disabled={readOnly}>
          Duplicate
        </Menu.Item>
        {automation.inside > 0 || automation.status === 'live' || automation.status === 'paused' ? (
          <Menu.Item color="danger" onClick={() => screen.setState({ sheet: 'stop' })} disabled={readOnly}>
            Stop: everyone leaves
          </Menu.Item>
        ) : automation.entered === 0 && automation.live_version === null ? (
          <Menu.Item color="danger" onClick={actions.remove} disabled={readOnly}>
            Delete
          </Menu.Item>
        ) : (
          <Menu.Item onClick={actions.archive} disabled={readOnly}>
            Archive
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
