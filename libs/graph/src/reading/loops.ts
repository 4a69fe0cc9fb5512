import type { Graph, GraphNode } from '../model/graph.js';
import { nodeDef } from '../nodes/index.js';
import { readable, portsOf } from './readable.js';
import { indexGraph } from './walk.js';

/** Ways out of a step that are taken in the same instant, or, with `possibly`, that may be. */
export const instantPorts = (node: GraphNode, possibly: boolean): string[] => {
  const def = nodeDef(node.type);
  if (!def) return [];
  if (def.kind !== 'wait') return portsOf(node).map((port) => port.id);
  return possibly ? (def.instantPorts?.(readable(node)) ?? []) : [];
};

/**
 * The steps of one circle that could be gone round without any time passing, or undefined. Looks at edges that can be
 * taken at once only, and takes away steps until none is left that leads nowhere (no recursion: a graph may be long).
 * With `possibly`, a wait that is over at once where its rules hold already does not count as a wait.
 */
export const timelessLoop = (graph: Graph, possibly = false): string[] | undefined => {
  const { nodes, out } = indexGraph(graph);
  const leads = new Map<string, string[]>();
  const comes = new Map<string, string[]>();
  for (const node of graph.nodes) {
    const targets = instantPorts(node, possibly)
      .map((port) => out.get(node.id)?.get(port)?.target)
      .filter((target): target is string => target !== undefined && nodes.has(target));
    leads.set(node.id, targets);
    for (const target of targets) comes.set(target, [...(comes.get(target) ?? []), node.id]);
  }
  const open = new Map([...leads].map(([id, targets]) => [id, targets.length]));
  const leaves = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  for (let leaf = leaves.pop(); leaf !== undefined; leaf = leaves.pop()) {
    open.delete(leaf);
    for (const before of comes.get(leaf) ?? []) {
      const left = (open.get(before) ?? 0) - 1;
      open.set(before, left);
      if (left === 0) leaves.push(before);
    }
  }
  const start = open.keys().next().value;
  if (start === undefined) return undefined;
  // Every step left leads to another that is left: walking on must come back to one already passed.
  const path: string[] = [];
  for (let id: string | undefined = start; id !== undefined;) {
    const seen = path.indexOf(id);
    if (seen >= 0) return path.slice(seen);
    path.push(id);
    id = leads.get(id)?.find((target) => open.has(target));
  }
  return path;
};
