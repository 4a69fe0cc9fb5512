import { z } from 'zod';
import { duration } from '../times/duration.js';
import { timeOfDay } from '../times/local-time.js';
import { graphRulesSchema, whereSchema } from '../words/rule-text.js';

/** The current version of the stored shape. */
export const GRAPH_SCHEMA = 1;
export const MAX_NODES = 400;
export const MAX_GRAPH_BYTES = 1_048_576;
const MAX_DEPTH = 24;

/** True if no value lies deeper than `levels`; loops instead of recursing, so that hostile input cannot break it. */
export const withinDepth = (value: unknown, levels: number): boolean => {
  let layer: unknown[] = [value];
  for (let level = 0; level <= levels; level += 1) {
    layer = layer.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    if (layer.length === 0) return true;
  }
  return false;
};

export const nodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,40}$/, 'A step id has 1 to 40 of the characters A–Z, a–z, 0–9, _ and -.');
const portId = z.string().min(1).max(60);
const point = z.strictObject({ x: z.number().min(-1e6).max(1e6), y: z.number().min(-1e6).max(1e6) });
const config = z
  .record(z.string(), z.unknown())
  .refine((value) => withinDepth(value, MAX_DEPTH), `A config is nested at most ${MAX_DEPTH} deep.`);

export const graphNode = z.strictObject({
  id: nodeId,
  type: z.string().min(1).max(60),
  version: z.int().min(1).optional(),
  config: config.default({}),
  position: point.optional(),
  note: z.string().max(2000).optional(),
});

export const graphEdge = z.strictObject({ source: nodeId, port: portId.default('next'), target: nodeId });

export const graphNote = z.looseObject({
  id: nodeId.optional(),
  text: z.string().max(4000).optional(),
  node_id: nodeId.optional(),
  position: point.optional(),
});

export const graphSection = z.looseObject({
  id: nodeId.optional(),
  title: z.string().max(200).optional(),
  node_ids: z.array(nodeId).max(MAX_NODES).optional(),
});

/**
 * The drawing as it is stored and sent. Only its shape is held to here: a draft may be unfinished or wrong;
 * what is wrong with it is found by `validate`.
 */
export const graph = z
  .strictObject({
    schema: z.literal(GRAPH_SCHEMA).default(GRAPH_SCHEMA),
    nodes: z.array(graphNode).max(MAX_NODES, `An automation has at most ${MAX_NODES} steps.`),
    edges: z.array(graphEdge).max(MAX_NODES * 20),
    notes: z.array(graphNote).max(400).optional(),
    sections: z.array(graphSection).max(400).optional(),
    layout: z.enum(['auto', 'free']).optional(),
  })
  .superRefine((value, context) => {
    const ids = new Set<string>();
    value.nodes.forEach((node, index) => {
      if (ids.has(node.id))
        context.addIssue({
          code: 'custom',
          path: ['nodes', index, 'id'],
          message: `Two steps have the id “${node.id}”.`,
        });
      ids.add(node.id);
    });
    const ways = new Set<string>();
    value.edges.forEach((edge, index) => {
      const way = `${edge.source}:${edge.port}`;
      if (ways.has(way))
        context.addIssue({
          code: 'custom',
          path: ['edges', index],
          message: `The way out “${edge.port}” of “${edge.source}” leads to two steps; it can lead to one.`,
        });
      ways.add(way);
    });
    if (!withinDepth(value, MAX_DEPTH + 6)) {
      context.addIssue({ code: 'custom', path: [], message: 'The graph is nested too deeply.' });
    } else if (new TextEncoder().encode(JSON.stringify(value)).length > MAX_GRAPH_BYTES) {
      context.addIssue({ code: 'custom', path: [], message: 'A graph is at most 1 MB.' });
    }
  })
  .describe('Each step has an id of its own, each way out leads to one step, and it is at most 1 MB of JSON.');

export type Graph = z.output<typeof graph>;
export type GraphInput = z.input<typeof graph>;
export type GraphNode = Graph['nodes'][number];
export type GraphEdge = Graph['edges'][number];
export type GraphNote = z.output<typeof graphNote>;
export type GraphSection = z.output<typeof graphSection>;
export type Point = z.output<typeof point>;

export const emptyGraph = (): Graph => ({ schema: GRAPH_SCHEMA, nodes: [], edges: [] });

/** An activity type as activities carry it. */
export const activityType = z
  .string()
  .trim()
  .min(1, 'Name the activity.')
  .max(100, 'An activity type has at most 100 characters.')
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/, 'A type is lower case words joined by dots, e.g. checkout.abandoned.');

/** Something that happened, or something that holds: what ends a run early. */
export const moment = z.union([
  z.strictObject({ activity_type: activityType, where: whereSchema.optional() }),
  z.strictObject({ rules: graphRulesSchema }),
]);
export type Moment = z.output<typeof moment>;

const entryKey = z
  .string()
  .max(200, 'The key has at most 200 characters.')
  .regex(/^metadata(\.[A-Za-z0-9_]+)+$/, 'The key names a metadata field, for example metadata.order_id.');

const settingsShape = {
  entry: z
    .strictObject({
      limit: z.union([z.enum(['once', 'always']), z.strictObject({ every: duration })]).optional(),
      key: entryKey.optional(),
      cooldown: duration.optional(),
    })
    .optional(),
  quiet_hours: z.strictObject({ from: timeOfDay, to: timeOfDay }).optional(),
  frequency_cap: z.strictObject({ count: z.int().min(1).max(1000), per: duration }).optional(),
  late_after: duration.optional(),
};

/** Settings of an automation as they must be to go live. */
export const settings = z.strictObject({ ...settingsShape, exit_when: moment.optional(), goal: moment.optional() });
export type Settings = z.output<typeof settings>;

const unfinishedMoment = z
  .strictObject({
    activity_type: z.string().max(100).optional(),
    where: z.unknown().optional(),
    rules: z.unknown().optional(),
  })
  .refine((value) => withinDepth(value, MAX_DEPTH), `Rules are nested at most ${MAX_DEPTH} deep.`)
  .describe(`Nested at most ${MAX_DEPTH} deep. Before it is published it has either activity_type or rules.`);

/** Settings of a draft: as above, but the moments that end a run may be unfinished. */
export const draftSettings = z.strictObject({
  ...settingsShape,
  exit_when: unfinishedMoment.optional(),
  goal: unfinishedMoment.optional(),
});
export type DraftSettings = z.output<typeof draftSettings>;
