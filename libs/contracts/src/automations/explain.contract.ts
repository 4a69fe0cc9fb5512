import { z } from 'zod';
import { emailAddress, idParams, instant, route, uuid } from '../http/route.js';

const tag = 'Automations';

export interface Proof {
  operator: string;
  result: boolean;
  field?: string;
  value_seen?: unknown;
  wanted?: unknown;
  sentence?: string;
  children?: Proof[];
}
const proof: z.ZodType<Proof> = z.lazy(() =>
  z.object({
    operator: z.string(),
    result: z.boolean(),
    field: z.string().optional(),
    value_seen: z.unknown().optional(),
    wanted: z.unknown().optional(),
    sentence: z.string().optional(),
    children: z.array(proof).optional(),
  }),
);

export const explainAutomation = route({
  method: 'GET',
  path: '/automations/:id/explain',
  access: 'read',
  tag,
  summary: 'Whether one person would enter now, with the proof, what stops them, and the runs they had.',
  params: idParams,
  query: z.object({ contact_email: emailAddress }),
  response: z.object({
    would_enter: z.boolean(),
    proof: proof.nullable(),
    stopped_by: z.string().optional(),
    /** The same as a sentence. */
    because: z.string(),
    /** The fewest conditions that would have to answer otherwise. */
    smallest_change: z
      .object({
        text: z.string(),
        changes: z.array(
          z.object({
            field: z.string(),
            operator: z.string(),
            wanted: z.unknown(),
            value_seen: z.unknown(),
            must: z.boolean(),
          }),
        ),
      })
      .optional(),
    /** Of a monitor: what it asks besides, of each of their newest three leads or of themselves, with what was seen. */
    checks: z
      .array(
        z.object({
          lead: z.object({ id: uuid, created_at: instant }).nullable(),
          rules: z.array(
            z.object({ text: z.string(), met: z.boolean(), at: instant.nullable(), seen: z.string().nullable() }),
          ),
        }),
      )
      .optional(),
    /** Their newest activity of the starting type. */
    activity: z.object({ type: z.string(), last_at: instant.nullable(), fits: z.boolean() }).optional(),
    /** Why mail would not reach them now, by stream. */
    mail: z.object({ broadcast: z.string().nullable(), transactional: z.string().nullable() }),
    runs: z.array(z.object({ id: uuid, status: z.string(), entered_at: instant, end_reason: z.string().nullable() })),
  }),
  problems: ['not_found', 'unknown_address'],
});
