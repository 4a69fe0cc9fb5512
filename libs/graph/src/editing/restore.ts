import { graph, GRAPH_SCHEMA, type Graph } from '../model/graph.js';
import { nodeDef } from '../nodes/index.js';

/**
 * A graph as some version stored it, in the shape of this one: configs of older step versions are brought forward.
 * Throws zod's error if it is no graph.
 */
export const restore = (stored: unknown): Graph => {
  const old = stored as { schema?: unknown } | null;
  const parsed = graph.parse(old && typeof old === 'object' ? { ...old, schema: old.schema ?? GRAPH_SCHEMA } : old);
  return {
    ...parsed,
    nodes: parsed.nodes.map((node) => {
      const def = nodeDef(node.type);
      if (!def?.migrate || (node.version ?? 1) >= def.version) return node;
      return { ...node, version: def.version, config: def.migrate(node.config) };
    }),
  };
};
