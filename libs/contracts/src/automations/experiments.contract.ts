import { experiment } from '#graph';
import { z } from 'zod';
import { instant, route, uuid } from '../http/route.js';

const tag = 'Automations';

const experimentPath = z.object({
  /** The way out of the split. */
  id: z.string(),
  name: z.string(),
  percent: z.number(),
  hold_out: z.boolean(),
  /** People whose days are over: they alone are counted. */
  people: z.number().int(),
  /** People whose days are not over. */
  open: z.number().int(),
  /** People who enrolled, or who paid. */
  reached: z.number().int(),
  /** What they paid, less what was given back; null where enrollments are the goal. */
  amount_minor: z.number().nullable(),
  /** The share of people who enrolled, or what a person pays on average in minor units; null while nobody was counted. */
  each: z.number().nullable(),
  /** Its interval, which holds at all looks together; `high` is null where nothing bounds it yet. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** The probability that it is better than the best of the others; null while nobody was counted on one of them. */
  better: z.number().nullable(),
});

export const getExperiment = route({
  method: 'GET',
  path: '/automations/:id/experiments/:node_id',
  access: 'read',
  tag,
  summary:
    'How the experiment at a split stands, or what it ended on. `version` names a published version; the live one when left out.',
  params: z.strictObject({ id: uuid, node_id: z.string().max(40) }),
  query: z.object({ version: z.coerce.number().int().min(1).max(1_000_000).optional() }),
  response: z.object({
    version: z.number().int(),
    node_id: z.string(),
    /** The rule, as it was published. */
    rule: experiment,
    currency: z.string(),
    /**
     * `replaced`: another version was published, or the automation was stopped, before it ended by its rule. `mismatch`:
     * its time was over, and its people did not match the shares.
     */
    state: z.enum(['running', 'winner', 'no_difference', 'mismatch', 'replaced']),
    winner: z.string().nullable(),
    /** How far the evidence for a winner is, 0 to 1. */
    towards: z.number(),
    /** The result in a sentence or two. */
    sentence: z.string(),
    began_at: instant,
    /** When it ends at the latest. */
    ends_at: instant,
    decided_at: instant.nullable(),
    /** Only the first people are counted, because there are very many. */
    limited: z.boolean(),
    paths: z.array(experimentPath),
    /**
     * The people on the paths do not match the shares as drawn: the path that is farthest off. No winner is named
     * meanwhile. At most 1 of 100 experiments whose people match says so, however often one looks.
     */
    mismatch: z
      .object({
        id: z.string(),
        name: z.string(),
        /** Everybody who took this path, of everybody who took any, and how many its share would give it. */
        people: z.number().int(),
        of: z.number().int(),
        expected: z.number(),
      })
      .nullable(),
  }),
  problems: ['not_found'],
});
