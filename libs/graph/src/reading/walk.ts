import type { Graph, GraphEdge, GraphNode } from '../model/graph.js';
import { isEntry } from './readable.js';

export interface GraphIndex {
  nodes: ReadonlyMap<string, GraphNode>;
  /** The first entry step. */
  entry: GraphNode | undefined;
  /** Edges that leave a step, by way out. */
  out: ReadonlyMap<string, ReadonlyMap<string, GraphEdge>>;
  /** Edges that arrive at a step. */
  in: ReadonlyMap<string, readonly GraphEdge[]>;
}

const indexes = new WeakMap<Graph, GraphIndex>();

/** Look-ups of a graph, made once per graph object: a graph that was indexed must not be changed in place. */
export const indexGraph = (graph: Graph): GraphIndex => {
  const known = indexes.get(graph);
  if (known) return known;
  const out = new Map<string, Map<string, GraphEdge>>();
  const into = new Map<string, GraphEdge[]>();
  for (const edge of graph.edges) {
    const ways = out.get(edge.source) ?? new Map<string, GraphEdge>();
    out.set(edge.source, ways.set(edge.port, edge));
    const arriving = into.get(edge.target) ?? [];
    arriving.push(edge);
    into.set(edge.target, arriving);
  }
  const index = {
    nodes: new Map(graph.nodes.map((node) => [node.id, node])),
    entry: graph.nodes.find(isEntry),
    out,
    in: into,
  };
  indexes.set(graph, index);
  return index;
};

/** The step behind a way out; undefined where nothing is connected, which ends the run. */
export const successor = (graph: Graph, node_id: string, port: string): GraphNode | undefined => {
  const index = indexGraph(graph);
  const target = index.out.get(node_id)?.get(port)?.target;
  return target === undefined ? undefined : index.nodes.get(target);
};

/** Every step that can be reached from these, themselves included, in the order of discovery. */
export const reachable = (graph: Graph, from: readonly string[]): Set<string> => {
  const { nodes, out } = indexGraph(graph);
  const seen = new Set(from.filter((id) => nodes.has(id)));
  for (const id of seen)
    for (const edge of out.get(id)?.values() ?? []) if (nodes.has(edge.target)) seen.add(edge.target);
  return seen;
};
