import { adminAddresses, type Automation, type Run } from '#contracts';
import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { useTransitions } from '../automations/automations.queries';
import { RunsPanel } from '../runs/runs-panel';
import { Problem } from '../ui/confirm';
import { Flow } from './adapter/flow';
import { runKey } from './commands';
import { Inspector } from './inspector/inspector';
import type { Mode } from './document/editor-store';
import { unsentBackup } from './saving/unsent-backup';
import { LiveData } from './live/live-data';
import { ReadOnlyDrawing, type Compared } from './live/read-only-drawing';
import { TestPanel } from './live/test-panel';
import { VersionsPanel } from './live/versions-panel';
import { showToast } from '../ui/toast';
import { SelectionBar } from './panels/selection-bar';
import { FirstStepsHints } from './panels/first-steps-hints';
import { Outline } from './panels/outline';
import { ConnectionNotice } from './presence/connection-notice';
import { PresenceSync } from './presence/presence-sync';
import { PanelBar } from './panels/panel-bar';
import { restoreUnsent } from './saving/restore-unsent';
import { startSaving, type SaveQueue } from './saving/save-queue';
import { ImportSheet } from './sheets/import-sheet';
import { ConflictSheet } from './sheets/conflict-sheet';
import { MoveSheet } from './sheets/move-sheet';
import { FindSheet } from './sheets/find-sheet';
import { PublishSheet } from './sheets/publish-sheet';
import { KeysSheet, RemovingSheet, TextSheet } from './sheets/small-sheets';
import { StopSheet } from './sheets/stop-sheet';
import { StepPicker } from './panels/step-picker';
import { spokenStep } from './document/steps';
import { TopBar } from './top-bar';
import { useEditor, useEditorStore } from './document/use-editor';
import { useUrl } from './screen/use-url';
import { useScreenStore } from './screen/screen-store';

/** Puts the parts of the editor together: bar, rail, drawing or outline, inspector or people, sheets. */
export function EditorFrame({ automation, onReload }: { automation: Automation; onReload: () => void }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const client = useQueryClient();
  const navigate = useNavigate();
  const queue = useRef<SaveQueue | null>(null);
  const recovered = useRef(false);
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const mode = useEditor((state) => state.mode);
  const graph = useEditor((state) => state.document.graph);
  const [traced, setTraced] = useState<Run | undefined>();
  const [compared, setCompared] = useState<Compared | null>(null);
  const { transition, duplicate, remove } = useTransitions(automation.id);

  useEffect(() => {
    const kept = unsentBackup(store.getState().id);
    const saving = startSaving(store);
    queue.current = saving;
    if (kept && !recovered.current) {
      recovered.current = true;
      void restoreUnsent(store, kept);
    }
    const warn = (event: BeforeUnloadEvent) => {
      if (store.getState().unsent.length > 0) event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
      saving.stop();
    };
  }, [store]);
  const flush = useCallback(() => queue.current?.flush() ?? Promise.resolve(), []);
  const catchUp = useCallback(() => void queue.current?.catchUp(), []);

  const revision = useEditor((state) => state.revision);
  useEffect(() => {
    if (revision !== automation.revision)
      void client.invalidateQueries({ queryKey: ['automation', automation.id], exact: true });
  }, [revision, automation.revision, automation.id, client]);

  useUrl(traced, setTraced);
  useKeys();

  const setMode = (next: Mode) => {
    store.getState().openStep(null);
    store.getState().setMode(next);
    if (next !== 'live') setTraced(undefined);
  };
  const publish = () => {
    store.setState({ fresh: new Set() });
    screen.setState({ sheet: 'publish' });
  };
  const actions = {
    pause: () => transition.mutate('pause'),
    resume: () => transition.mutate('resume'),
    archive: () => transition.mutate('archive', { onSuccess: () => void navigate(adminAddresses.automations) }),
    remove: () => remove.mutate(undefined, { onSuccess: () => void navigate(adminAddresses.automations) }),
    duplicate: () =>
      duplicate.mutate(undefined, {
        onSuccess: (made) => {
          void navigate(adminAddresses.automation(made.id));
          showToast('This is the copy, saved as a draft.');
        },
      }),
  };
  const empty = graph.nodes.length === 0;
  return (
    <div className="editor" data-testid="editor" data-narrow={narrow}>
      <TopBar
        automation={automation}
        onRetry={() => void flush()}
        onMode={setMode}
        onPublish={publish}
        actions={actions}
      />
      <ConnectionNotice />
      <div className="editor-body">
        {narrow || mode !== 'build' ? null : <PanelBar />}
        <ReadOnlyDrawing automation={automation} traced={traced} compared={compared}>
          <Canvas narrow={narrow} empty={empty && mode === 'build'} automation={automation} />
          {mode === 'live' ? (
            <People
              automation={automation}
              traced={traced}
              onTrace={setTraced}
              onClose={() => store.getState().openStep(null)}
            />
          ) : null}
        </ReadOnlyDrawing>
        {mode === 'history' ? (
          <VersionsPanel automation={automation} onCompare={setCompared} onRestored={() => setMode('build')} />
        ) : null}
        {mode === 'test' ? <TestPanel automation={automation} flush={flush} /> : null}
        {mode === 'build' ? <Inspector /> : null}
      </div>
      <PresenceSync id={automation.id} catchUp={catchUp} />
      <LiveData automationId={automation.id} traced={traced} />
      <Problem error={transition.error ?? duplicate.error ?? remove.error} />
      <StepPicker />
      <FindSheet />
      <MoveSheet />
      <KeysSheet />
      <TextSheet />
      <ImportSheet />
      <RemovingSheet />
      <ConflictSheet
        onReload={() => {
          store.setState({ unsent: [], save: { is: 'saved', at: automation.updated_at } });
          void client.invalidateQueries({ queryKey: ['automation', automation.id] }).then(onReload);
        }}
      />
      <StopSheet automation={automation} />
      <PublishSheet automation={automation} flush={flush} onPublished={() => setMode('live')} />
      <Spoken />
    </div>
  );
}

interface PeopleProps {
  automation: Automation;
  traced: Run | undefined;
  onTrace: (run: Run | undefined) => void;
  onClose: () => void;
}

/** The people of the drawing that is shown: everyone, those at the open step, or one person's way. */
function People({ automation, traced, onTrace, onClose }: PeopleProps) {
  const graph = useEditor((state) => state.document.graph);
  const open = useEditor((state) => state.open);
  const step = traced || open === 'settings' ? undefined : (open ?? undefined);
  return (
    <RunsPanel automation={automation} graph={graph} nodeId={step} onStep={onClose} onTrace={onTrace} traced={traced} />
  );
}

/** The drawing, or below 900 px the same as a list. One tab stop; the keys are ours. */
function Canvas({ narrow, empty, automation }: { narrow: boolean; empty: boolean; automation: Automation }) {
  const store = useEditorStore();
  const screen = useScreenStore();
  const selected = useEditor((state) => state.selected.at(-1));
  const building = useEditor((state) => state.mode === 'build' && !state.readOnly);
  if (narrow)
    return (
      <div className="canvas canvas-list">
        <Outline wide />
      </div>
    );
  return (
    <div
      className="canvas drawing-keys"
      role="group"
      tabIndex={0}
      aria-label="The drawing. Arrow keys move along the paths, Enter opens a step, A adds one, question mark lists the keyboard shortcuts."
      aria-activedescendant={selected === undefined ? undefined : `step-${selected}`}
      onKeyDown={(event) => {
        runKey(event.nativeEvent, { store, screen }, true);
      }}
    >
      <Flow />
      <SelectionBar />
      <FirstStepsHints automation={automation} />
      {empty && building ? (
        <div className="canvas-empty">
          <p className="sentence lead">What should start it?</p>
          <Button
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              screen.setState({ picker: { place: undefined, at: { x: box.left + box.width / 2, y: box.bottom } } });
            }}
          >
            Choose what starts it
          </Button>
        </div>
      ) : null}
    </div>
  );
}

/** Undo, redo and search work wherever the focus is, except inside fields. */
function useKeys() {
  const store = useEditorStore();
  const screen = useScreenStore();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      runKey(event, { store, screen }, event.target === document.body);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [store, screen]);
}

/** Tells screen readers what changed, and which step is selected. */
function Spoken() {
  const said = useEditor((state) => state.said);
  const spoken = useEditor((state) => {
    const id = state.selected.at(-1);
    if (id === undefined) return '';
    return spokenStep(state.document.graph, id, state.problems.filter((problem) => problem.node_id === id).length);
  });
  return (
    <div className="visually-hidden" aria-live="polite">
      <p>{said}</p>
      <p>{spoken}</p>
    </div>
  );
}
