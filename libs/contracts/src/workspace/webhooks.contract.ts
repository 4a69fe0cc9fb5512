import { nodeId, notInHeaders, secretReference, webhookConfig } from '#graph';
import { z } from 'zod';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Webhooks';

const secret = z.object({
  /** What calls are signed with, as Standard Webhooks write it: `whsec_` and base64. */
  secret: z.string(),
  created_at: instant,
  /** Until when the secret before this one signs along; null if none does. */
  previous_until: instant.nullable(),
  /** Networks besides the internet that steps may call (CORTEX_WEBHOOK_NETWORKS); null if none. */
  networks: z.string().nullable(),
  /** The only hosts that steps may call (CORTEX_OUTGOING_HOSTS); null if they may call every public one. */
  hosts: z.string().nullable(),
});

export const getWebhookSecret = route({
  method: 'GET',
  path: '/settings/webhook-secret',
  access: 'admin',
  tag,
  summary: 'The secret that webhook steps sign with, for those who receive the calls',
  response: secret,
  problems: ['secret_unreadable'],
});

export const rotateWebhookSecret = route({
  method: 'POST',
  path: '/settings/webhook-secret/rotate',
  access: 'admin',
  tag,
  summary: 'A new secret. The one before signs along for 24 hours.',
  body: z.strictObject({}).optional(),
  response: secret,
});

export const setSecret = route({
  method: 'POST',
  path: '/secrets',
  access: 'change',
  tag,
  summary: 'Keeps the value of a webhook header encrypted, and answers what names it in a drawing',
  description:
    'The answer goes into the drawing in place of the value, as `headers: { Authorization: <answer> }`. Nothing gives the value back. A drawing that is sent with values as text is stored the same way: what comes back is `{ secret: true, id, set_at, set_by }`, and sending that again keeps the value. An export leaves out the id, so after an import the value has to be set again. A value belongs to one host: that of `url`, or else of the first step that it is stored with. When the address of the step leads to another host, the value has to be set again.',
  status: 201,
  body: z.strictObject({
    value: z
      .string()
      .min(1, 'Give a value.')
      .max(4000, 'A header has at most 4,000 characters.')
      .refine((value) => !notInHeaders.test(value), 'This has characters that a header may not have.'),
    /** The step’s address: its host gets the value, and no other. Absent: that of the drawing which first names it. */
    url: z.string().max(2000, 'An address has at most 2,000 characters.').optional(),
  }),
  response: secretReference,
});

export const webhookCallState = z.enum(['queued', 'given', 'delivered', 'dead']);

export const webhookCall = z.object({
  id: uuid,
  automation_id: uuid,
  /** The automation's name; null when it was removed. */
  automation: z.string().nullable(),
  run_id: uuid,
  node_id: z.string(),
  contact_email: z.string(),
  url: z.string(),
  /** queued: not yet given to the queue; given: being tried; dead: failed for good. */
  state: webhookCallState,
  attempts: z.number().int(),
  /** Of the last try. */
  status: z.number().int().nullable(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
  created_at: instant,
  tried_at: instant.nullable(),
  settled_at: instant.nullable(),
});

export const listWebhookCalls = route({
  method: 'GET',
  path: '/webhook-calls',
  access: 'read',
  tag,
  summary: 'Calls of webhook steps, newest first; `state=dead` are those that failed for good',
  query: pageQuery.extend({ state: webhookCallState.optional(), automation_id: uuid.optional() }),
  response: page(webhookCall),
});

export const replayWebhookCall = route({
  method: 'POST',
  path: '/webhook-calls/:id/replay',
  access: 'change',
  tag,
  summary: 'Sends a call that failed for good once more, as it was. 409 for any other.',
  params: idParams,
  body: z.strictObject({}).optional(),
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'webhook_call_not_failed'],
});

const drawnCall = {
  node_id: nodeId,
  /** Absent: somebody made up. */
  contact_email: emailAddress.optional(),
};
const shownCall = z.object({
  /** All but those of the signature, which differ for each call. Values of the step’s own headers are hidden. */
  headers: z.record(z.string(), z.string()),
  body: z.string(),
});

export const previewWebhook = route({
  method: 'POST',
  path: '/automations/:id/webhook-preview',
  access: 'read',
  tag,
  summary: 'What a webhook step, saved or not, would send about one person. Nothing leaves.',
  params: idParams,
  body: z.strictObject({ ...drawnCall, config: webhookConfig.omit({ url: true }) }),
  response: shownCall,
  problems: ['not_found', 'unknown_address', 'invalid_template'],
});

export const testWebhook = route({
  method: 'POST',
  path: '/automations/:id/webhook-test',
  access: 'change',
  tag,
  summary: 'Makes one call as a webhook step would, now',
  description:
    'Signed and guarded as every call, and marked by the header `webhook-test: true` (and `"test": true` where the step has no ' +
    'body of its own). No run moves, and it is never tried again. At most ten leave within a minute; 429 then.',
  params: idParams,
  body: z.strictObject({ ...drawnCall, config: webhookConfig }),
  response: shownCall.extend({
    /** Whether a run would go on by `next`. */
    ok: z.boolean(),
    status: z.number().int().nullable(),
    took_ms: z.number().int(),
    /** The beginning of the answer. */
    answer: z.string().nullable(),
    /** Why it was not called, or why its answer does not count. */
    reason: z.string().nullable(),
  }),
  problems: ['not_found', 'unknown_address', 'invalid_template', 'too_many_test_calls'],
});
