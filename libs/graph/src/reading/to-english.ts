import type { Graph, GraphNode } from '../model/graph.js';
import { noNames } from '../words/names.js';
import { withSteps } from './step-names.js';
import { portsOf, sentenceOf, wholeSentenceOf } from './readable.js';
import { indexGraph } from './walk.js';

export interface OutlineItem {
  node: GraphNode;
  /** How many splits it lies below. */
  depth: number;
  /** The way that leads to it: the step it comes from, the way out, and what the connector says. */
  via?: { source: string; port: string; label: string };
  /** True where the step was listed before: two ways meet here. */
  again: boolean;
  /** Ways out that lead nowhere: the run ends there. */
  open: { port: string; label: string }[];
}

/**
 * The automation as a nested list in reading order: each step once in full, and once more, marked, wherever another way
 * leads to it. Steps that nobody can reach come last. Bounded by the number of edges.
 */
export const outline = (graph: Graph): OutlineItem[] => {
  const { nodes, entry, out, in: into } = indexGraph(graph);
  const items: OutlineItem[] = [];
  const seen = new Set<string>();
  const walk = (start: GraphNode) => {
    const open: { node: GraphNode; depth: number; via?: OutlineItem['via'] }[] = [{ node: start, depth: 0 }];
    for (let next = open.pop(); next; next = open.pop()) {
      const { node, depth, via } = next;
      const ports = portsOf(node);
      const ways = out.get(node.id);
      const again = seen.has(node.id);
      const free = ports.filter((port) => !nodes.has(ways?.get(port.id)?.target ?? ''));
      items.push({
        node,
        depth,
        ...(via ? { via } : {}),
        again,
        open: again ? [] : free.map((port) => ({ port: port.id, label: port.label })),
      });
      if (again) continue;
      seen.add(node.id);
      const deeper = ports.length > 1 ? depth + 1 : depth;
      for (const port of ports.toReversed()) {
        const target = nodes.get(ways?.get(port.id)?.target ?? '');
        if (target)
          open.push({ node: target, depth: deeper, via: { source: node.id, port: port.id, label: port.label } });
      }
    }
  };
  if (entry) walk(entry);
  for (const node of graph.nodes) if (!seen.has(node.id) && !into.has(node.id)) walk(node);
  for (const node of graph.nodes) if (!seen.has(node.id)) walk(node);
  return items;
};

/** The automation as prose: one line per step, indented below each split. */
export const toEnglish = (graph: Graph, names = noNames): string => {
  const all = withSteps(names, graph);
  return outline(graph)
    .map(({ node, depth, via, again }) => {
      const way = via?.label ? `${via.label}: ` : '';
      const sentence = wholeSentenceOf(node, all);
      const body = again ? `on to “${sentence}”` : sentence;
      return `${'  '.repeat(depth)}${way}${body}`;
    })
    .join('\n');
};

/** The automation in one line, for lists: its start and its first steps. */
export const summary = (graph: Graph, names = noNames): string => {
  const all = withSteps(names, graph);
  const lines = outline(graph)
    .filter((item) => !item.again)
    .slice(0, 4)
    .map(({ node }) => sentenceOf(node, all));
  if (lines.length === 0) return 'Nothing is drawn yet.';
  const [first, ...rest] = lines;
  const lower = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
  return `${[first, ...rest.map(lower)].join(', ')}.`.replaceAll('..', '.');
};
