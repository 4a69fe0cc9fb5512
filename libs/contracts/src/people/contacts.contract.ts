import { eachPersonal, personalIds, rulesSchema } from '#rules';
import { z } from 'zod';
import { activity } from '../ingestion/activities.contract.js';
import { job } from './jobs.contract.js';
import { consentGiven, personFields } from '../ingestion/people-ingestion.contract.js';
import { cursor, idParams, page, pageQuery, route, uuid } from '../http/route.js';

export const contactTypes = ['customer', 'lead'] as const;

/** Why marketing mail may or may not go to somebody; the first that applies. */
export const emailStatuses = [
  'no_address',
  'bounced',
  'complained',
  'suppressed',
  'unsubscribed',
  'pending',
  'no_consent',
  'not_asked',
  'paused',
  'subscribed',
] as const;
export type EmailStatus = (typeof emailStatuses)[number];

export const consent = z.object({
  status: z.enum(['unknown', 'subscribed', 'pending', 'unsubscribed']),
  source: z.string().nullable(),
  at: z.string().nullable(),
  text: z.string().nullable(),
});

export const contact = z.object({
  id: z.string(),
  email: z.string().nullable(),
  type: z.enum(contactTypes),
  ...eachPersonal(() => z.string().nullable()),
  tags: z.array(z.string()),
  attributes: z.record(z.string(), z.unknown()),
  /** What they paid in `currency`, which is the workspace's, less refunds, in whole units of it. */
  lifetime_value: z.number(),
  currency: z.string(),
  /** The same in other currencies, at most twenty: never added to the lifetime value, and never converted. */
  other_currencies: z.array(z.object({ currency: z.string(), amount: z.number() })),
  last_activity: z.string().nullable(),
  created_at: z.string(),
  consent,
  can_be_emailed: z.boolean(),
  email_status: z.enum(emailStatuses),
  /** The same as a sentence, with its date. */
  email_reason: z.string(),
});
export type ContactAnswer = z.infer<typeof contact>;

export const contactSorts = [
  '-created_at',
  'created_at',
  'email',
  '-email',
  'name',
  '-name',
  '-last_activity',
  'last_activity',
  '-lifetime_value',
  'lifetime_value',
] as const;
export type ContactSort = (typeof contactSorts)[number];

const q = z.string().trim().max(200);
const sort = z.enum(contactSorts).default('-created_at');

export const listContacts = route({
  method: 'GET',
  path: '/contacts',
  access: 'read',
  tag: 'Directory',
  summary: 'Everyone, newest first: search by name, address or id, by type, or within a smart list',
  query: pageQuery.extend({
    q: q.optional(),
    type: z.enum(contactTypes).optional(),
    smart_list_id: uuid.optional(),
    sort,
  }),
  response: page(contact),
});

export const searchContacts = route({
  method: 'POST',
  path: '/contacts/search',
  access: 'read',
  tag: 'Directory',
  summary: 'Everyone who matches these rules',
  body: z.strictObject({
    q: q.optional(),
    rules: rulesSchema.optional(),
    sort,
    cursor: cursor.optional(),
    limit: z.number().int().min(1).max(200).default(50),
  }),
  response: page(contact),
});

export const getContact = route({
  method: 'GET',
  path: '/contacts/:id',
  access: 'read',
  tag: 'Directory',
  summary: 'One person, by any id they ever had',
  params: idParams,
  response: contact,
  problems: ['not_found'],
});

export const contactActivities = route({
  method: 'GET',
  path: '/contacts/:id/activities',
  access: 'read',
  tag: 'Directory',
  summary: 'What a person did and what was done for them, newest first',
  params: idParams,
  query: pageQuery,
  response: page(activity),
  problems: ['not_found'],
});

const cleared = <T extends z.ZodType>(field: T) => z.union([z.null(), field]).optional();

export const patchContact = route({
  method: 'PATCH',
  path: '/contacts/:id',
  access: 'people',
  tag: 'Directory',
  summary: 'Change a person: what is left out stays, null clears a field or removes an attribute',
  params: idParams,
  body: z
    .strictObject({
      ...eachPersonal((id) => cleared(personFields[id].unwrap())),
      tags: personFields.tags,
      attributes: personFields.attributes,
      consent: consentGiven.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'Say what should change: give at least one field.')
    .describe('It has at least one field.'),
  response: contact,
  problems: ['not_found', 'consent_withdrawn', 'instant_ahead'],
});
export type ContactChanges = z.infer<typeof patchContact.body>;

const tags = personFields.tags.unwrap().min(1, 'Name at least one tag.');
const enterAction = z.strictObject({
  /** Puts everybody into a live automation by hand, as `POST /automations/:id/enter` does. */
  type: z.literal('enter_automation'),
  automation_id: uuid,
});
/** People who can be named at a time, to do something with all of them. */
export const mostChosen = 10_000;
const bulkAction = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('add_tags'), tags }),
  z.strictObject({ type: z.literal('remove_tags'), tags }),
  /** A static list. */
  z.strictObject({ type: z.literal('add_to_list'), smart_list_id: uuid }),
  z.strictObject({ type: z.literal('remove_from_list'), smart_list_id: uuid }),
  enterAction,
]);
export type BulkAction = z.output<typeof bulkAction>;

export const bulkContacts = route({
  method: 'POST',
  path: '/contacts/bulk',
  access: 'bulk',
  tag: 'Directory',
  summary: 'The same change to many people (by rules at most 100,000), as a job: all of it or nothing',
  description:
    'Tags and lists can be undone for two weeks. Entering an automation is done some at a time, and the file of its job says of each what came of it. Undoing it removes those who have not moved on since.',
  status: 202,
  body: z
    .strictObject({
      ids: z.array(uuid).min(1).max(mostChosen, 'At most 10,000 at a time.').optional(),
      rules: rulesSchema.optional(),
      action: bulkAction,
    })
    .refine((body) => (body.ids === undefined) !== (body.rules === undefined), {
      message: 'Give either ids or rules.',
    })
    .describe('It has either ids or rules.'),
  response: job,
  problems: ['too_many_people', 'not_a_static_list', 'automation_not_live'],
});
export type BulkChange = z.output<typeof bulkContacts.body>;

/** Why somebody would not enter an automation by hand. */
export const entryRefusals = ['inside', 'been_here', 'too_soon', 'too_many', 'no_key', 'gone'] as const;
export type EntryRefusal = (typeof entryRefusals)[number];

export const previewBulk = route({
  method: 'POST',
  path: '/contacts/bulk/preview',
  access: 'bulk',
  tag: 'Directory',
  summary: 'Who of these people would enter an automation, and who would be refused and why. Changes nothing',
  body: z
    .strictObject({
      ids: z.array(uuid).min(1).max(mostChosen, 'At most 10,000 at a time.').optional(),
      rules: rulesSchema.optional(),
      action: enterAction,
    })
    .refine((body) => (body.ids === undefined) !== (body.rules === undefined), {
      message: 'Give either ids or rules.',
    })
    .describe('It has either ids or rules.'),
  response: z.object({
    would_enter: z.number().int(),
    refused: z.array(
      z.object({
        reason: z.enum(entryRefusals),
        /** The same as a sentence. */
        sentence: z.string(),
        count: z.number().int(),
        /** The first twenty of them; none of those who are no longer in the directory. */
        people: z.array(z.object({ id: uuid, email: z.string(), name: z.string() })),
      }),
    ),
  }),
  problems: ['not_found', 'too_many_people', 'automation_not_live'],
});
export type EntryPreview = z.output<typeof previewBulk.response>;

/** Columns of an export, besides one for each attribute that is named (`attributes.<name>`). */
export const exportColumns = [
  'id',
  'email',
  'type',
  ...personalIds,
  'tags',
  'lifetime_value',
  'other_currencies',
  'last_activity',
  'created_at',
  'consent',
  'can_be_emailed',
  'email_status',
  'attributes',
] as const;

const exportColumn = z.union([z.enum(exportColumns), z.templateLiteral(['attributes.', z.string().min(1).max(200)])]);
export type ExportColumn = z.output<typeof exportColumn>;

export const exportContacts = route({
  method: 'POST',
  path: '/contacts/export',
  access: 'bulk',
  tag: 'Directory',
  summary: 'These people as a CSV file, any number of them, as a job',
  description: '`attributes` is all of them as JSON, `attributes.<name>` is one. Without columns the file has all.',
  status: 202,
  body: z
    .strictObject({
      ids: z.array(uuid).min(1).max(mostChosen, 'At most 10,000 at a time. Give rules for more.').optional(),
      rules: rulesSchema.optional(),
      columns: z.array(exportColumn).min(1).max(100, 'At most 100 columns.').optional(),
    })
    .refine((body) => (body.ids === undefined) !== (body.rules === undefined), {
      message: 'Give either ids or rules.',
    })
    .describe('It has either ids or rules.'),
  response: job,
});
export type ExportOrder = z.output<typeof exportContacts.body>;
