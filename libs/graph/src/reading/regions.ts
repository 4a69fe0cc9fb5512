import type { Graph, GraphNode } from '../model/graph.js';
import { isEntry, portsOf } from './readable.js';
import { indexGraph } from './walk.js';

/** A connected way out, as the layout needs it. */
export interface Way {
  /** `source:port`. */
  key: string;
  source: string;
  target: string;
  /** Its place among the ways out of its step, from 0; undefined for one that the step no longer has. */
  at: number | undefined;
}

/**
 * A drawing as regions. The region of a step is everything that is reached through it alone: its paths, and the joins
 * where they come together again. Regions lie inside each other like brackets, so each can be laid out by itself.
 * Steps that several starts lead to are parted by nothing.
 */
export interface Regions {
  /** Every step once, each after all that lead to it, and what is on the left first. */
  order: readonly string[];
  /** Connected ways that lead on, by step, in the order of its ways out. */
  ways: ReadonlyMap<string, readonly Way[]>;
  /** Ways that lead back to a step they come from. */
  loops: readonly Way[];
  /** Steps that nothing leads to, or only a loop: the start first. */
  roots: readonly string[];
  /** The step after which the paths to a step part (its nearest dominator); undefined for roots and between roots. */
  parted: ReadonlyMap<string, string>;
  /** Steps in which paths meet: those of several steps, or of one that has others between them. */
  joins: ReadonlySet<string>;
}

/** Connected ways out of a step, in the order of its ways out; at the end those that it no longer has. */
const waysOf = (graph: Graph, node: GraphNode): Way[] => {
  const { nodes, out } = indexGraph(graph);
  const edges = out.get(node.id);
  if (!edges) return [];
  const ports = portsOf(node).map((port) => port.id);
  const places = new Map(ports.map((port, at) => [port, at]));
  return [...new Set([...ports, ...edges.keys()])].flatMap((port) => {
    const target = edges.get(port)?.target;
    return target === undefined || !nodes.has(target)
      ? []
      : [{ key: `${node.id}:${port}`, source: node.id, target, at: places.get(port) }];
  });
};

/** Where to begin to read: the starts, then what nothing leads to, then what is left (loops that nobody enters). */
const beginnings = (graph: Graph): GraphNode[] => {
  const arrived = new Set(graph.edges.map((edge) => edge.target));
  const starts = graph.nodes.filter(isEntry);
  const loose = graph.nodes.filter((node) => !isEntry(node) && !arrived.has(node.id));
  return [...starts, ...loose, ...graph.nodes];
};

/**
 * Walks in depth from each of the beginnings, without recursion: a chain of 400 steps is no reason for a deep stack.
 * @param onOpen a way to a step that is still open leads back to it
 * @param onDone a step after everything behind it
 */
const walk = (
  from: readonly string[],
  ways: (id: string) => readonly Way[],
  { onOpen, onDone }: { onOpen?: (way: Way) => void; onDone?: (id: string) => void },
): void => {
  const state = new Map<string, 'open' | 'done'>();
  for (const root of from) {
    if (state.has(root)) continue;
    state.set(root, 'open');
    const stack = [{ id: root, rest: ways(root), at: 0 }];
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const way = top.rest[top.at];
      top.at += 1;
      if (way === undefined) {
        state.set(top.id, 'done');
        onDone?.(top.id);
        stack.pop();
      } else if (state.get(way.target) === 'open') onOpen?.(way);
      else if (!state.has(way.target)) {
        state.set(way.target, 'open');
        stack.push({ id: way.target, rest: ways(way.target), at: 0 });
      }
    }
  }
};

/** Steps to which several of these ways lead, but not one beside the other. */
const apart = (ways: readonly Way[]): string[] => {
  const targets = ways.map((way) => way.target).filter((target, at, all) => target !== all[at - 1]);
  return targets.filter((target, at) => targets.indexOf(target) !== at);
};

/** The regions of a drawing; drafts that are unfinished, in pieces or led in circles have them too. Linear but for joins. */
export const regionsOf = (graph: Graph): Regions => {
  const all = new Map(graph.nodes.map((node) => [node.id, waysOf(graph, node)]));
  const from = [...new Set(beginnings(graph).map((node) => node.id))];
  const back = new Set<Way>();
  walk(from, (id) => all.get(id) ?? [], { onOpen: (way) => back.add(way) });

  const ways = new Map([...all].map(([id, list]) => [id, list.filter((way) => !back.has(way))]));
  const sources = new Map<string, Set<string>>();
  for (const { source, target } of [...ways.values()].flat())
    sources.set(target, (sources.get(target) ?? new Set<string>()).add(source));
  const roots = from.filter((id) => !sources.has(id));

  // From the right to the left, so that what is done last, and comes first, is on the left.
  const order: string[] = [];
  walk(roots.toReversed(), (id) => ways.get(id)?.toReversed() ?? [], { onDone: (id) => order.push(id) });
  order.reverse();

  const place = new Map(order.map((id, at) => [id, at]));
  const parted = new Map<string, string>();
  /** The nearest step that both are reached through: whichever comes later in the order goes up. */
  const shared = (one: string | undefined, other: string | undefined): string | undefined => {
    let [a, b] = [one, other];
    while (a !== b && a !== undefined && b !== undefined)
      if ((place.get(a) ?? 0) > (place.get(b) ?? 0)) a = parted.get(a);
      else b = parted.get(b);
    return a === b ? a : undefined;
  };
  for (const id of order) {
    const [first, ...others] = sources.get(id) ?? [];
    const by = others.reduce<string | undefined>(shared, first);
    if (by !== undefined) parted.set(id, by);
  }
  const joins = new Set([...sources].filter(([, leading]) => leading.size > 1).map(([id]) => id));
  for (const list of ways.values()) for (const id of apart(list)) joins.add(id);
  return { order, ways, loops: [...back], roots, parted, joins };
};
