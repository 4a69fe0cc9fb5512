import { isReservedType, RESERVED_TYPE } from '#rules';
import { z } from 'zod';
import { cloudEventForms } from './cloud-events.contract.js';
import { problemCodes } from '../http/problems.js';
import { emailAddress, instant, page, pageQuery, route, uuid } from '../http/route.js';

export const activityType = z
  .string()
  .max(100, 'A type has at most 100 characters.')
  .regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/, 'A type is lower case words joined by dots, e.g. checkout.abandoned.');

/** One activity as other systems post it. `occurred_at` defaults to the moment of arrival. */
export const newActivity = z
  .strictObject({
    id: uuid.optional(),
    contact_email: emailAddress.optional(),
    anonymous_id: z.string().trim().min(1).max(200).optional(),
    type: activityType.refine((type) => !isReservedType(type), RESERVED_TYPE),
    metadata: z.record(z.string(), z.unknown()).optional(),
    occurred_at: instant.optional(),
    source: z.string().trim().min(1).max(100).optional(),
    external_id: z.string().min(1).max(200).optional(),
    history: z.boolean().optional(),
  })
  .refine((activity) => activity.contact_email !== undefined || activity.anonymous_id !== undefined, {
    message: 'Say whose activity it is: give contact_email or anonymous_id.',
    path: ['contact_email'],
  })
  .describe('It has contact_email or anonymous_id, or both.');
export type NewActivityInput = z.infer<typeof newActivity>;

export const MAX_ITEMS = 500;
const tooMany = `At most ${MAX_ITEMS} in one request. Send the rest in another.`;

/** The body of the ingestion routes: one, or an array of at most 500. */
export const oneOrMany = <T extends z.ZodType>(item: T) =>
  z.union([item, z.array(item).min(1).max(MAX_ITEMS, tooMany)]);

/** What became of one item of a request, in the order sent. */
export const itemResult = z.object({
  id: z.string().nullable(),
  status: z.enum(['accepted', 'duplicate', 'rejected']),
  /** `code`: of the problem that this alone would have been, where it is no mistake in the item itself. */
  error: z.object({ pointer: z.string(), message: z.string(), code: z.enum(problemCodes).optional() }).optional(),
});

export const activity = z.object({
  id: z.string(),
  type: z.string(),
  contact_email: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  occurred_at: z.string(),
  received_at: z.string(),
  source: z.string(),
  sentence: z.string(),
  /** What its type is called. */
  label: z.string(),
});

export const postActivities = route({
  method: 'POST',
  path: '/activities',
  access: 'ingest',
  tag: 'Activities',
  summary: 'Record what people did: one activity, an array, or { activities }. Answered after it is stored.',
  description:
    'Also takes CloudEvents 1.0: structured, batched, and binary (an ordinary JSON body with `ce-` headers). `source` and `id` become `source` and `external_id`, `time` becomes `occurred_at`, `type` the type in lower snake case, `data` the metadata. Whose activity it is says `data.contact_email`, else a `subject` that is an address, else `data.anonymous_id`. Extension attributes are not kept. Types that begin with `email.`, `automation.`, `admin.` or `smart_list.` are Cortex’s own: such an item is refused.',
  forms: cloudEventForms,
  status: 202,
  body: z.union([
    newActivity,
    z.array(newActivity).min(1).max(MAX_ITEMS, tooMany),
    z.strictObject({ activities: z.array(newActivity).min(1).max(MAX_ITEMS, tooMany) }),
  ]),
  response: z.object({
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.number().int(),
    results: z.array(itemResult),
  }),
  problems: [
    'invalid_json',
    'too_many_items',
    'too_much_at_once',
    'database_away',
    'idempotency_key_reused',
    'request_in_progress',
  ],
});

export const listActivities = route({
  method: 'GET',
  path: '/activities',
  access: 'read',
  tag: 'Activities',
  summary: 'Activities, newest first',
  query: pageQuery.extend({
    contact_email: z.string().max(254).optional(),
    type: activityType.optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  response: page(activity),
  problems: ['invalid_cursor'],
});

export const activityTypes = route({
  method: 'GET',
  path: '/activities/types',
  access: 'read',
  tag: 'Activities',
  summary: 'The types seen so far, with the metadata keys they carry',
  response: z.object({
    items: z.array(
      z.object({
        type: z.string(),
        metadata_keys: z.array(z.string()),
        last_seen: z.string(),
        /** What it is called on screens. */
        label: z.string(),
        /** Somebody has said so; otherwise the label is made of the type. */
        named: z.boolean(),
        /** Nobody has said what it is called, and Cortex has no sentence for it. */
        asks_for_label: z.boolean(),
      }),
    ),
  }),
});

export const labelActivityType = route({
  method: 'PUT',
  path: '/activities/types/:type',
  access: 'change',
  tag: 'Activities',
  summary: 'Say what a type is called in timelines and lists; null leaves it with its own words',
  params: z.strictObject({ type: activityType }),
  body: z.strictObject({
    label: z
      .string()
      .trim()
      .min(1, 'Write what it is called.')
      .max(100, 'A label has at most 100 characters.')
      .nullable(),
  }),
  response: z.object({ done: z.literal(true) }),
  problems: ['limit_reached'],
});
