import { z } from 'zod';
import { activityType } from './activities.contract.js';
import { page, pageQuery, route } from '../http/route.js';

const tag = 'Sources';

/** The most characters of a refused body that are kept. */
export const KEPT_OF_BODY = 4_000;

/** The id of a key or of an inbound webhook, or the name of another system. */
const sourceId = z.string().min(1).max(100);

export const source = z.object({
  id: z.string(),
  /** `webhook`: of a system that Cortex knows; its name is the id. */
  kind: z.enum(['server', 'write', 'inbound', 'webhook']),
  name: z.string(),
  /** It was revoked. */
  ended: z.boolean(),
  last_activity_at: z.string().nullable(),
  last_reject_at: z.string().nullable(),
  /** Activities a minute, over the last five minutes. */
  per_minute: z.number(),
  /** Activities of each of the last 24 hours, the present one last. */
  per_hour: z.array(z.number().int()),
  /** Within 24 hours. `unused`: accepted from another system's client, and not used. */
  day: z.object({ accepted: z.number().int(), rejected: z.number().int(), unused: z.number().int() }),
  /** How many refused bodies are kept. */
  rejects: z.number().int(),
});
export type Source = z.output<typeof source>;

export const sourceReject = z.object({
  id: z.string(),
  at: z.string(),
  code: z.string(),
  reason: z.string(),
  pointer: z.string().nullable(),
  route: z.string(),
  /** Its beginning, at most 4,000 characters; null where none was read. */
  body: z.string().nullable(),
  is_cut: z.boolean(),
  unused: z.boolean(),
});
export type SourceReject = z.output<typeof sourceReject>;

export const listSources = route({
  method: 'GET',
  path: '/sources',
  access: 'read',
  tag,
  summary: 'Where activities come from: keys and webhooks with last activity, rate and rejects, by name',
  query: pageQuery,
  response: page(source),
  problems: ['invalid_cursor'],
});

export const listSourceRejects = route({
  method: 'GET',
  path: '/sources/:id/rejects',
  access: 'admin',
  tag,
  summary: 'The newest bodies of a source that were refused, with the reason; newest first',
  description:
    'At most 100 of each source are kept, and 20 more of callers who could not say who they are. `unused=true` are those that were accepted from another system’s client and not used.',
  params: z.strictObject({ id: sourceId }),
  query: pageQuery.extend({ unused: z.enum(['true', 'false']).optional() }),
  response: page(sourceReject),
  problems: ['not_found', 'invalid_cursor'],
});

export const listRejects = route({
  method: 'GET',
  path: '/sources/rejects',
  access: 'admin',
  tag,
  summary:
    'The newest bodies of all sources that were refused, or accepted and not used, with the reason; newest first',
  description: '`seconds`: only those of the last so many.',
  query: pageQuery.extend({ seconds: z.coerce.number().int().min(1).max(86_400).optional() }),
  response: page(
    sourceReject.extend({
      source_id: z.string(),
      /** What the source is called; its id where it is gone. */
      source: z.string(),
    }),
  ),
  problems: ['invalid_cursor'],
});

export const liveActivities = route({
  method: 'GET',
  path: '/activities/live',
  access: 'read',
  tag,
  summary: 'Server-sent events: activities as they come in, `event: activity`',
  description:
    'Begins with those of the last two minutes. An activity that happened earlier than that is not among them, and of many at once only the newest: `event: skipped` says then that some were left out. Metadata longer than 4,000 characters is left out, and `is_cut` says so. At most 20 listeners in each process.',
  query: z.object({
    type: activityType.optional(),
    source: z.string().min(1).max(100).optional(),
    contact_email: z.string().min(1).max(254).optional(),
  }),
  raw: true,
  problems: ['too_many_listeners'],
});
