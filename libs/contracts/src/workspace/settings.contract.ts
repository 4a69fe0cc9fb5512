import { brandSchema } from '#designs';
import { mailboxProblem, readMailbox } from '#rules';
import { z } from 'zod';
import { activityType } from '../ingestion/activities.contract.js';
import { emailAddress, instant, page, pageQuery, route, uuid } from '../http/route.js';
import { retention } from './retention.contract.js';

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time is written as 21:00.');
/** Who a mail is from: `Name <address>`, or an address. */
export const sender = z
  .string()
  .trim()
  .max(320)
  .refine((text) => readMailbox(text) !== undefined, mailboxProblem);

export const quietHours = z.strictObject({ from: timeOfDay, to: timeOfDay });
export const frequencyCap = z.strictObject({
  count: z.number().int().min(1).max(1000),
  per: z.strictObject({ n: z.number().int().min(1).max(365), unit: z.enum(['hours', 'days', 'weeks', 'months']) }),
});

/** Addresses that get test mails: other inboxes of colleagues, or of a service that looks at mails. */
export const seedList = z.strictObject({
  name: z.string().trim().min(1, 'Give the list a name.').max(100),
  addresses: z
    .array(emailAddress)
    .min(1, 'Enter at least one address.')
    .max(20, 'A seed list has at most 20 addresses.')
    .refine(
      (all) => new Set(all.map((one) => one.toLowerCase())).size === all.length,
      'One address stands here twice.',
    ),
});
export type SeedList = z.output<typeof seedList>;

export const settingsFields = z.strictObject({
  name: z.string().trim().min(1).max(200),
  timezone: z.string().max(64),
  currency: z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, e.g. EUR.'),
  sender_broadcast: sender.nullable(),
  sender_transactional: sender.nullable(),
  postal_address: z.string().trim().max(1000).nullable(),
  mail_unanswered: z.boolean(),
  /** What a new sign-up form starts with: whether it asks for a confirmation by mail, and what people agree to. */
  double_opt_in: z.boolean(),
  /** Who counts opens and clicks. */
  mail_tracking: z.enum(['postmark', 'ours', 'off']),
  /** Links in mails to the sites of the write keys say who follows them. */
  mail_link_proof: z.boolean(),
  /** Days after somebody's last click within which an enrollment or a payment counts for that broadcast. */
  attribution_days: z.number().int().min(1).max(30),
  consent_text: z.string().trim().min(1, 'Write what people agree to.').max(2000),
  quiet_hours: quietHours.nullable(),
  frequency_cap: frequencyCap.nullable(),
  settle_seconds: z.number().int().min(60).max(86400),
  retry_unknown_transactional: z.boolean(),
  event_aliases: z.record(z.string().min(1).max(200), activityType),
  admins_need_second_factor: z.boolean(),
  /** Replaced as a whole. */
  seed_lists: z
    .array(seedList)
    .max(10, 'There are at most 10 seed lists.')
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Two lists have the same name.'),
  /** How mail looks; replaced as a whole, what is left out of it is as the product has it. */
  brand: brandSchema,
  /** How long each kind of data is kept. */
  retention,
});

/** What a change may say: any of the fields, and of the retention any of the kinds. */
const settingsChange = settingsFields.extend({ retention: retention.partial() }).partial();
export type SettingsChange = z.output<typeof settingsChange>;

export const settings = z.object({
  ...settingsFields.shape,
  quiet_hours: z.unknown(),
  frequency_cap: z.unknown(),
  sending_stopped_at: instant.nullable(),
  sending_stopped_by: z.string().nullable(),
  sending_stopped_reason: z.string().nullable(),
  demo: z.boolean(),
  mode: z.enum(['outbox', 'postmark']),
  public_url: z.string(),
  /** The project at Unlayer, whose editor is offered then; null: it is not. */
  unlayer_project_id: z.number().int().nullable(),
  updated_at: z.string(),
});

export const getSettings = route({
  method: 'GET',
  path: '/settings',
  access: 'read',
  tag: 'Settings',
  summary: 'The workspace: names, senders, limits, and whether mail leaves',
  response: settings,
});

export const changeSettings = route({
  method: 'PATCH',
  path: '/settings',
  access: 'admin',
  tag: 'Settings',
  summary: 'Change settings; what is left out stays',
  body: settingsChange,
  response: settings,
});

export const removeDemo = route({
  method: 'POST',
  path: '/settings/demo/remove',
  access: 'admin',
  tag: 'Settings',
  summary: 'Remove everything the demo made',
  response: z.object({ removed: z.record(z.string(), z.number().int()) }),
});

export const attentionItem = z.object({
  id: z.string(),
  key: z.string(),
  kind: z.string(),
  title: z.string(),
  detail: z.string(),
  action: z.unknown(),
  facts: z.unknown(),
  opened_at: z.string(),
  closed_at: z.string().nullable(),
});

export const listAttention = route({
  method: 'GET',
  path: '/attention',
  access: 'read',
  tag: 'Running it',
  summary: 'What needs a person, newest first',
  query: pageQuery.extend({ closed: z.enum(['true', 'false']).optional() }),
  response: page(attentionItem),
});

export const closeAttentionItem = route({
  method: 'POST',
  path: '/attention/:id/close',
  access: 'people',
  tag: 'Running it',
  summary: 'Mark it as done',
  params: z.strictObject({ id: uuid }),
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found'],
});

export const events = route({
  method: 'GET',
  path: '/events',
  access: 'read',
  tag: 'Running it',
  summary: 'Server-sent events: what changed, so that screens can reload it',
  raw: true,
});

export const healthLive = route({
  method: 'GET',
  path: '/health/live',
  access: 'open',
  tag: 'Running it',
  summary: 'The process answers',
  response: z.object({ status: z.literal('ok') }),
});

export const healthReady = route({
  method: 'GET',
  path: '/health/ready',
  access: 'open',
  tag: 'Running it',
  summary: 'The database answers and is migrated; 503 otherwise',
  response: z.object({ status: z.literal('ready') }),
  problems: ['not_ready'],
});

export const metrics = route({
  method: 'GET',
  path: '/metrics',
  access: 'read',
  tag: 'Running it',
  summary: 'Figures for Prometheus',
  raw: true,
});

export const problemPage = route({
  method: 'GET',
  path: '/problems/:code',
  access: 'open',
  tag: 'Running it',
  summary: 'What a problem code means and what to do about it; as a page for a browser',
  params: z.strictObject({ code: z.string().max(64) }),
  response: z.object({
    code: z.string(),
    type: z.string(),
    title: z.string(),
    status: z.number(),
    cause: z.string(),
    remedy: z.string(),
  }),
  problems: ['not_found'],
});

export const openApiDocument = route({
  method: 'GET',
  path: '/openapi.json',
  access: 'open',
  tag: 'Running it',
  summary: 'This document',
  raw: true,
});
