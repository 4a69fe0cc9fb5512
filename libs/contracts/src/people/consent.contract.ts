import { z } from 'zod';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Consent';
const count = z.number().int().min(0);

/** How many topics a workspace has at most: each stands on the page where people choose. */
export const mostTopics = 50;

/** How long a pause of marketing mail is, unless a colleague says otherwise. */
export const pauseDays = 30;

export const topic = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Its place among the others, from 0. */
  position: z.number().int(),
  /** Whether people who never chose get it. */
  default_on: z.boolean(),
  created_at: instant,
  updated_at: instant,
});
export type Topic = z.output<typeof topic>;

const topicFields = z.strictObject({
  name: z.string().trim().min(1, 'Give the topic a name.').max(100, 'A name has at most 100 characters.'),
  description: z.string().trim().max(500, 'A description has at most 500 characters.').default(''),
  /** Absent: after all others, or where it is. */
  position: z.number().int().min(0).max(10_000).optional(),
  default_on: z.boolean().default(true),
});
export type TopicFields = z.output<typeof topicFields>;

export const listTopics = route({
  method: 'GET',
  path: '/email/topics',
  access: 'read',
  tag,
  summary: 'Topics of marketing mail, in the order in which people see them',
  query: pageQuery,
  response: page(topic),
});
export const createTopic = route({
  method: 'POST',
  path: '/email/topics',
  access: 'change',
  tag,
  summary: 'Add a topic that people can choose',
  status: 201,
  body: topicFields,
  response: topic,
  problems: ['too_many_topics'],
});
export const changeTopic = route({
  method: 'PUT',
  path: '/email/topics/:id',
  access: 'change',
  tag,
  summary: 'Replace a topic; what people chose stays',
  params: idParams,
  body: topicFields,
  response: topic,
  problems: ['not_found'],
});
export const removeTopic = route({
  method: 'DELETE',
  path: '/email/topics/:id',
  access: 'change',
  tag,
  summary: 'Remove a topic that no step and no form uses, with what people chose',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'still_used'],
});

const saidBy = z.enum(['person', 'staff', 'system', 'import']);

export const contactTopics = route({
  method: 'GET',
  path: '/contacts/:id/topics',
  access: 'read',
  tag,
  summary: 'Which topics a person gets, what they said about each and when, and whether they paused',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        /** Whether mail of this topic goes to them, as far as the topic decides. */
        on: z.boolean(),
        /** An account that is linked with theirs turned it off, which holds for both. */
        linked_off: z.boolean(),
        /** What was chosen; null: nothing, the topic's default holds. */
        wanted: z.boolean().nullable(),
        /** Who chose: what the person turned off themselves only they turn on. */
        said_by: saidBy.nullable(),
        source: z.string().nullable(),
        at: instant.nullable(),
      }),
    ),
    /** No marketing mail until then; null: not paused. */
    paused_until: instant.nullable(),
    paused_at: instant.nullable(),
    /** Who paused, and where; null: not paused. */
    paused_by: saidBy.nullable(),
    paused_source: z.string().nullable(),
    /** Until when an account that is linked with theirs has paused, which holds for both; null: none has. */
    linked_paused_until: instant.nullable(),
  }),
  problems: ['not_found'],
});
export type ContactTopics = z.output<typeof contactTopics.response>;

export const chooseContactTopics = route({
  method: 'PATCH',
  path: '/contacts/:id/topics',
  access: 'people',
  tag,
  summary: 'Pass on what a person wants: topics on or off, a pause begun or ended; what is left out stays',
  description:
    'What the person chose themselves stands: a topic they turned off is not turned on, and a pause they asked for is neither ended nor shortened. A call that would do so changes nothing and answers 409.',
  params: idParams,
  body: z
    .strictObject({
      topics: z
        .array(z.strictObject({ id: uuid, on: z.boolean() }))
        .min(1)
        .max(mostTopics)
        .optional(),
      /** No marketing mail for so many days from now; null ends the pause. */
      pause_days: z.number().int().min(1).max(366, 'A pause is at most a year.').nullable().optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'Say what should change: give at least one field.')
    .describe('It has at least one field.'),
  response: contactTopics.response,
  problems: ['not_found', 'unknown_topic', 'consent_withdrawn'],
});
export type TopicChoices = z.output<typeof chooseContactTopics.body>;

const redirect = z
  .url({ protocol: /^https?$/, error: 'This is not a web address. It should look like https://example.com/thanks.' })
  .max(1000);

export const signUpForm = z.object({
  id: z.string(),
  name: z.string(),
  topic_ids: z.array(z.string()),
  consent_text: z.string(),
  double_opt_in: z.boolean(),
  redirect_url: z.string().nullable(),
  created_at: instant,
  updated_at: instant,
  /** Where the form is, for a link or an iframe; and where a shop's own `<form>` posts to. */
  page_url: z.string(),
  action_url: z.string(),
  /** People who asked for a confirmation, and who confirmed. */
  counts: z.object({ asked: count, confirmed: count }),
});
export type SignUpForm = z.output<typeof signUpForm>;

const formFields = z.strictObject({
  name: z.string().trim().min(1, 'Give the form a name.').max(100, 'A name has at most 100 characters.'),
  /** Which topics the person gets. */
  topic_ids: z.array(uuid).max(mostTopics).default([]),
  /** What people agree to. Absent: the workspace's text. */
  consent_text: z
    .string()
    .trim()
    .min(1, 'Write what people agree to.')
    .max(2000, 'The text has at most 2,000 characters.')
    .optional(),
  /** Absent: as the workspace's setting says. */
  double_opt_in: z.boolean().optional(),
  /** Where people go afterwards; absent or null: they stay on a page of ours. */
  redirect_url: redirect.nullish(),
});
export type SignUpFormFields = z.output<typeof formFields>;

export const listForms = route({
  method: 'GET',
  path: '/email/forms',
  access: 'read',
  tag,
  summary: 'Sign-up forms, newest first',
  query: pageQuery,
  response: page(signUpForm),
});
export const createForm = route({
  method: 'POST',
  path: '/email/forms',
  access: 'admin',
  tag,
  summary: 'Make a sign-up form that a shop can embed',
  status: 201,
  body: formFields,
  response: signUpForm,
  problems: ['unknown_topic'],
});
export const changeForm = route({
  method: 'PUT',
  path: '/email/forms/:id',
  access: 'admin',
  tag,
  summary: 'Replace a sign-up form; who signed up keeps the text they agreed to',
  params: idParams,
  body: formFields,
  response: signUpForm,
  problems: ['not_found', 'unknown_topic'],
});
export const removeForm = route({
  method: 'DELETE',
  path: '/email/forms/:id',
  access: 'admin',
  tag,
  summary: 'Remove a sign-up form; links that were mailed still confirm',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found'],
});

/** How many addresses one call of the import takes. */
export const mostSuppressions = 10_000;

const suppressionsImported = z.object({
  /** Different addresses in the call, and how many of them were on the list for marketing mail before. */
  addresses: count,
  listed: count,
  /** New entries of the list: a dead address has one on each stream. */
  added: count,
  /** Addresses of people in the directory, and how many of those are unsubscribed now and were not before. */
  known: count,
  unsubscribed: count,
});
export type SuppressionsImported = z.output<typeof suppressionsImported>;

export const importSuppressions = route({
  method: 'POST',
  path: '/email/suppressions/import',
  access: 'bulk',
  tag: 'E-mail',
  summary: 'Take over who must not get marketing mail from another program; do it before people are imported',
  description:
    'Up to 10,000 addresses a call. Known people count as unsubscribed from that instant; what they said themselves after it stays. `dry_run` answers the same counts and changes nothing.',
  body: z.strictObject({
    items: z
      .array(
        z.strictObject({
          email: emailAddress,
          reason: z.enum(['unsubscribed', 'hard_bounce', 'spam_complaint']).default('unsubscribed'),
          /** When that was; absent: now. */
          at: instant.optional(),
        }),
      )
      .min(1)
      .max(mostSuppressions, 'At most 10,000 addresses a call.'),
    /** Named as the source, e.g. `mailchimp`. */
    source: z.string().trim().min(1).max(100).default('import'),
    dry_run: z.boolean().default(false),
  }),
  response: suppressionsImported,
  bodyLimit: 4 * 1024 * 1024,
});

const tokenParams = z.object({ token: z.string().max(200) });
const publicPage = <const M extends 'GET' | 'POST', const P extends string>(method: M, path: P, summary: string) =>
  route({ method, path, access: 'open', tag: 'Links in mails', summary, params: tokenParams, raw: true });

export const showUnsubscribe = publicPage('GET', '/unsubscribe/:token', 'Asks; changes nothing');
export const unsubscribe = publicPage(
  'POST',
  '/unsubscribe/:token',
  'Unsubscribes, or leaves the topic of that mail; also RFC 8058 one-click',
);
export const showPreferences = publicPage('GET', '/preferences/:token', 'Shows what a person gets; changes nothing');
export const changePreferences = publicPage(
  'POST',
  '/preferences/:token',
  'Chooses topics, pauses for 30 days, unsubscribes or subscribes again',
);
export const viewMail = publicPage('GET', '/m/:token', 'A mail in the browser');
export const showConfirm = publicPage('GET', '/confirm/:token', 'Asks whether somebody signed up; changes nothing');
export const confirmSignUp = publicPage('POST', '/confirm/:token', 'Confirms a sign-up');
export const openPixel = publicPage('GET', '/o/:token', 'The picture that says a mail was opened');
export const followLink = route({
  method: 'GET',
  path: '/t/:token',
  access: 'open',
  tag: 'Links in mails',
  summary: 'Goes on to the page that a link in a mail leads to; only pages that Cortex signed',
  params: z.object({ token: z.string().max(1000) }),
  raw: true,
});

const formParams = z.object({ id: z.string().max(100) });
export const showForm = route({
  method: 'GET',
  path: '/f/:id',
  access: 'open',
  tag: 'Sign-up forms',
  summary: 'A sign-up form as a page, also for an iframe; changes nothing',
  params: formParams,
  raw: true,
});
export const submitForm = route({
  method: 'POST',
  path: '/forms/:id',
  access: 'open',
  tag: 'Sign-up forms',
  summary: 'Signs somebody up: `email`, `first_name`; the answer is the same whether or not the address is known',
  params: formParams,
  raw: true,
});
