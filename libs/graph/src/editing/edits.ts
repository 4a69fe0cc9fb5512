import type { Graph, GraphNode } from '../model/graph.js';
import { timelessLoop } from '../reading/loops.js';
import { nodeDef } from '../nodes/index.js';
import type { Operation } from './operations.js';
import { isEntry, portsOf } from '../reading/readable.js';
import { indexGraph, reachable } from '../reading/walk.js';

/** A place where a step can go: behind a way out of a step. */
export interface Place {
  source: string;
  port: string;
}

/** Why a step of this type cannot go to this place, or undefined if it can. */
export const refusal = (graph: Graph, type: string, place: Place | undefined): string | undefined => {
  const def = nodeDef(type);
  if (!def) return 'This version does not know this step.';
  if (def.kind === 'entry') return graph.nodes.some(isEntry) ? 'This automation already has a start.' : undefined;
  if (!place) return graph.nodes.some(isEntry) ? 'Choose a path first.' : 'Choose a start first.';
  if (def.kind === 'end' && indexGraph(graph).out.get(place.source)?.has(place.port))
    return 'Other steps follow here. An end can only be the last step of a path.';
  return undefined;
};

/** Puts a new step behind a way out; what followed there follows the new step's first way out. */
export const insertAt = (graph: Graph, node: GraphNode, place: Place | undefined): Operation[] => {
  const add: Operation = { op: 'add_node', node };
  if (!place) return [add];
  const follower = indexGraph(graph).out.get(place.source)?.get(place.port)?.target;
  const [first] = portsOf(node);
  return [
    add,
    { op: 'connect', ...place, target: node.id },
    ...(follower !== undefined && first
      ? [{ op: 'connect' as const, source: node.id, port: first.id, target: follower }]
      : []),
  ];
};

/**
 * Takes steps out and heals the paths: what led to a removed step leads on to what followed it, by `survive` or the
 * first connected way out. Steps that only the other ways led to stay, unconnected, unless `withOrphans`.
 */
export const removeAll = (
  graph: Graph,
  ids: readonly string[],
  options: { survive?: string; withOrphans?: boolean } = {},
): Operation[] => {
  const index = indexGraph(graph);
  const gone = new Set(ids.filter((id) => index.nodes.has(id)));
  const onward = (id: string): string | undefined => {
    const passed = new Set<string>();
    for (let at: string | undefined = id; at !== undefined;) {
      if (!gone.has(at)) return at;
      if (passed.has(at)) return undefined;
      passed.add(at);
      const node = index.nodes.get(at);
      const ways = index.out.get(at);
      if (!node || !ways) return undefined;
      const kept = ids.length === 1 && options.survive ? [options.survive] : portsOf(node).map((port) => port.id);
      at = kept.map((port) => ways.get(port)?.target).find((target) => target !== undefined);
    }
    return undefined;
  };
  const bridges: Operation[] = [];
  for (const edge of graph.edges) {
    if (gone.has(edge.source) || !gone.has(edge.target)) continue;
    const target = onward(edge.target);
    if (target !== undefined && target !== edge.source)
      bridges.push({ op: 'connect', source: edge.source, port: edge.port, target });
  }
  const list: Operation[] = [...[...gone].map((node_id): Operation => ({ op: 'remove_node', node_id })), ...bridges];
  if (!options.withOrphans) return list;
  return [...list, ...orphans(graph, gone, bridges)];
};

/** Removal of what nobody can come to any more, though they could before. */
const orphans = (graph: Graph, gone: ReadonlySet<string>, bridges: readonly Operation[]): Operation[] => {
  const entries = graph.nodes.filter((node) => isEntry(node) && !gone.has(node.id)).map((node) => node.id);
  const before = reachable(
    graph,
    graph.nodes.filter(isEntry).map((node) => node.id),
  );
  const after: Graph = {
    ...graph,
    nodes: graph.nodes.filter((node) => !gone.has(node.id)),
    edges: [
      ...graph.edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target)),
      ...bridges.flatMap((bridge) => (bridge.op === 'connect' ? [bridge] : [])),
    ],
  };
  const still = reachable(after, entries);
  return after.nodes
    .filter((node) => before.has(node.id) && !still.has(node.id))
    .map((node) => ({ op: 'remove_node', node_id: node.id }));
};

/** Why a step cannot be taken from its place and put behind that way out, or undefined if it can. */
export const moveRefusal = (graph: Graph, id: string, place: Place): string | undefined => {
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id);
  if (!node) return 'That step does not exist any more.';
  if (isEntry(node)) return 'The start stays where it is.';
  if (place.source === id) return 'A step cannot follow itself.';
  const ways = out.get(id);
  const onward = portsOf(node).filter((port) => ways?.has(port.id));
  if (onward.length > 1) return 'Several paths lead on from this step. Lead them elsewhere first.';
  const follower = out.get(place.source)?.get(place.port)?.target;
  if (follower === id) return 'It is already there.';
  if (follower !== undefined && portsOf(node).length === 0)
    return 'Other steps follow here. An end can only be the last step of a path.';
  return undefined;
};

/**
 * Takes a step from its place, closes the gap, and puts it behind another way out. Empty where {@link moveRefusal}
 * has a reason.
 */
export const moveStep = (graph: Graph, id: string, place: Place): Operation[] => {
  if (moveRefusal(graph, id, place) !== undefined) return [];
  const { nodes, out } = indexGraph(graph);
  const node = nodes.get(id)!;
  const ways = out.get(id);
  const used = portsOf(node).find((port) => ways?.has(port.id));
  const next = used && ways?.get(used.id)?.target;
  const follower = out.get(place.source)?.get(place.port)?.target;
  const [first] = portsOf(node);
  const healed = graph.edges
    .filter((edge) => edge.target === id)
    .map((edge): Operation =>
      next === undefined || next === edge.source
        ? { op: 'disconnect', source: edge.source, port: edge.port }
        : { op: 'connect', source: edge.source, port: edge.port, target: next },
    );
  return [
    ...healed,
    ...(used ? [{ op: 'disconnect' as const, source: id, port: used.id }] : []),
    { op: 'connect', ...place, target: id },
    ...(follower !== undefined && first
      ? [{ op: 'connect' as const, source: id, port: (used ?? first).id, target: follower }]
      : []),
  ];
};

/** Why a path cannot lead from this way out to that step, or undefined if it can. */
export const connectionRefusal = (graph: Graph, place: Place, target: string): string | undefined => {
  const node = indexGraph(graph).nodes.get(target);
  if (!node) return 'That step does not exist any more.';
  if (isEntry(node)) return 'A path cannot lead back to the start.';
  if (place.source === target) return 'A step cannot follow itself.';
  if (indexGraph(graph).out.get(place.source)?.get(place.port)?.target === target)
    return 'This path leads there already.';
  const edges = graph.edges.filter((edge) => edge.source !== place.source || edge.port !== place.port);
  const loop = timelessLoop({ ...graph, edges: [...edges, { ...place, target }] });
  return loop && !timelessLoop(graph)
    ? 'That would make a loop without a wait. Put a wait into the loop first.'
    : undefined;
};

/** The steps as they go to the clipboard: text that works across tabs, automations and installations. */
export const copySteps = (graph: Graph, ids: readonly string[]): string => {
  const chosen = new Set(ids);
  return JSON.stringify({
    cortex: 'steps@1',
    steps: graph.nodes.filter((node) => chosen.has(node.id)),
    edges: graph.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
  });
};

/**
 * Puts copied steps behind a way out, in their reading order, under new ids. The start of an automation is left out
 * where there is one already. Undefined if the text holds no steps.
 */
export const pasteSteps = (
  graph: Graph,
  copied: Pick<Graph, 'nodes' | 'edges'>,
  place: Place | undefined,
  newId: () => string,
): { operations: Operation[]; ids: string[] } | undefined => {
  const started = graph.nodes.some(isEntry);
  const nodes = copied.nodes.filter((node) => !(started && isEntry(node)));
  if (nodes.length === 0) return undefined;
  const ids = new Map(nodes.map((node) => [node.id, newId()]));
  const list: Operation[] = nodes.map((node) => ({
    op: 'add_node',
    node: { ...node, id: ids.get(node.id) ?? node.id, position: undefined },
  }));
  for (const edge of copied.edges) {
    const source = ids.get(edge.source);
    const target = ids.get(edge.target);
    if (source && target) list.push({ op: 'connect', source, port: edge.port, target });
  }
  const arrived = new Set(copied.edges.filter((edge) => ids.has(edge.source)).map((edge) => edge.target));
  const head = nodes.find((node) => !arrived.has(node.id)) ?? nodes[0];
  const headId = head && ids.get(head.id);
  if (place && headId) {
    const follower = indexGraph(graph).out.get(place.source)?.get(place.port)?.target;
    list.push({ op: 'connect', ...place, target: headId });
    const open = nodes
      .flatMap((node) => portsOf(node).map((port) => ({ node, port: port.id })))
      .findLast(({ node, port }) => !copied.edges.some((edge) => edge.source === node.id && edge.port === port));
    const tail = open && ids.get(open.node.id);
    if (follower !== undefined && open && tail)
      list.push({ op: 'connect', source: tail, port: open.port, target: follower });
  }
  return { operations: list, ids: [...ids.values()] };
};
