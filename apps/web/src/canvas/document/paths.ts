import { connectionRefusal, indexGraph, isEntry, reachable, type Graph, type Operation, type Place } from '#graph';
import { showUndoToast } from '../../ui/feedback/toast';
import { plural } from '../../ui/formatting/format';
import type { EditorStore } from './editor-store';
import { wordOf } from './steps';

/** The step a way out leads to; undefined where its path ends. */
export const followerOf = (graph: Graph, place: Place): string | undefined => {
  const { nodes, out } = indexGraph(graph);
  const target = out.get(place.source)?.get(place.port)?.target;
  return target !== undefined && nodes.has(target) ? target : undefined;
};

const reached = (graph: Graph): Set<string> =>
  reachable(
    graph,
    graph.nodes.filter(isEntry).map(({ id }) => id),
  );

/** Changes where one path leads, and says how many steps nobody comes to any more. */
const change = (store: EditorStore, label: string, operation: Operation, select: string): void => {
  const before = reached(store.getState().document.graph);
  if (!store.getState().edit(label, [operation], { select: [select] })) return;
  const entry = store.getState().past.at(-1);
  const after = reached(store.getState().document.graph);
  const lost = [...before].filter((id) => !after.has(id)).length;
  if (lost === 0) return;
  showUndoToast(`${label}. Nobody comes to ${plural(lost, 'step', 'steps')} any more.`, () => {
    // Only while it is the newest change: going back further is what the list of changes is for.
    if (store.getState().past.at(-1) === entry) store.getState().undo();
  });
};

/**
 * Leads a path to a step that is there.
 * @returns why it was refused, or undefined.
 */
export const leadTo = (store: EditorStore, place: Place, target: string): string | undefined => {
  const { graph } = store.getState().document;
  const reason = connectionRefusal(graph, place, target);
  if (reason) return reason;
  const to = indexGraph(graph).nodes.get(target);
  change(store, `Connect to ${to ? wordOf(to) : 'a step'}`, { op: 'connect', ...place, target }, place.source);
  return undefined;
};

/** Ends a path at its way out. What followed stays where it is. */
export const endPath = (store: EditorStore, place: Place): void => {
  if (followerOf(store.getState().document.graph, place) !== undefined)
    change(store, 'End a path here', { op: 'disconnect', ...place }, place.source);
};
