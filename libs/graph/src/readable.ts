import type { GraphNode } from './graph.js';
import type { NodeDef, Port } from './node.js';
import { nodeDef } from './nodes/index.js';
import { phrasesText, type Phrase } from './phrase.js';

const cache = new WeakMap<NodeDef, WeakMap<object, Record<string, unknown>>>();

/**
 * The part of an unfinished or wrong config that can be read: each key that satisfies its own schema. What sentences
 * and ports are made from, so that no stored draft can break them.
 */
export const readable = (node: Pick<GraphNode, 'type' | 'config'>): Record<string, unknown> => {
  const def = nodeDef(node.type);
  if (!def) return {};
  const own = cache.get(def) ?? new WeakMap<object, Record<string, unknown>>();
  cache.set(def, own);
  const known = own.get(node.config);
  if (known) return known;
  const part: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(def.config.shape)) {
    const parsed = schema.safeParse(node.config[key]);
    if (parsed.success && parsed.data !== undefined) part[key] = parsed.data;
  }
  own.set(node.config, part);
  return part;
};

/** A step's ways out; none for a type this version does not know. */
export const portsOf = (node: Pick<GraphNode, 'type' | 'config'>): Port[] =>
  nodeDef(node.type)?.ports(readable(node)) ?? [];

/** A step's sentence in pieces. */
export const phrasesOf = (node: Pick<GraphNode, 'type' | 'config'>): Phrase[] =>
  nodeDef(node.type)?.phrases(readable(node)) ?? [{ text: `A step of the unknown type “${node.type}”` }];

/** A step's sentence as text. */
export const sentenceOf = (node: Pick<GraphNode, 'type' | 'config'>): string => phrasesText(phrasesOf(node));

export const isEntry = (node: Pick<GraphNode, 'type'>): boolean => nodeDef(node.type)?.kind === 'entry';
