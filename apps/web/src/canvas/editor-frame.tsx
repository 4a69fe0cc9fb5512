import type { Automation, Run } from '#contracts';
import { useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { RunsPanel } from '../runs/runs-panel';
import { Problem } from '../ui/forms/confirm';
import { runKey } from './commands';
import { useCanvasPalette } from './commands/use-canvas-palette';
import { usePageActions } from './commands/use-page-actions';
import { Inspector } from './inspector/inspector';
import type { Mode } from './document/editor-store';
import { unsentBackup } from './saving/unsent-backup';
import { ExpectedData } from './expected/expected-data';
import { LiveData } from './live/live-data';
import { ReadOnlyDrawing, type Compared } from './live/read-only-drawing';
import { TestRoom } from './live/test-room';
import { VersionsPanel } from './live/versions-panel';
import { ConnectionNotice } from './presence/connection-notice';
import { PresenceSync } from './presence/presence-sync';
import { PanelBar } from './panels/panel-bar';
import { restoreUnsent } from './saving/restore-unsent';
import { startSaving, type SaveQueue } from './saving/save-queue';
import { spokenStep } from './document/steps';
import { TopBar } from './top-bar';
import { DrawingArea } from './drawing-area';
import { EditorSheets } from './editor-sheets';
import { ErrorBoundary } from '../ui/feedback/error-boundary';
import { useEditor, useEditorStore } from './document/use-editor';
import { useUrl } from './screen/use-url';
import { useScreenStore } from './screen/screen-store';

/** Puts the parts of the editor together: bar, rail, drawing or outline, inspector or people, sheets. */
export function EditorFrame({ automation, onReload }: { automation: Automation; onReload: () => void }) {
  const store = useEditorStore();
  const client = useQueryClient();
  const queue = useRef<SaveQueue | null>(null);
  const recovered = useRef(false);
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const mode = useEditor((state) => state.mode);
  const graph = useEditor((state) => state.document.graph);
  const [traced, setTraced] = useState<Run | undefined>();
  const [compared, setCompared] = useState<Compared | null>(null);

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
  const page = usePageActions(automation, setMode);
  useCanvasPalette();
  const empty = graph.nodes.length === 0;
  return (
    <div className="editor" data-testid="editor" data-narrow={narrow}>
      <ErrorBoundary what="The bar could not be shown" room="line">
        <TopBar automation={automation} onRetry={() => void flush()} page={page} />
      </ErrorBoundary>
      <div className="editor-body">
        <ConnectionNotice />
        {narrow || mode !== 'build' ? null : (
          <ErrorBoundary what="The panels could not be shown">
            <PanelBar />
          </ErrorBoundary>
        )}
        <ErrorBoundary what="The drawing could not be shown" of={graph} frame={part('canvas')}>
          <ReadOnlyDrawing automation={automation} traced={traced} compared={compared}>
            <DrawingArea narrow={narrow} empty={empty && mode === 'build'} automation={automation} />
            {mode === 'live' ? (
              <ErrorBoundary
                what="The people could not be shown"
                of={traced}
                frame={part('inspector inspector-failed')}
              >
                <People
                  automation={automation}
                  traced={traced}
                  onTrace={setTraced}
                  onClose={() => store.getState().openStep(null)}
                />
              </ErrorBoundary>
            ) : null}
          </ReadOnlyDrawing>
        </ErrorBoundary>
        {mode === 'history' ? (
          <ErrorBoundary what="The versions could not be shown" frame={part('inspector inspector-failed')}>
            <VersionsPanel automation={automation} onCompare={setCompared} onRestored={() => setMode('build')} />
          </ErrorBoundary>
        ) : null}
        {mode === 'test' ? (
          <ErrorBoundary what="The test could not be shown" frame={part('inspector inspector-failed')}>
            <TestRoom automation={automation} flush={flush} />
          </ErrorBoundary>
        ) : null}
        {mode === 'build' ? <Inspector /> : null}
      </div>
      <PresenceSync id={automation.id} catchUp={catchUp} />
      <LiveData automationId={automation.id} traced={traced} />
      <ExpectedData automationId={automation.id} />
      <Problem error={page.error} />
      <EditorSheets
        automation={automation}
        flush={flush}
        onPublished={() => setMode('live')}
        onConflictOver={() => {
          store.setState({ unsent: [], save: { is: 'saved', at: automation.updated_at } });
          void client.invalidateQueries({ queryKey: ['automation', automation.id] }).then(onReload);
        }}
      />
      <ErrorBoundary what="The changes could not be shown" frame={() => null}>
        <Spoken />
      </ErrorBoundary>
    </div>
  );
}

/** An error in the place of a part that has a place of its own. */
const part = (className: string) => (failed: ReactNode) => <div className={className}>{failed}</div>;

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
