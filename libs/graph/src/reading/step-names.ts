import type { Graph, GraphNode } from '../model/graph.js';
import type { Names } from '../words/names.js';
import { readableSubject } from '../words/subject.js';

/** What rules call an earlier mail of the same drawing: its subject, or its template's name. */
const stepName = ({ type, config }: GraphNode, names: Names): string | undefined => {
  if (type !== 'send_email') return undefined;
  if (typeof config.subject === 'string' && config.subject) return readableSubject(config.subject);
  return typeof config.template_id === 'string' ? names.get(config.template_id) : undefined;
};

/** These names, and those of a drawing's mail steps. */
export const withSteps = (names: Names, graph: Pick<Graph, 'nodes'>): Names => {
  const all = new Map(names);
  for (const node of graph.nodes) {
    const name = stepName(node, names);
    if (name) all.set(node.id, name);
  }
  return all;
};

const asked = new WeakMap<object, readonly string[]>();

/** The earlier steps that a step's rules ask about, wherever in its config the rules stand. */
export const askedSteps = ({ config }: Pick<GraphNode, 'config'>): readonly string[] => {
  const known = asked.get(config);
  if (known) return known;
  const found: string[] = [];
  const open: unknown[] = [config];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (typeof part !== 'object' || part === null) continue;
    const { field, node_id } = part as { field?: unknown; node_id?: unknown };
    if (field === 'step' && typeof node_id === 'string') found.push(node_id);
    open.push(...Object.values(part));
  }
  asked.set(config, found);
  return found;
};
