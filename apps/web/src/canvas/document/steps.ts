import {
  insertAt,
  indexGraph,
  nodeDef,
  noNames,
  portsOf,
  refusal,
  removeAll,
  sentenceOf,
  typedRefusal,
  typedSteps,
  type Graph,
  type GraphNode,
  type HeardText,
  type Operation,
  type Place,
  type Point,
} from '#graph';
import type { EditorStore } from './editor-store';
import { showUndoToast } from '../../ui/feedback/toast';
import { people } from '../../ui/formatting/format';

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** An id for a new step: 16 characters, unique without asking anybody. */
export const newStepId = (): string =>
  `s${[...crypto.getRandomValues(new Uint8Array(15))].map((byte) => alphabet[byte % 32]).join('')}`;

/** The word a step is called by in labels: its title, in lower case. */
export const wordOf = (node: Pick<GraphNode, 'type'>): string =>
  (nodeDef(node.type)?.title ?? 'step').replace(/^./, (letter) => letter.toLowerCase());

/** The first way out of a step that leads nowhere, else its first way out; undefined where it has none. */
export const placeAfter = (graph: Graph, id: string): Place | undefined => {
  const node = indexGraph(graph).nodes.get(id);
  const ports = node ? portsOf(node) : [];
  const ways = indexGraph(graph).out.get(id);
  const port = ports.find((one) => !ways?.has(one.id)) ?? ports[0];
  return port ? { source: id, port: port.id } : undefined;
};

/** A place for a step, as one chooses it: the step whose way out it is, and what that way says. */
export interface NamedPlace {
  place: Place;
  node: GraphNode;
  label: string;
}

/** Every way out of a step, those that lead nowhere first. */
export const placesAfter = (graph: Graph, id: string): NamedPlace[] => {
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id);
  if (!node) return [];
  const places = portsOf(node).map((port) => ({ place: { source: id, port: port.id }, node, label: port.label }));
  return places.toSorted(
    (a, b) => Number(out.get(id)?.has(a.place.port) ?? false) - Number(out.get(id)?.has(b.place.port) ?? false),
  );
};

/** Every way that leads to a step. */
export const placesBefore = (graph: Graph, id: string): NamedPlace[] => {
  const { nodes, in: into } = indexGraph(graph);
  return (into.get(id) ?? []).flatMap(({ source, port }) => {
    const node = nodes.get(source);
    const label = node && portsOf(node).find((one) => one.id === port)?.label;
    return node && label !== undefined ? [{ place: { source, port }, node, label }] : [];
  });
};

/** The one way out in the drawing that leads nowhere; undefined where there are several, or none. */
const onlyOpenEnd = (graph: Graph): Place | undefined => {
  const { out } = indexGraph(graph);
  const open = graph.nodes.flatMap((node) =>
    portsOf(node).flatMap(({ id: port }) => (out.get(node.id)?.has(port) ? [] : [{ source: node.id, port }])),
  );
  return open.length === 1 ? open[0] : undefined;
};

/** Where steps go that are written down: behind the selected one, else to the one end that is open. */
export const placeOfTyped = (graph: Graph, selected: string | undefined): Place | undefined =>
  selected === undefined ? onlyOpenEnd(graph) : placeAfter(graph, selected);

/**
 * Adds steps as they were written, selects and opens the last of them.
 * @returns why they were refused, or undefined.
 */
export const addTyped = (store: EditorStore, typed: HeardText, place: Place | undefined): string | undefined => {
  const { document, edit, openStep } = store.getState();
  const reason = typedRefusal(document.graph, typed, place);
  if (reason) return reason;
  const { operations, ids } = typedSteps(document.graph, typed, place, newStepId);
  const [first] = typed.nodes;
  const label = ids.length === 1 && first ? `Add ${wordOf(first)}` : `Add ${ids.length} steps`;
  const last = ids.at(-1);
  if (last === undefined || !edit(label, operations, { select: [last] })) return 'This place no longer exists.';
  openStep(last);
  return undefined;
};

/** The place a step was reached from, so that something can be put before it. */
export const placeBefore = (graph: Graph, id: string): Place | undefined => {
  const edge = indexGraph(graph).in.get(id)?.[0];
  return edge ? { source: edge.source, port: edge.port } : undefined;
};

/**
 * Adds a step of a type behind a way out, selects it and opens it. Picker, palette and keyboard all call it; steps that
 * are written down come by `addTyped`.
 * @returns why it was refused, or undefined.
 */
export const addStep = (
  store: EditorStore,
  type: string,
  place: Place | undefined,
  position?: Point,
): string | undefined => {
  const { document, edit, openStep } = store.getState();
  const reason = position ? undefined : refusal(document.graph, type, place);
  if (reason) return reason;
  const def = nodeDef(type);
  if (!def) return 'This version of Cortex does not have this step.';
  const node: GraphNode = {
    id: newStepId(),
    type,
    config: structuredClone(def.defaults),
    ...(position ? { position } : {}),
  };
  const done = edit(`Add ${wordOf(node)}`, insertAt(document.graph, node, place), { select: [node.id] });
  if (!done) return 'This place no longer exists.';
  openStep(node.id, def.phrases({}, noNames).find((phrase) => phrase.blank)?.field ?? Object.keys(def.config.shape)[0]);
  return undefined;
};

/** Ways out of a step that lead on: more than one means that removing it must ask which survives. */
export const connectedPorts = (graph: Graph, id: string) => {
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id);
  const targets = (node ? portsOf(node) : []).map((port) => ({ port, target: out.get(id)?.get(port.id)?.target }));
  return targets.filter(({ target }) => target !== undefined && nodes.has(target));
};

/** Whether removing a step loses a path: its ways out lead to different steps. */
export const mustAsk = (graph: Graph, id: string): boolean =>
  new Set(connectedPorts(graph, id).map(({ target }) => target)).size > 1;

/** Gives a step another config; what led on from a way out that it no longer has is disconnected with it. */
export const changeConfig = (graph: Graph, id: string, config: Record<string, unknown>): Operation[] => {
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id);
  const kept = new Set(node ? portsOf({ ...node, config }).map((port) => port.id) : []);
  const gone = [...(out.get(id)?.keys() ?? [])].filter((port) => !kept.has(port));
  return [
    ...gone.map((port): Operation => ({ op: 'disconnect', source: id, port })),
    { op: 'set_config', node_id: id, config },
  ];
};

/** Takes steps out and closes the gap; selects a sensible neighbour. */
export const removeSteps = (store: EditorStore, ids: readonly string[], survive?: string): void => {
  const { document, edit } = store.getState();
  const { nodes } = indexGraph(document.graph);
  const gone = ids.filter((id) => nodes.has(id));
  const [only] = gone;
  const first = only === undefined ? undefined : nodes.get(only);
  if (!first || only === undefined) return;
  const neighbour = placeBefore(document.graph, only)?.source ?? connectedPorts(document.graph, only)[0]?.target;
  const label = gone.length === 1 ? `Remove ${wordOf(first)}` : `Remove ${gone.length} steps`;
  const done = edit(
    label,
    removeAll(document.graph, gone, { ...(survive ? { survive } : {}), withOrphans: survive !== undefined }),
    {
      select: neighbour !== undefined && !gone.includes(neighbour) ? [neighbour] : [],
    },
  );
  const entry = store.getState().past.at(-1);
  if (!done || !entry) return;
  const what = gone.length === 1 ? `Removed: ${sentenceOf(first) || wordOf(first)}` : `Removed ${gone.length} steps`;
  const show = (message: string) =>
    showUndoToast(message, () => {
      // Only while it is the newest change: going back further is what the list of changes is for.
      if (store.getState().past.at(-1) === entry) store.getState().undo();
    });
  const { peopleAt } = store.getState();
  if (!peopleAt) return show(what);
  void peopleAt(gone).then(
    (count) => show(count === 0 ? what : `${what}. ${whoStands(count, gone.length)}`),
    () => show(what),
  );
};

const whoStands = (count: number, steps: number): string =>
  `${people(count)} ${count === 1 ? 'is' : 'are'} at ${steps === 1 ? 'this step' : 'these steps'} now and ${count === 1 ? 'stays' : 'stay'} ` +
  `in the live version. When you publish, you choose where ${count === 1 ? 'this person goes' : 'they go'}.`;

/** “Wait 30 minutes. Step 2 of 6. One path, to Only if. One problem.” */
export const spokenStep = (graph: Graph, id: string, problems: number): string => {
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id);
  if (!node) return '';
  const at = graph.nodes.findIndex((one) => one.id === id) + 1;
  const ways = portsOf(node).map((port) => {
    const target = nodes.get(out.get(id)?.get(port.id)?.target ?? '');
    const label = port.label ? `${port.label}: ` : '';
    return label + (target ? (nodeDef(target.type)?.title ?? 'a step') : 'ends here');
  });
  const paths =
    ways.length === 0 ? 'No paths.' : `${ways.length === 1 ? 'One path' : `${ways.length} paths`}, ${ways.join('; ')}.`;
  const wrong = problems === 0 ? '' : problems === 1 ? ' One problem.' : ` ${problems} problems.`;
  return `${sentenceOf(node)}. Step ${at} of ${graph.nodes.length}. ${paths}${wrong}`;
};
