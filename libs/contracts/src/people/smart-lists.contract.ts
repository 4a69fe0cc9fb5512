import { rulesSchema, type Group } from '#rules';
import { z } from 'zod';
import { contact, contactSorts } from './contacts.contract.js';
import { job } from './jobs.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Smart lists';

/** Rules as they are stored; in an answer they are not read again. */
export const storedRules = z
  .unknown()
  .meta({ description: 'The rules as stored: a group of conditions.' }) as z.ZodType<Group>;

export const smartListKinds = ['rules', 'static'] as const;

export const listUser = z.object({
  /** `automation`, `smart_list`, `broadcast`. */
  kind: z.string(),
  id: uuid,
  name: z.string(),
});

export const smartList = z.object({
  id: uuid,
  name: z.string(),
  kind: z.enum(smartListKinds),
  rules: storedRules.nullable(),
  /** People in it when it was last counted; null until then. */
  user_count: z.number().int().nullable(),
  counted_at: instant.nullable(),
  count_ms: z.number().int().nullable(),
  /** The rules in English. */
  sentence: z.string(),
  used_by: z.array(listUser),
  folder: z.string().nullable(),
  /** Asked to be kept up to date at all times; lists that automations use are kept anyway. */
  keep_membership: z.boolean(),
  /** Its membership is kept now, asked for or because an automation uses it. */
  kept: z.boolean(),
  created_at: instant,
  updated_at: instant,
});
export type SmartListAnswer = z.output<typeof smartList>;

const name = z.string().trim().min(1, 'Give the list a name.').max(200, 'A name has at most 200 characters.');
/** Keep the membership up to date and tell who enters and leaves, although nothing uses the list. */
const keepMembership = z.boolean();
const folder = z.string().trim().min(1).max(200).nullable();

export const listSmartLists = route({
  method: 'GET',
  path: '/smart-lists',
  access: 'read',
  tag,
  summary: 'All smart lists, by name',
  query: pageQuery.extend({
    q: z.string().trim().max(200).optional(),
    kind: z.enum(smartListKinds).optional(),
    folder: z.string().max(200).optional(),
  }),
  response: page(smartList),
});

export const createSmartList = route({
  method: 'POST',
  path: '/smart-lists',
  access: 'change',
  tag,
  summary: 'A new list: of rules (a saved question) or static (people put in by hand)',
  status: 201,
  body: z
    .strictObject({
      name,
      kind: z.enum(smartListKinds).default('rules'),
      rules: rulesSchema.optional(),
      folder: folder.optional(),
      keep_membership: keepMembership.optional(),
    })
    .superRefine((body, context) => {
      if (body.kind === 'rules' && body.rules === undefined) {
        context.addIssue({ code: 'custom', path: ['rules'], message: 'Give the rules, or make the list static.' });
      }
      if (body.kind === 'static' && body.rules !== undefined) {
        context.addIssue({ code: 'custom', path: ['rules'], message: 'A static list has no rules. Leave them out.' });
      }
    })
    .describe('A list of rules has rules, a static one has none.'),
  response: smartList,
  problems: ['membership_updating'],
});

export const getSmartList = route({
  method: 'GET',
  path: '/smart-lists/:id',
  access: 'read',
  tag,
  summary: 'One smart list',
  params: idParams,
  response: smartList,
  problems: ['not_found'],
});

export const putSmartList = route({
  method: 'PUT',
  path: '/smart-lists/:id',
  access: 'change',
  tag,
  summary:
    'Changes name, rules or folder; what is left out stays. The kind cannot change. Newcomers can be treated as entering.',
  params: idParams,
  body: z.strictObject({
    name: name.optional(),
    rules: rulesSchema.optional(),
    folder: folder.optional(),
    keep_membership: keepMembership.optional(),
    /**
     * Those who come into a kept list by these new rules: put in silently, or treated as entering now, so that
     * `smart_list.entered` is told of them and automations start. Who leaves by an edit always leaves silently.
     */
    newcomers: z.enum(['silent', 'enter']).default('silent'),
  }),
  response: smartList,
  problems: ['not_found', 'membership_not_kept', 'membership_updating'],
});

export const duplicateSmartList = route({
  method: 'POST',
  path: '/smart-lists/:id/duplicate',
  access: 'change',
  tag,
  summary: 'A copy with the same rules, or the same members, in the same folder',
  status: 201,
  params: idParams,
  body: z.strictObject({ name: name.optional() }),
  response: smartList,
  problems: ['not_found'],
});

export const listFolders = route({
  method: 'GET',
  path: '/smart-lists/folders',
  access: 'read',
  tag,
  summary: 'The folders of smart lists (at most 1,000), with how many lists are in each',
  response: z.object({ items: z.array(z.object({ folder: z.string(), lists: z.number().int() })) }),
});

export const renameFolder = route({
  method: 'POST',
  path: '/smart-lists/folders/rename',
  access: 'change',
  tag,
  summary: 'Renames a folder, or puts its lists into another; `to: null` takes them out',
  body: z.strictObject({ from: z.string().trim().min(1).max(200), to: folder }),
  response: z.object({ lists: z.number().int() }),
});

export const deleteSmartList = route({
  method: 'DELETE',
  path: '/smart-lists/:id',
  access: 'change',
  tag,
  summary: 'Deletes a list that nothing uses; otherwise 409 with used_by',
  params: idParams,
  status: 204,
  problems: ['not_found', 'still_used'],
});

export const previewSmartList = route({
  method: 'POST',
  path: '/smart-lists/preview',
  access: 'read',
  tag,
  summary: 'How many people these rules find now, some of them, and what each condition finds alone',
  body: z.strictObject({
    rules: rulesSchema,
    /** Count to the end, however long it takes (at most a minute). */
    exact: z.boolean().default(false),
  }),
  response: z.object({
    count: z.number().int(),
    /** False: an estimate, because counting to the end would keep you waiting. */
    exact: z.boolean(),
    sample: z.array(contact),
    sentence: z.string(),
    per_condition: z.array(
      z.object({
        /** Into the rules, two levels deep: `/conditions/0`, `/conditions/1/conditions/0`. */
        pointer: z.string(),
        sentence: z.string(),
        count: z.number().int(),
        exact: z.boolean(),
      }),
    ),
    /** How many people there are in all. */
    of: z.object({ count: z.number().int(), exact: z.boolean() }),
    /** When nobody matches: the pointer of the condition after which nobody is left, where that can be said. */
    emptied_by: z.string().nullable(),
  }),
  problems: ['took_too_long'],
});

export const refreshSmartList = route({
  method: 'POST',
  path: '/smart-lists/:id/refresh',
  access: 'change',
  tag,
  summary: 'Counts the list anew',
  params: idParams,
  response: smartList,
  problems: ['not_found', 'count_took_too_long'],
});

export const smartListContacts = route({
  method: 'GET',
  path: '/smart-lists/:id/contacts',
  access: 'read',
  tag,
  summary: 'The people in a list',
  params: idParams,
  query: pageQuery.extend({
    q: z.string().trim().max(200).optional(),
    sort: z.enum(contactSorts).default('-created_at'),
  }),
  response: page(contact),
});

export interface ProofAnswer {
  operator: string;
  result: boolean;
  field?: string;
  value_seen?: unknown;
  wanted?: unknown;
  children?: ProofAnswer[];
}

/** Why a rule holds for somebody, condition by condition. */
export const proof: z.ZodType<ProofAnswer> = z.object({
  operator: z.string(),
  result: z.boolean(),
  field: z.string().optional(),
  value_seen: z.unknown().optional(),
  wanted: z.unknown().optional(),
  get children() {
    return z.array(proof).optional();
  },
});

export const checkSmartList = route({
  method: 'POST',
  path: '/smart-lists/check',
  access: 'read',
  tag,
  summary: 'Whether these rules hold for one person, and why',
  body: z.strictObject({ rules: rulesSchema, contact_email: emailAddress }),
  response: proof,
  problems: ['unknown_address'],
});

export const smartListFields = route({
  method: 'GET',
  path: '/smart-lists/fields',
  access: 'read',
  tag,
  summary: 'What rules can ask about, with which operators, and names and values seen lately',
  response: z.object({
    fields: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        type: z.string(),
        group: z.string(),
        help: z.string().optional(),
        values: z.array(z.string()).optional(),
        /** `person`: everywhere; `graph`: inside automations only. */
        places: z.array(z.string()),
        operators: z.array(z.object({ name: z.string(), label: z.string() })),
      }),
    ),
    attributes: z.array(z.string()),
    tags: z.array(z.string()),
    countries: z.array(z.string()),
  }),
});

export const smartListValues = route({
  method: 'GET',
  path: '/smart-lists/fields/values',
  access: 'read',
  tag,
  summary: 'Values seen lately of a field of people, or of the metadata of a type of activity',
  query: z.strictObject({
    /** A field of text or tags, `attributes.<name>`, or `metadata.<path>` with the activity’s type. */
    field: z.string().max(1000),
    activity_type: z.string().max(100).optional(),
    /** Only those with this in them. */
    q: z.string().trim().max(200).optional(),
  }),
  response: z.object({ items: z.array(z.union([z.string(), z.number(), z.boolean()])) }),
});

const people = z
  .strictObject({
    contact_ids: z.array(uuid).min(1).max(10_000, 'At most 10,000 at a time.').optional(),
    emails: z.array(z.string().max(320)).min(1).max(10_000, 'At most 10,000 at a time.').optional(),
  })
  .refine((body) => (body.contact_ids === undefined) !== (body.emails === undefined), {
    message: 'Give either contact_ids or emails.',
  });

/** A file as `text/csv`: addresses or contact ids, one a line or in a column headed `email` or `contact_id`. */
const file = z.custom<Uint8Array>((body) => body instanceof Uint8Array);

type Members = z.output<typeof people> | Uint8Array;
const members: z.ZodType<Members, Members> = z.unknown().transform((body, context): Members => {
  if (file.safeParse(body).success) return body as Uint8Array;
  const named = people.safeParse(body);
  if (named.success) return named.data;
  for (const { path, message } of named.error.issues) context.addIssue({ code: 'custom', path: [...path], message });
  return z.NEVER;
}) as never;

const CSV_LIMIT = 20 * 1024 * 1024;

const membersAnswer = z.object({
  /** How many were put in or taken out; those already so are not counted. */
  changed: z.number().int(),
  /** What names nobody in the directory; nobody is made. */
  unknown: z.array(z.string()),
});

export const addListMembers = route({
  method: 'POST',
  path: '/smart-lists/:id/members',
  access: 'change',
  tag,
  summary: 'Puts people into a static list; a file as text/csv (up to 20 MB) becomes a job',
  description: 'JSON has either contact_ids or emails.',
  params: idParams,
  body: members,
  fileLimit: CSV_LIMIT,
  response: z.union([membersAnswer, job]),
  problems: ['not_found', 'not_a_static_list'],
});

export const removeListMembers = route({
  method: 'DELETE',
  path: '/smart-lists/:id/members',
  access: 'change',
  tag,
  summary: 'Takes people out of a static list; a file as text/csv (up to 20 MB) becomes a job',
  description: 'JSON has either contact_ids or emails.',
  params: idParams,
  body: members,
  fileLimit: CSV_LIMIT,
  response: z.union([membersAnswer, job]),
  problems: ['not_found', 'not_a_static_list'],
});
