import { z } from 'zod';
import { mailStream, testAnswer, testBody, utm } from './emails.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';
import { sender } from '../workspace/settings.contract.js';

const tag = 'E-mail';

export const template = z.object({
  id: z.string(),
  name: z.string(),
  subject: z.string(),
  preheader: z.string(),
  stream: mailStream,
  /** Of marketing mail: only people who want this topic get it, where the step that sends it names none itself. */
  topic_id: z.string().nullable(),
  editor: z.enum(['html', 'mjml', 'unlayer']),
  design: z.unknown(),
  html: z.string(),
  /** The author's own. */
  text: z.string().nullable(),
  /** What goes out where the author wrote none, of a design; of HTML it is made when the mail leaves. */
  generated_text: z.string().nullable(),
  version: z.number().int(),
  /** When an administrator marked this very version as system mail. */
  approved_at: instant.nullable(),
  approved_by: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
});
export type Template = z.output<typeof template>;

const part = (max: number) => z.string().max(max, `This part has at most ${max} characters.`);
const templateFields = z.strictObject({
  name: z.string().trim().min(1, 'Give the template a name.').max(200),
  subject: part(1000).default(''),
  preheader: part(1000).default(''),
  stream: mailStream.default('broadcast'),
  /** Null: none. Left out of a change: as it is. System mail has none. */
  topic_id: uuid.nullish(),
  editor: z.enum(['html', 'mjml', 'unlayer'], 'The editor is html, mjml or unlayer.').default('html'),
  /** Of `mjml` and `unlayer`: what the HTML is made from. */
  design: z.unknown().optional(),
  /** Of `html`: the mail. Of `unlayer`: what the editor exported. Of `mjml` it is left out. */
  html: part(900_000).default(''),
  text: part(900_000).nullish(),
  /** What an answer says besides is taken back unread, so that a template can be stored as it was read. */
  id: z.unknown().optional(),
  generated_text: z.unknown().optional(),
  approved_at: z.unknown().optional(),
  approved_by: z.unknown().optional(),
  created_at: z.unknown().optional(),
  updated_at: z.unknown().optional(),
});

export const listTemplates = route({
  method: 'GET',
  path: '/email/templates',
  access: 'read',
  tag,
  summary: 'Templates, last changed first',
  query: pageQuery.extend({ stream: mailStream.optional() }),
  response: page(template),
});
export const getTemplate = route({
  method: 'GET',
  path: '/email/templates/:id',
  access: 'read',
  tag,
  summary: 'One template',
  params: idParams,
  response: template,
  problems: ['not_found'],
});
export const createTemplate = route({
  method: 'POST',
  path: '/email/templates',
  access: 'change',
  tag,
  summary: 'Make a template; Liquid that does not parse is refused with line and column. A design is rendered',
  status: 201,
  body: templateFields,
  response: template,
  bodyLimit: 2 * 1024 * 1024,
  problems: ['invalid_template', 'unreadable_design', 'unknown_topic'],
});
export const changeTemplate = route({
  method: 'PUT',
  path: '/email/templates/:id',
  access: 'change',
  tag,
  summary: 'Replace a template; with `version` it is refused (409) when another one was saved meanwhile',
  description:
    'Each save has a number of its own. Those of one colleague in one sitting (no pause of 15 minutes, an hour at most) are kept as one version, under the last number, unless it was approved or used in between. What an API key saves is kept each time.',
  params: idParams,
  body: templateFields.extend({ version: z.number().int().optional() }),
  response: template,
  bodyLimit: 2 * 1024 * 1024,
  problems: ['not_found', 'template_changed', 'invalid_template', 'unreadable_design', 'unknown_topic'],
});
export const removeTemplate = route({
  method: 'DELETE',
  path: '/email/templates/:id',
  access: 'change',
  tag,
  summary: 'Remove a template that nothing uses',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'still_used'],
});

export const renderedMail = z.object({
  from: z.string(),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Where answers go; absent: to the sender. */
  reply_to: z.string().optional(),
});
export const templateProblem = z.object({
  severity: z.enum(['blocks', 'look']),
  pointer: z.string(),
  message: z.string(),
  line: z.number().int().optional(),
  column: z.number().int().optional(),
});

export const previewTemplate = route({
  method: 'POST',
  path: '/email/templates/:id/preview',
  access: 'read',
  tag,
  summary: 'The template as one contact would get it',
  params: idParams,
  body: z.strictObject({ contact_email: emailAddress }),
  response: renderedMail.extend({ problems: z.array(templateProblem) }),
  problems: ['not_found', 'unknown_address'],
});

const unsavedContent = {
  subject: part(1000).default(''),
  preheader: part(1000).default(''),
  html: part(900_000).default(''),
  text: part(900_000).nullish(),
  stream: mailStream.default('broadcast'),
  from: z.union([z.literal(''), sender]).optional(),
};

/** What a step's own editor shows: subject and text that are not stored anywhere yet. */
/** Beside `contact_email`: it is that of somebody who works here, shown as a broadcast to colleagues greets them. */
export const colleague = z.boolean().optional();

export const previewContent = route({
  method: 'POST',
  path: '/email/preview',
  access: 'read',
  tag,
  summary: 'Unsaved subject, HTML and text as one contact would get them, with what is wrong',
  body: z.strictObject({
    ...unsavedContent,
    reply_to: emailAddress.nullish(),
    utm: utm.nullish(),
    /** Absent: a made-up person. */
    contact_email: emailAddress.optional(),
    colleague,
  }),
  response: renderedMail.partial().extend({ problems: z.array(templateProblem) }),
  bodyLimit: 2 * 1024 * 1024,
});

export const testTemplate = route({
  method: 'POST',
  path: '/email/templates/:id/test',
  access: 'change',
  tag,
  summary: 'Send the template to yourself or to a seed list, marked [TEST]',
  params: idParams,
  body: testBody,
  response: testAnswer,
  problems: ['not_found', 'unknown_address', 'recipient_not_staff', 'invalid_template'],
});

/** A step's mail as it is being written. There is no `to`: it goes to whoever asks for it. */
export const testContent = route({
  method: 'POST',
  path: '/email/test',
  access: 'change',
  tag,
  summary: 'Send unsaved subject, HTML and text to yourself, marked [TEST]; needs a signed-in person, not a key',
  body: z.strictObject({ ...unsavedContent, contact_email: emailAddress.optional() }),
  response: z.object({ message_id: z.string(), to: z.string() }),
  bodyLimit: 2 * 1024 * 1024,
  problems: ['no_recipient', 'recipient_not_staff', 'invalid_template'],
});
