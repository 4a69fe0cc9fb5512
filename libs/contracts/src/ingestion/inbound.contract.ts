import { isReservedType, RESERVED_TYPE } from '#rules';
import { z } from 'zod';
import { activityType } from './activities.contract.js';
import { idParams, route, uuid } from '../http/route.js';

const tag = 'Sources';

/** Where something stands in a body: a JSON pointer (RFC 6901). */
const pointer = z
  .string()
  .max(500, 'A place has at most 500 characters.')
  .regex(/^(?:\/(?:[^/~]|~[01])*)+$/, 'A place is written like /order/customer/email.');

/** What of a body becomes an activity. */
export const inboundMapping = z.strictObject({
  /** The type: the same each time, or what stands at a place, in lower snake case. */
  type: z.union([
    z.strictObject({ text: activityType.refine((type) => !isReservedType(type), RESERVED_TYPE) }),
    z.strictObject({ at: pointer }),
  ]),
  /** Whose activity it is. */
  email: pointer,
  /** What tells a repeat as one; without it each call counts. */
  external_id: pointer.optional(),
  /** When it happened: RFC 3339, or seconds or milliseconds since 1970; without it when it came. */
  occurred_at: pointer.optional(),
  metadata: z
    .array(
      z.strictObject({
        name: z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.'),
        at: pointer,
      }),
    )
    .max(50, 'At most 50 values.')
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Two values have the same name.'),
});
export type InboundMapping = z.output<typeof inboundMapping>;

const name = z.string().trim().min(1, 'Give it a name.').max(100, 'A name has at most 100 characters.');

export const inboundSource = z.object({
  id: z.string(),
  name: z.string(),
  /** Switched on: bodies become activities. Until then they are kept as samples. */
  is_on: z.boolean(),
  mapping: inboundMapping.nullable(),
  created_by: z.string(),
  created_at: z.string(),
  /** The newest bodies that came while it was not on, at most ten, the newest first. */
  samples: z.array(z.object({ id: z.string(), at: z.string(), body: z.unknown() })),
});
export type InboundSource = z.output<typeof inboundSource>;

const withAddress = inboundSource.extend({
  /** Where the other system sends to. Whoever knows it can send; it is in this answer only. */
  url: z.string(),
});

export const createInboundSource = route({
  method: 'POST',
  path: '/sources',
  access: 'admin',
  tag,
  summary: 'Make an inbound webhook for a system that Cortex does not know; its address is in this answer only',
  status: 201,
  body: z.strictObject({ name }),
  response: withAddress,
  problems: ['limit_reached'],
});

export const getInboundSource = route({
  method: 'GET',
  path: '/sources/:id',
  access: 'admin',
  tag,
  summary: 'An inbound webhook, with its mapping and the bodies that came before it was switched on',
  params: idParams,
  response: inboundSource,
  problems: ['not_found'],
});

export const changeInboundSource = route({
  method: 'PATCH',
  path: '/sources/:id',
  access: 'admin',
  tag,
  summary: 'Change the name or the mapping of an inbound webhook, or switch it on or off',
  params: idParams,
  body: z.strictObject({ name: name.optional(), mapping: inboundMapping.optional(), is_on: z.boolean().optional() }),
  response: inboundSource,
  problems: ['not_found'],
});

export const tryInboundMapping = route({
  method: 'POST',
  path: '/sources/:id/try',
  access: 'admin',
  tag,
  summary: 'What a mapping makes of a sample. Nothing is stored.',
  params: idParams,
  body: z.strictObject({
    mapping: inboundMapping,
    /** Absent: the newest one. */
    sample_id: z.string().max(18).regex(/^\d+$/, 'This is no id of a sample.').optional(),
  }),
  response: z.object({
    /** What would be stored; null when it would be refused. */
    activity: z
      .object({
        type: z.string(),
        contact_email: z.string(),
        external_id: z.string().nullable(),
        occurred_at: z.string().nullable(),
        metadata: z.record(z.string(), z.unknown()),
      })
      .nullable(),
    /** Why it would be refused; each points into the mapping. */
    problems: z.array(z.object({ pointer: z.string(), message: z.string() })),
  }),
  problems: ['not_found'],
});

export const rotateInboundSource = route({
  method: 'POST',
  path: '/sources/:id/rotate',
  access: 'admin',
  tag,
  summary: 'A new address for an inbound webhook; the one before is refused from now on',
  params: idParams,
  body: z.strictObject({}).optional(),
  response: withAddress,
  problems: ['not_found'],
});

export const removeInboundSource = route({
  method: 'DELETE',
  path: '/sources/:id',
  access: 'admin',
  tag,
  summary: 'Remove an inbound webhook; its address is refused from now on. What it recorded stays.',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found'],
});

export const takeInbound = route({
  method: 'POST',
  path: '/in/:token',
  access: 'inbound',
  tag,
  summary: 'What a system sends that was given this address; 401 for an address that is none',
  description:
    'Any JSON object, or a form. While the webhook is not switched on it is kept as a sample; then it is mapped, and refused with 400 where it does not fit. At most 600 a minute in each process.',
  status: 202,
  bodyLimit: 64 * 1024,
  params: z.strictObject({ token: z.string().max(200) }),
  response: z.object({ status: z.enum(['accepted', 'duplicate', 'sampled']), id: uuid.nullable() }),
  problems: ['wrong_webhook_credentials', 'invalid_json', 'too_many_requests', 'too_much_at_once', 'database_away'],
});
