import { designRow, designSchema } from '#designs';
import { z } from 'zod';
import { mailStream, utm } from './emails.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';
import { colleague, template, templateProblem } from './templates.contract.js';

const tag = 'E-mail';
const BODY_LIMIT = 2 * 1024 * 1024;
const text = (max: number) => z.string().max(max, `This part has at most ${max} characters.`);

/** A version of a template, as lists show it. */
export const templateVersion = z.object({
  number: z.number().int(),
  name: z.string(),
  subject: z.string(),
  stream: mailStream,
  editor: z.enum(['html', 'mjml', 'unlayer']),
  /** Bytes of its HTML. */
  bytes: z.number().int(),
  saved_at: instant,
  /** Address of a colleague, or the name of a key; unknown for versions of before versions were kept. */
  saved_by: z.string().nullable(),
  /** Made when the brand was changed; design, words and approval are those of the version before. */
  redrawn: z.boolean(),
  approved_at: instant.nullable(),
  approved_by: z.string().nullable(),
});
export type TemplateVersion = z.output<typeof templateVersion>;

export const listTemplateVersions = route({
  method: 'GET',
  path: '/email/templates/:id/versions',
  access: 'read',
  tag,
  summary: 'Versions of a template, newest first: who saved each, and when. Their numbers have gaps',
  params: idParams,
  query: pageQuery,
  response: page(templateVersion),
  problems: ['not_found'],
});

export const getTemplateVersion = route({
  method: 'GET',
  path: '/email/templates/:id/versions/:n',
  access: 'read',
  tag,
  summary: 'One version of a template, whole',
  params: z.strictObject({ id: uuid, n: z.coerce.number().int().min(1).max(2_147_483_647) }),
  response: templateVersion.extend({
    preheader: z.string(),
    topic_id: z.string().nullable(),
    design: z.unknown(),
    html: z.string(),
    text: z.string().nullable(),
    generated_text: z.string().nullable(),
  }),
  problems: ['not_found'],
});

export const restoreTemplate = route({
  method: 'POST',
  path: '/email/templates/:id/restore',
  access: 'change',
  tag,
  summary: 'Save an earlier version once more, as the newest',
  params: idParams,
  body: z.strictObject({
    number: z.number().int().min(1).max(2_147_483_647),
    /** The version that is on screen: refused (409) when another one was saved meanwhile. */
    version: z.number().int().optional(),
  }),
  response: template,
  problems: ['not_found', 'template_changed', 'invalid_template'],
});

export const approveTemplate = route({
  method: 'POST',
  path: '/email/templates/:id/approve',
  access: 'admin',
  tag,
  summary: 'Mark a version as system mail, so that automations may send it without consent',
  description: 'Holds for this version only: a change has to be approved again. What is published keeps what it has.',
  params: idParams,
  body: z.strictObject({ version: z.number().int() }),
  response: template,
  problems: ['not_found', 'template_changed', 'not_transactional'],
});

export const listTemplateUses = route({
  method: 'GET',
  path: '/email/templates/:id/uses',
  access: 'read',
  tag,
  summary: 'What uses a template',
  params: idParams,
  query: pageQuery,
  response: page(
    z.object({
      kind: z.string(),
      id: z.string(),
      name: z.string().nullable(),
      /** An automation's. */
      status: z.string().nullable(),
    }),
  ),
  problems: ['not_found'],
});

const fix = z.union([
  z.object({ label: z.string(), kind: z.literal('add_row'), row: designRow }),
  z.object({
    label: z.string(),
    kind: z.literal('set'),
    pointer: z.string(),
    attribute: z.string(),
    value: z.string(),
  }),
  z.object({ label: z.string(), kind: z.literal('remove'), pointer: z.string() }),
]);

/** `pointer` leads into the design (`/rows/1/…`, `''` the whole), or names `/subject`, `/preheader`, `/html`, `/text`. */
export const designProblem = templateProblem.extend({ code: z.string(), fix: fix.optional() });
export type DesignProblemAnswer = z.output<typeof designProblem>;

export const renderDesign = route({
  method: 'POST',
  path: '/email/designs/render',
  access: 'read',
  tag,
  summary: 'An unsaved design as HTML and text, with what is wrong: the rendering that preview, test and sending use',
  description:
    'Without `contact_email` and `sample` the answer is the template, its Liquid not filled in. With one of them it is the mail as that person would get it.',
  body: z.discriminatedUnion('editor', [
    z.strictObject({
      editor: z.literal('mjml'),
      design: designSchema,
      subject: text(1000).default(''),
      preheader: text(1000).default(''),
      /** The author's own; left out, it is made from the design. */
      text: text(900_000).nullish(),
      stream: mailStream.default('broadcast'),
      utm: utm.nullish(),
      contact_email: emailAddress.optional(),
      colleague,
      /** Filled in for a made-up person. */
      sample: z.boolean().optional(),
    }),
    z.strictObject({
      editor: z.literal('unlayer'),
      design: z.unknown(),
      /** What the editor exported; used where the design has parts that only the editor can draw. */
      html: text(900_000).default(''),
      subject: text(1000).default(''),
      preheader: text(1000).default(''),
      text: text(900_000).nullish(),
      stream: mailStream.default('broadcast'),
      utm: utm.nullish(),
      contact_email: emailAddress.optional(),
      colleague,
      sample: z.boolean().optional(),
    }),
  ]),
  response: z.object({
    html: z.string(),
    text: z.string(),
    /** Filled in; only for a person. */
    subject: z.string().optional(),
    /** Of the HTML. Gmail shows 102 KB. */
    bytes: z.number().int(),
    problems: z.array(designProblem),
  }),
  bodyLimit: BODY_LIMIT,
  problems: ['invalid_template', 'unreadable_design', 'unknown_address'],
});

export const importDesign = route({
  method: 'POST',
  path: '/email/designs/import',
  access: 'change',
  tag,
  summary: 'HTML, MJML or an Unlayer design from elsewhere, cleaned, with a list of what was removed',
  body: z.strictObject({
    format: z.enum(['html', 'mjml', 'unlayer']),
    source: text(1_500_000).min(1, 'Send the text of the file.'),
  }),
  response: z.object({
    editor: z.enum(['html', 'mjml', 'unlayer']),
    /** For `mjml` our design, for `unlayer` theirs; none for `html`. */
    design: z.unknown(),
    html: z.string(),
    removed: z.array(z.object({ what: z.string(), count: z.number().int() })),
  }),
  bodyLimit: BODY_LIMIT,
  problems: ['unreadable_design'],
});

export const checkLinks = route({
  method: 'POST',
  path: '/email/designs/check-links',
  access: 'change',
  tag,
  summary: 'Whether these addresses answer; only public addresses are called',
  body: z.strictObject({
    urls: z
      .array(z.string().max(2_000, 'An address has at most 2,000 characters.'))
      .max(50, 'Send at most 50 addresses at a time.'),
  }),
  response: z.object({
    links: z.array(
      z.object({
        url: z.string(),
        state: z.enum(['answers', 'broken', 'refused', 'unclear', 'personal']),
        /** What the server answered. */
        status: z.number().int().nullable(),
        message: z.string(),
      }),
    ),
  }),
});

export const countEmptyWords = route({
  method: 'POST',
  path: '/email/designs/empty-words',
  access: 'read',
  tag,
  summary: 'For how many people the personal words of an unsaved mail would be empty, place by place',
  description:
    'Counts the people of a list, or everybody, whom mail of this stream may go to. Words with a fallback, in a condition or in a part for some people only, and words about the activity or the lead are left out. Given up after five seconds.',
  body: z.strictObject({
    subject: text(1000).default(''),
    preheader: text(1000).default(''),
    /** Left out where there is a design. */
    html: text(900_000).default(''),
    text: text(900_000).nullish(),
    design: designSchema.optional(),
    stream: mailStream.default('broadcast'),
    smart_list_id: uuid.optional(),
  }),
  response: z.object({
    /** People who were looked at. */
    people: z.number().int(),
    /** Most people first. */
    words: z.array(
      z.object({
        /** As in the problems of a design. */
        pointer: z.string(),
        /** As Liquid names it: `contact.first_name`. */
        path: z.string(),
        /** For so many people it is empty. */
        empty: z.number().int(),
        line: z.number().int().optional(),
        column: z.number().int().optional(),
      }),
    ),
  }),
  bodyLimit: BODY_LIMIT,
  problems: ['not_found', 'took_too_long'],
});

const blockName = z.string().trim().min(1, 'Give the block a name.').max(100, 'A name has at most 100 characters.');

export const savedBlock = z.object({
  id: z.string(),
  name: z.string(),
  row: designRow,
  created_by: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
});
export type SavedBlock = z.output<typeof savedBlock>;

export const listBlocks = route({
  method: 'GET',
  path: '/email/blocks',
  access: 'read',
  tag,
  summary: 'Rows that were kept for other mails, by name',
  query: pageQuery,
  response: page(savedBlock),
});
export const createBlock = route({
  method: 'POST',
  path: '/email/blocks',
  access: 'change',
  tag,
  summary: 'Keep a row of a design for other mails',
  status: 201,
  body: z.strictObject({ name: blockName, row: designRow }),
  response: savedBlock,
});
export const changeBlock = route({
  method: 'PUT',
  path: '/email/blocks/:id',
  access: 'change',
  tag,
  summary: 'Replace a kept row; mails that it was put into stay as they are',
  params: idParams,
  body: z.strictObject({ name: blockName, row: designRow }),
  response: savedBlock,
  problems: ['not_found'],
});
export const removeBlock = route({
  method: 'DELETE',
  path: '/email/blocks/:id',
  access: 'change',
  tag,
  summary: 'Remove a kept row; mails that it was put into stay as they are',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found'],
});
