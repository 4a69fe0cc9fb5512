import { z } from 'zod';
import { messageCounts } from './message-counts.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

export const mailStream = z.enum(['broadcast', 'transactional']);
export const messageState = z.enum([
  'queued',
  'submitting',
  'sent',
  'skipped',
  'failed',
  'uncertain',
  'unknown',
  'cancelled',
]);
export type MessageState = z.output<typeof messageState>;

const utmPart = z
  .string()
  .trim()
  .max(100, 'At most 100 characters.')
  .regex(/^[^\p{Cc}]*$/u, 'Write it on one line.');

/** What the links of a mail to the web carry, for the shop's own statistics of visits. A draft may be incomplete. */
export const utm = z.strictObject({
  source: utmPart,
  medium: utmPart,
  campaign: utmPart,
  content: utmPart.optional(),
});
export type Utm = z.output<typeof utm>;

/** Who gets a test: somebody who works here, or a seed list of the settings. */
const testRecipient = {
  to: emailAddress.optional(),
  /** The name of a seed list. */
  seed_list: z.string().trim().min(1).max(100).optional(),
};
const oneRecipient = ({ to, seed_list }: { to?: unknown; seed_list?: unknown }): boolean =>
  (to === undefined) !== (seed_list === undefined);

export const testBody = z
  .strictObject({ ...testRecipient, contact_email: emailAddress.optional() })
  .refine(oneRecipient, { path: ['to'], message: 'Say to whom: `to`, or the name of a `seed_list`.' })
  .describe('It has either to or seed_list.');

export const testAnswer = z.object({
  message_id: z.string(),
  /** One for each address, in the order of the list. */
  message_ids: z.array(z.string()),
});

const tag = 'E-mail';
const count = z.number().int().min(0);

export const message = z.object({
  id: z.string(),
  contact_email: z.string(),
  /** Public id of the person, where the directory shows them. */
  contact_id: z.string().nullable(),
  stream: mailStream,
  state: messageState,
  reason: z.string().nullable(),
  /** Postmark's code behind `failed`. */
  error_code: z.number().int().nullable(),
  from: z.string().nullable(),
  subject: z.string(),
  broadcast_id: z.string().nullable(),
  automation_id: z.string().nullable(),
  automation_name: z.string().nullable(),
  run_id: z.string().nullable(),
  node_id: z.string().nullable(),
  /** `outbox`: it never left this machine. */
  provider: z.enum(['postmark', 'outbox']).nullable(),
  demo: z.boolean(),
  created_at: instant,
  sent_at: instant.nullable(),
  delivered_at: instant.nullable(),
  opened_at: instant.nullable(),
  clicked_at: instant.nullable(),
  bounced_at: instant.nullable(),
  complained_at: instant.nullable(),
  unsubscribed_at: instant.nullable(),
});
export type Message = z.output<typeof message>;

const messagesQuery = pageQuery.extend({
  state: messageState.optional(),
  automation_id: uuid.optional(),
  broadcast_id: uuid.optional(),
  run_id: uuid.optional(),
  contact_email: z.string().trim().max(254).optional(),
  stream: mailStream.optional(),
});

export const listMessages = route({
  method: 'GET',
  path: '/messages',
  access: 'read',
  tag,
  summary: 'Mails of every state, newest first',
  query: messagesQuery,
  response: page(message),
});

export const listOutbox = route({
  method: 'GET',
  path: '/outbox',
  access: 'read',
  tag,
  summary: 'Mails as an inbox, newest first',
  query: messagesQuery,
  response: page(message),
});

export const outboxMessage = message.extend({
  html: z.string(),
  text: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Where answers go; absent: to the sender. */
  reply_to: z.string().optional(),
});
export type OutboxMessage = z.output<typeof outboxMessage>;

export const getOutboxMessage = route({
  method: 'GET',
  path: '/outbox/:id',
  access: 'read',
  tag,
  summary: 'One mail as it was sent, or as it would be',
  description:
    'Its unsubscribe, preferences and view links lead nowhere, since whoever follows them acts as the person who got the mail. Only a key with the scope `admin` gets them as they were sent.',
  params: idParams,
  response: outboxMessage,
  problems: ['not_found'],
});

export const retryUnknownMessages = route({
  method: 'POST',
  path: '/messages/retry_unknown',
  access: 'change',
  tag,
  summary: 'Queue mails of unknown fate again; `confirm` is how many, 409 when that is not the number',
  body: z.strictObject({
    ids: z.array(uuid).min(1).max(10_000).optional(),
    automation_id: uuid.optional(),
    broadcast_id: uuid.optional(),
    confirm: count,
  }),
  response: z.object({ queued: count }),
  problems: ['count_changed'],
});

export const emailSummary = route({
  method: 'GET',
  path: '/email/summary',
  access: 'read',
  tag,
  summary:
    'How mail is doing: who can be e-mailed, counts since an instant (default 30 days), whether sending is stopped',
  query: z.object({ from: instant.optional() }),
  response: z.object({
    /** Everybody in the directory, each address once; `can_be_emailed` with marketing mail, at this moment. */
    subscribers: z.object({ customers: count, leads: count, can_be_emailed: count, cannot_be_emailed: count }),
    from: instant,
    /** When people and mails were counted: in a large workspace a minute ago, elsewhere now. */
    counted_at: instant,
    counts: messageCounts,
    /** The last days of the workspace’s time zone, at most 31, today as the last: mails by the day on which they were queued. */
    days: z.array(
      z.object({
        day: z.iso.date(),
        sent: count,
        delivered: count,
        clicked: count,
        complained: count,
        /** Who could be e-mailed; null for days on which nobody noted it. */
        can_be_emailed: count.nullable(),
      }),
    ),
    sending: z.lazy(() => sendingState),
  }),
});

export const emailJob = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['broadcast', 'automation', 'transactional']),
  stream: mailStream,
  status: z.enum(['queued', 'processing', 'paused', 'sent', 'failed', 'cancelled']),
  hour: instant.nullable(),
  created_at: instant,
  updated_at: instant,
});

export const listEmailJobs = route({
  method: 'GET',
  path: '/email/jobs',
  access: 'read',
  tag,
  summary: 'Job rows, newest first: one per broadcast, one per hour and stream for other mail',
  query: pageQuery,
  response: page(emailJob),
});

const suppressionReason = z.enum(['hard_bounce', 'spam_complaint', 'manual', 'inactive']);
export const suppression = z.object({
  id: z.string(),
  email: z.string(),
  stream: mailStream,
  reason: suppressionReason,
  origin: z.string(),
  message_id: z.string().nullable(),
  created_at: instant,
});
export const listSuppressions = route({
  method: 'GET',
  path: '/email/suppressions',
  access: 'read',
  tag,
  summary: 'Addresses that get no mail on a stream, newest first',
  query: pageQuery.extend({
    /** Part of an address. */
    q: z.string().trim().max(254).optional(),
    stream: mailStream.optional(),
    reason: suppressionReason.optional(),
  }),
  response: page(suppression),
});
const suppressionBody = z.strictObject({
  emails: z.array(emailAddress).min(1).max(1000),
  stream: mailStream.default('broadcast'),
});
export const addSuppressions = route({
  method: 'POST',
  path: '/email/suppressions',
  access: 'change',
  tag,
  summary: 'Suppress addresses by hand',
  body: suppressionBody,
  response: z.object({ added: count }),
});
export const removeSuppressions = route({
  method: 'DELETE',
  path: '/email/suppressions',
  access: 'change',
  tag,
  summary: 'Let addresses get mail again',
  /** Of addresses that complained only an administrator takes off the list, with a reason; 403 and 422 else. */
  body: suppressionBody.extend({ reason: z.string().trim().min(1).max(500).optional() }),
  response: z.object({ removed: count }),
  problems: ['reason_missing'],
});

export const sendingState = z.object({
  stopped: z.boolean(),
  stopped_at: instant.nullable(),
  stopped_by: z.string().nullable(),
  reason: z.string().nullable(),
  /** Held back by CORTEX_SENDING=off, which no screen can lift. */
  off_by_environment: z.boolean(),
});
export const stopSending = route({
  method: 'POST',
  path: '/sending/stop',
  access: 'stop_mail',
  tag,
  summary: 'The emergency stop for all mail; what is in a call already leaves',
  body: z.strictObject({ reason: z.string().trim().max(500).optional() }),
  response: sendingState,
});
export const resumeSending = route({
  method: 'POST',
  path: '/sending/resume',
  access: 'admin',
  tag,
  summary: 'Let mail leave again',
  response: sendingState,
  problems: ['sending_off'],
});

export const postmarkWebhook = route({
  method: 'POST',
  path: '/webhooks/postmark',
  access: 'postmark',
  tag,
  summary: 'What Postmark reports; its own basic auth (POSTMARK_WEBHOOK_USER and _PASSWORD), 401 without',
  raw: true,
  problems: ['wrong_webhook_credentials'],
});

export const postmarkReplies = route({
  method: 'POST',
  path: '/webhooks/postmark/inbound',
  access: 'postmark',
  tag,
  summary: 'Mail that came to Postmark’s inbound address; the same basic auth',
  description:
    'A mail that answers one of ours (by `In-Reply-To` or `References`) becomes an activity `mail.replied` of whoever got that one, with its text (`StrippedTextReply`, at most 4,000 characters). Any other is accepted and not used: from whom it says it is is not believed. At most 40 MiB with its attachments, which are left out while it is read: of each text the first 64 KiB are looked at, and 5 MiB in all.',
  bodyLimit: 5 * 1024 * 1024,
  sentLimit: 40 * 1024 * 1024,
  raw: true,
  problems: ['wrong_webhook_credentials'],
});
