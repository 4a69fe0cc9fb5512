import { z } from 'zod';
import type { GraphNode } from '../model/graph.js';
import type { NodeDef, Port } from '../model/node.js';
import { noNames } from '../words/names.js';
import { nodeDef } from '../nodes/index.js';
import { phrasesText, wholeText, type Phrase } from '../words/phrase.js';

/**
 * A value that satisfies its schema, or, of a list of objects, each object's keys that do: an unfinished path of a
 * split must not take the others' ways out with it.
 */
const readableValue = (schema: z.ZodType, value: unknown): unknown => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const item = schema instanceof z.ZodArray ? schema.element : undefined;
  if (!(item instanceof z.ZodObject) || !Array.isArray(value)) return undefined;
  return value.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) return [];
    const part: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(item.shape)) {
      const own = (inner as z.ZodType).safeParse((each as Record<string, unknown>)[key]);
      if (own.success && own.data !== undefined) part[key] = own.data;
    }
    return [part];
  });
};

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
    const found = readableValue(schema as z.ZodType, node.config[key]);
    if (found !== undefined) part[key] = found;
  }
  own.set(node.config, part);
  return part;
};

/** A step's ways out; none for a type this version does not know. */
export const portsOf = (node: Pick<GraphNode, 'type' | 'config'>): Port[] =>
  nodeDef(node.type)?.ports(readable(node)) ?? [];

/** A step's sentence in pieces. */
export const phrasesOf = (node: Pick<GraphNode, 'type' | 'config'>, names = noNames): Phrase[] =>
  nodeDef(node.type)?.phrases(readable(node), names) ?? [{ text: `A step of the unknown type “${node.type}”` }];

/** A step's sentence as text. */
export const sentenceOf = (node: Pick<GraphNode, 'type' | 'config'>, names = noNames): string =>
  phrasesText(phrasesOf(node, names));

/** A step's sentence with nothing cut, as it can be typed back. */
export const wholeSentenceOf = (node: Pick<GraphNode, 'type' | 'config'>, names = noNames): string =>
  wholeText(phrasesOf(node, names));

/** A step in a few words, for where its sentence has no room. */
export const briefOf = (node: Pick<GraphNode, 'type' | 'config'>, names = noNames): string =>
  nodeDef(node.type)?.brief?.(readable(node), names) ?? sentenceOf(node, names);

export const isEntry = (node: Pick<GraphNode, 'type'>): boolean => nodeDef(node.type)?.kind === 'entry';
