import type { DraftSettings, Graph } from '../model/graph.js';
import { restore } from './restore.js';

/**
 * What a drawing and its settings do, as a text: two that do the same have the same. Where steps lie and what is noted
 * beside them does not count.
 */
export function programOf(graph: Graph, settings: DraftSettings): string {
  const { nodes: steps, edges } = restore(graph);
  return JSON.stringify([
    steps.map(({ id, type, config }) => sorted({ id, type, config })).sort(byText),
    edges.map((edge) => sorted(edge)).sort(byText),
    sorted(settings),
  ]);
}

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** With keys in one order, whatever the database did to them. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
