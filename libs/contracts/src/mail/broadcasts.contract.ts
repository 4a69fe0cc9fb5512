import { rulesSchema, skipReasons } from '#rules';
import { z } from 'zod';
import { testAnswer, testBody, utm } from './emails.contract.js';
import { broadcastTest, holdoutPercent as holdout_percent, shortSpan } from './broadcast-ways.contract.js';
import { messageCounts } from './message-counts.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';
import { storedRules } from '../people/smart-lists.contract.js';
import { sender } from '../workspace/settings.contract.js';

const tag = 'Broadcasts';
const count = z.number().int().min(0);

/** Bytes of a body that carries a design and its HTML. */
const bodyLimit = 2 * 1024 * 1024;
/** Lists that a broadcast includes, or leaves out. */
const MOST_LISTS = 100;

export const broadcastStatus = z.enum([
  'draft',
  'scheduled',
  'preparing',
  'sending',
  'paused',
  'sent',
  'failed',
  'cancelled',
]);
export type BroadcastState = z.output<typeof broadcastStatus>;

const editor = z.enum(['html', 'mjml', 'unlayer'], 'The editor is html, mjml or unlayer.');

const broadcastStream = z.enum(['broadcast', 'transactional'], 'The stream is broadcast or transactional.');
/** People of lists and rules, or everybody who works here. */
const broadcastAudienceKind = z.enum(['lists', 'staff'], 'The audience is lists or staff.');

export const listedBroadcast = z.object({
  id: z.string(),
  /** For colleagues; nobody else sees it. */
  name: z.string(),
  status: broadcastStatus,
  /** Counts the saves of the draft; sent back as `base_revision`. */
  revision: z.number().int(),
  subject: z.string(),
  preheader: z.string(),
  from: z.string().nullable(),
  reply_to: z.string().nullable(),
  utm: utm.nullable(),
  /** `transactional` to colleagues, `broadcast` to everybody else. */
  stream: broadcastStream,
  topic_id: z.string().nullable(),
  audience: broadcastAudienceKind,
  include_smart_list_ids: z.array(z.string()),
  exclude_smart_list_ids: z.array(z.string()),
  /** Rules of its own, beside the lists. */
  rules: storedRules.nullable(),
  template_id: z.string().nullable(),
  editor,
  /** Per cent of those who would get it that get nothing. */
  holdout_percent: z.number().int(),
  /** Over how long its mails leave; null: as fast as may be. */
  spread: shortSpan.nullable(),
  /** Everybody gets it at the same time of their own day. */
  local_time: z.boolean(),
  test: broadcastTest.nullable(),
  scheduled_at: instant.nullable(),
  /** With `local_time`: when the first of them gets it. */
  begins_at: instant.nullable(),
  started_at: instant.nullable(),
  /** When everybody had been looked at and the sum was right: from here on mails leave. */
  frozen_at: instant.nullable(),
  finished_at: instant.nullable(),
  /** Why it is paused or failed, where nobody decided so. */
  reason: z.string().nullable(),
  counts: messageCounts,
  created_at: instant,
  updated_at: instant,
});

export const broadcast = listedBroadcast.extend({
  /** What keeps a draft from being sent; that nobody would get it is asked when it is sent. */
  problems: z.array(z.object({ pointer: z.string(), message: z.string() })),
  design: z.unknown(),
  html: z.string(),
  text: z.string().nullable(),
});
export type Broadcast = z.output<typeof broadcast>;

const part = (max: number) => z.string().max(max, `This part has at most ${max} characters.`);
const lists = z.array(uuid).max(MOST_LISTS, `At most ${MOST_LISTS} lists.`);

/** Every one may be left out: what is not said is not changed. */
const fields = {
  name: z.string().trim().min(1, 'Give the broadcast a name.').max(200),
  /** Empty: the template's. */
  subject: part(1000),
  preheader: part(1000),
  /** Null: the workspace's sender. */
  from: z.union([z.literal(''), sender]).nullable(),
  /** Where answers go. Null: to the sender. */
  reply_to: z.union([z.literal(''), emailAddress]).nullable(),
  /** Null: links stay as they are. */
  utm: utm.nullable(),
  topic_id: uuid.nullable(),
  include_smart_list_ids: lists,
  exclude_smart_list_ids: lists,
  rules: rulesSchema.nullable(),
  /** With a template its text is sent; without one the design, HTML and text given here. */
  template_id: uuid.nullable(),
  editor,
  design: z.unknown(),
  html: part(900_000),
  text: part(900_000).nullable(),
  holdout_percent,
  spread: shortSpan.nullable(),
  local_time: z.boolean(),
  test: broadcastTest.nullable(),
};
const given = z.strictObject(fields).partial();

/** Marketing mail to people, or mail of the house to colleagues; a stream that is said has to be the audience's. */
const kind = { stream: broadcastStream.optional(), audience: broadcastAudienceKind.optional() };
type Kind = z.output<z.ZodObject<typeof kind>>;

const oneKind = 'A broadcast to staff is transactional, one to lists is marketing: its stream is broadcast.';

function ofOneKind({ stream, audience }: Kind, { addIssue }: z.RefinementCtx): void {
  if (stream === 'transactional' && audience !== 'staff')
    addIssue({ code: 'custom', path: ['stream'], message: 'A broadcast to people goes out on the broadcast stream.' });
  if (stream === 'broadcast' && audience === 'staff')
    addIssue({
      code: 'custom',
      path: ['stream'],
      message: 'A broadcast to colleagues goes out as transactional mail.',
    });
}

/** What an answer says besides is taken back unread, so that a broadcast can be saved as it was read. */
const unread = {
  id: z.unknown().optional(),
  status: z.unknown().optional(),
  scheduled_at: z.unknown().optional(),
  begins_at: z.unknown().optional(),
  started_at: z.unknown().optional(),
  frozen_at: z.unknown().optional(),
  finished_at: z.unknown().optional(),
  reason: z.unknown().optional(),
  counts: z.unknown().optional(),
  problems: z.unknown().optional(),
  created_at: z.unknown().optional(),
  updated_at: z.unknown().optional(),
};

export const listBroadcasts = route({
  method: 'GET',
  path: '/email/broadcasts',
  access: 'read',
  tag,
  summary: 'Broadcasts, last changed first',
  query: pageQuery.extend({ status: broadcastStatus.optional(), q: z.string().trim().max(200).optional() }),
  response: page(listedBroadcast),
});

export const getBroadcast = route({
  method: 'GET',
  path: '/email/broadcasts/:id',
  access: 'read',
  tag,
  summary: 'One broadcast, with its counts of this moment',
  params: idParams,
  response: broadcast,
  problems: ['not_found'],
});

export const createBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts',
  access: 'change',
  tag,
  summary: 'A new broadcast, as a draft; a design is rendered',
  status: 201,
  body: given
    .extend({ ...kind, name: fields.name })
    .superRefine(ofOneKind)
    .describe(oneKind),
  response: broadcast,
  bodyLimit,
  problems: ['invalid_template', 'unreadable_design'],
});

export const changeBroadcast = route({
  method: 'PUT',
  path: '/email/broadcasts/:id',
  access: 'change',
  tag,
  summary: 'Changes the fields of a draft that are sent; all others stay',
  description:
    'With `base_revision` (or `revision`, as it was read) it is refused (409 `draft_changed`, with `fields`) when somebody else has changed one of these fields since; other fields never are in the way.',
  params: idParams,
  body: given
    .extend({
      ...kind,
      ...unread,
      base_revision: z.number().int().min(1).optional(),
      revision: z.number().int().min(1).optional(),
    })
    .superRefine(ofOneKind)
    .describe(oneKind),
  response: broadcast,
  bodyLimit,
  problems: [
    'not_found',
    'wrong_broadcast_status',
    'draft_changed',
    'revision_ahead',
    'invalid_template',
    'unreadable_design',
  ],
});

export const deleteBroadcast = route({
  method: 'DELETE',
  path: '/email/broadcasts/:id',
  access: 'change',
  tag,
  summary: 'Deletes a draft; what was sent is kept',
  params: idParams,
  status: 204,
  problems: ['not_found', 'wrong_broadcast_status'],
});

export const duplicateBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/duplicate',
  access: 'change',
  tag,
  summary: 'A new draft that says the same to the same people',
  params: idParams,
  status: 201,
  body: z.strictObject({ name: fields.name.optional() }).optional(),
  response: broadcast,
  problems: ['not_found'],
});

export const broadcastAudience = route({
  method: 'POST',
  path: '/email/broadcasts/:id/audience',
  access: 'read',
  tag,
  summary: 'Who would get it now: everybody of the audience, who of them gets none and why, who is left',
  description: 'Asks the same SQL as freezing does. Reasons that hold for nobody are 0.',
  params: idParams,
  /** With `local_time`: for when it would be scheduled, to learn when the first and the last would get it. */
  query: z.object({ scheduled_at: instant.optional() }),
  response: z.object({
    /** Of the draft that was asked about. */
    revision: z.number().int(),
    at: instant,
    candidates: count,
    skipped: z.object(Object.fromEntries(skipReasons.map((reason) => [reason, count]))).catchall(count),
    will_receive: count,
    /** What sending it takes, as far as Postmark goes: calls, and seconds at the pace of the last days, or at an assumed one. */
    sending: z.object({ calls: count, seconds: count, per_second: z.number(), measured: z.boolean() }),
    /** With `local_time` and `scheduled_at`; `at_once` are those whose time has passed. */
    own_times: z.object({ first_at: instant, last_at: instant, at_once: count }).nullable(),
  }),
  problems: ['not_found', 'broadcast_not_ready'],
});

export const broadcastAudienceOfOne = route({
  method: 'GET',
  path: '/email/broadcasts/:id/audience',
  access: 'read',
  tag,
  summary: 'Whether one person would get it now, and why not',
  params: idParams,
  query: z.object({ contact_email: emailAddress }),
  response: z.object({
    contact_email: z.string(),
    outcome: z.enum(['in', 'out']),
    /** `not_in_audience`, `not_staff` where only colleagues get it, `left_out` by a list, or a reason as `skipped` names it; null for who is in. */
    reason: z.enum(['not_in_audience', 'not_staff', 'left_out', ...skipReasons]).nullable(),
    sentence: z.string(),
  }),
  problems: ['not_found', 'unknown_address', 'broadcast_not_ready'],
});

export const broadcastAudiencePeople = route({
  method: 'GET',
  path: '/email/broadcasts/:id/audience/people',
  access: 'read',
  tag,
  summary: 'The people behind a number of its audience, as it is now',
  params: idParams,
  query: pageQuery.extend({
    /** Why they would get none, or `will_receive`; left out: everybody of the audience. */
    reason: z.enum(['will_receive', ...skipReasons]).optional(),
  }),
  response: page(
    z.object({
      /** Null for a colleague. */
      contact_id: z.string().nullable(),
      contact_email: z.string(),
      /** Null for who would get one. */
      reason: z.string().nullable(),
    }),
  ),
  problems: ['not_found', 'broadcast_not_ready'],
});

const confirm = count.optional().meta({
  description: 'How many will receive it; required above 1,000, and 409 with `will_receive` when it is another number.',
});

export const sendBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/send',
  access: 'change',
  tag,
  summary: 'Sends it now, or after `undo_seconds`, until when cancelling makes it a draft again',
  params: idParams,
  body: z
    .strictObject({ confirm, undo_seconds: z.number().int().min(0).max(3600).default(0) })
    .optional()
    .transform((body) => body ?? { undo_seconds: 0 }),
  response: broadcast,
  problems: ['not_found', 'wrong_broadcast_status', 'broadcast_not_ready', 'count_changed'],
});

export const scheduleBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/schedule',
  access: 'change',
  tag,
  summary: 'Sends it at a time; the audience is asked then. Due while nothing ran, it asks before it leaves late',
  params: idParams,
  body: z.strictObject({ scheduled_at: instant, confirm }),
  response: broadcast,
  problems: ['not_found', 'wrong_broadcast_status', 'broadcast_not_ready', 'count_changed'],
});

const acting = (name: string, summary: string) =>
  ({
    method: 'POST',
    path: `/email/broadcasts/:id/${name}`,
    access: 'change',
    tag,
    summary,
    params: idParams,
    response: broadcast,
    problems: ['not_found', 'wrong_broadcast_status'],
  }) as const;

export const pauseBroadcast = route(
  acting('pause', 'Nothing more of it is put into a call; what is in one leaves, and the counts say how much has left'),
);
export const resumeBroadcast = route(acting('resume', 'Goes on where it was paused'));
export const cancelBroadcast = route(
  acting('cancel', 'Ends it: what has not left is cancelled. A scheduled one becomes a draft again'),
);

export const testBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/test',
  access: 'change',
  tag,
  summary: 'Sends it to yourself or to a seed list, with a chosen person’s data, marked [TEST]',
  params: idParams,
  body: testBody
    .safeExtend({
      /** Of a test, from 0 on. */
      variant: z.number().int().min(0).max(4).default(0),
    })
    .describe('It has either to or seed_list.'),
  response: testAnswer,
  problems: ['not_found', 'unknown_address', 'recipient_not_staff', 'invalid_template'],
});

export const retryUnknownOfBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/retry_unknown',
  access: 'change',
  tag,
  summary: 'Queues its mails of unknown fate again; `confirm` is how many, 409 when that is not the number',
  params: idParams,
  body: z.strictObject({ confirm: count }),
  response: z.object({ queued: count }),
  problems: ['not_found', 'count_changed'],
});
