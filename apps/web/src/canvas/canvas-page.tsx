import './drawing/canvas.css';
import './drawing/cards.css';
import './drawing/far.css';
import './inspector/inspector.css';
import './live/storyboard.css';
import './panels/panels.css';
import './sheets/sheets.css';
import './presence/presence.css';
import type { Automation } from '#contracts';
import { useEffect, useMemo, useState } from 'react';
import { useParams } from 'react-router';
import { useStore } from 'zustand';
import { useMay } from '../access/session.queries';
import { peopleAt, useAutomation } from '../automations/automations.queries';
import { ReferenceNames } from '../automations/reference-names';
import { Failed, Loading } from '../ui/feedback/query-states';
import { createEditorStore, takeProblems } from './document/editor-store';
import { EditorFrame } from './editor-frame';
import { keptHistory } from './document/history';
import { createExpectedStore, ExpectedProvider } from './expected/expected-store';
import { createLiveStore, LiveProvider } from './live/live-store';
import { useCutOff } from './presence/connection-notice';
import { createPresenceStore, PresenceProvider } from './presence/presence-store';
import { EditorProvider } from './document/use-editor';
import { createScreenStore, ScreenProvider } from './screen/screen-store';

/** `/admin/automations/:id`: the editor of one automation. */
export function CanvasPage() {
  const { id = '' } = useParams();
  const automation = useAutomation(id);
  if (!automation.data) {
    return (
      <div className="page">
        {automation.isPending ? (
          <Loading lines={8} />
        ) : (
          <Failed
            error={automation.error}
            what="The automation could not be loaded"
            onRetry={() => void automation.refetch()}
          />
        )}
      </div>
    );
  }
  return <Opened key={id} automation={automation.data} />;
}

/** The editor's own copy begins with what was read first; later answers only refresh status and counts. */
function Opened({ automation }: { automation: Automation }) {
  const mayChange = useMay('change');
  const [round, setRound] = useState(0);
  const stores = useMemo(
    () => ({
      store: openStore(automation),
      screen: createScreenStore(automation.id),
      expected: createExpectedStore(),
      live: createLiveStore(automation.id),
      presence: createPresenceStore(),
    }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new copy only when the automation is loaded again on purpose
    [automation.id, round],
  );
  const cutOff = useCutOff(useStore(stores.store, (state) => state.unreachableSince));
  const readOnly = !mayChange || automation.status === 'archived' || cutOff;
  useEffect(() => stores.store.setState({ readOnly }), [stores, readOnly]);
  // Read again after each saved change (see EditorFrame), and when one comes back to this window.
  useEffect(() => takeProblems(stores.store, automation), [stores, automation]);
  const someInside = automation.inside > 0;
  useEffect(
    () => stores.store.setState({ peopleAt: someInside ? (ids) => peopleAt(automation.id, ids) : null }),
    [stores, automation.id, someInside],
  );
  useEffect(() => {
    document.title = `${automation.name} · Cortex`;
  }, [automation.name]);
  return (
    <EditorProvider value={stores.store}>
      <ScreenProvider value={stores.screen}>
        <LiveProvider value={stores.live}>
          <ExpectedProvider value={stores.expected}>
            <PresenceProvider value={stores.presence}>
              <ReferenceNames>
                <EditorFrame key={round} automation={automation} onReload={() => setRound(round + 1)} />
              </ReferenceNames>
            </PresenceProvider>
          </ExpectedProvider>
        </LiveProvider>
      </ScreenProvider>
    </EditorProvider>
  );
}

/** A store for the draft as it was read, with the undo this tab had. */
function openStore(automation: Automation) {
  const { id, revision, graph, settings, name, problems, updated_at } = automation;
  const store = createEditorStore({
    id,
    revision,
    document: { name, graph, settings },
    problems,
    updated_at,
    readOnly: false,
  });
  const past = keptHistory(id, revision);
  if (past.length > 0) store.setState({ past });
  return store;
}
