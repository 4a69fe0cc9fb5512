import type { Automation, Run } from '#contracts';
import { diff, sentenceOf, withSteps, type AutomationDocument, type Drawn, type Graph } from '#graph';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useReferenceNames } from '../../automations/reference-names';
import { createEditorStore, type Mode } from '../document/editor-store';
import { useVersion } from '../../automations/versions.queries';
import { EditorProvider, useEditor, useEditorStore } from '../document/use-editor';
import { useLiveStore, type StepChange } from './live-store';

/** Two drawings side by side: the older one, and the one that is drawn. */
export interface Compared {
  before: Drawn | undefined;
  after: Drawn;
}

interface ShownProps {
  automation: Automation;
  traced: Run | undefined;
  compared: Compared | null;
  children: ReactNode;
}

/**
 * Which drawing is on the canvas: the draft while it is built or tried, in Live the version that runs (or the one
 * that the traced person is in), in History the one that is looked at, with what it took away as ghosts.
 */
export function ReadOnlyDrawing({ automation, traced, compared, children }: ShownProps) {
  const mode = useEditor((state) => state.mode);
  const document = useEditor((state) => state.document);
  const n = mode === 'live' ? (traced?.version ?? automation.live_version) : null;
  const version = useVersion(automation.id, n);
  const shown = useMemo((): { drawn: Drawn; as: Mode } | undefined => {
    if (mode === 'live' && version.data) return { drawn: version.data, as: 'live' };
    if (mode === 'history' && compared)
      return { drawn: { ...compared.after, graph: withGhosts(compared) }, as: 'history' };
    if (mode === 'test') return { drawn: document, as: 'live' };
    return undefined;
  }, [mode, version.data, compared, document]);
  useMarks(mode === 'history' ? compared : null);
  if (!shown) return children;
  return (
    <Fixed key={shown.as} name={document.name} drawn={shown.drawn} mode={shown.as}>
      {children}
    </Fixed>
  );
}

/** A drawing that nobody edits, in a store of its own; which step is open is the editor's to know. */
function Fixed({ name, drawn, mode, children }: { name: string; drawn: Drawn; mode: Mode; children: ReactNode }) {
  const outer = useEditorStore();
  const inner = useMemo(() => {
    const document: AutomationDocument = { name, graph: drawn.graph, settings: drawn.settings };
    const store = createEditorStore({
      id: 'shown',
      revision: 0,
      document,
      problems: [],
      updated_at: '',
      readOnly: true,
    });
    store.getState().setMode(mode);
    store.getState().openStep(outer.getState().open);
    return store;
  }, [drawn, mode, name, outer]);
  useEffect(() => {
    const forth = inner.subscribe(({ open }) => {
      if (open !== outer.getState().open) outer.getState().openStep(open);
    });
    const back = outer.subscribe(({ open }) => {
      if (open === inner.getState().open) return;
      inner.getState().openStep(open);
      if (open === null) inner.getState().select([]);
    });
    return () => {
      forth();
      back();
    };
  }, [inner, outer]);
  return <EditorProvider value={inner}>{children}</EditorProvider>;
}

/** The newer drawing, with the steps that it no longer has where they were. */
function withGhosts({ before, after }: Compared): Graph {
  if (!before) return after.graph;
  const kept = new Set(after.graph.nodes.map((node) => node.id));
  const gone = before.graph.nodes.filter((node) => !kept.has(node.id));
  const ways = new Set(after.graph.edges.map((edge) => `${edge.source}:${edge.port}`));
  const edges = before.graph.edges.filter(
    (edge) => (!kept.has(edge.source) || !kept.has(edge.target)) && !ways.has(`${edge.source}:${edge.port}`),
  );
  return { ...after.graph, nodes: [...after.graph.nodes, ...gone], edges: [...after.graph.edges, ...edges] };
}

function useMarks(compared: Compared | null) {
  const live = useLiveStore();
  const things = useReferenceNames();
  useEffect(() => {
    const marks = new Map<string, StepChange>();
    if (compared?.before) {
      const names = withSteps(things, compared.before.graph);
      for (const change of diff(compared.before, compared.after, things)) {
        if (change.change === 'added' || change.change === 'removed')
          marks.set(change.node_id, { mark: change.change });
        else if (change.change === 'changed')
          marks.set(change.node_id, { mark: 'changed', was: sentenceOf(change.before, names) });
      }
    }
    live.setState({ changes: compared ? marks : null });
  }, [live, compared, things]);
}
