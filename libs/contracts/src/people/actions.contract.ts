import { z } from 'zod';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid, type RouteDefinition } from '../http/route.js';

/** What support can do with one person, in the order of the drawer. */
export const contactActionNames = [
  'update_email',
  'link_accounts',
  'unlink_accounts',
  'reset_password',
  'resend_welcome',
  'enroll',
  'sync_orders',
  'revoke_access',
  'restore_access',
  'erase',
  'allow_address',
] as const;
export type ContactActionName = (typeof contactActionNames)[number];

export const contactActionGroups = ['identity', 'support', 'commerce', 'revoke'] as const;
export type ContactActionGroup = (typeof contactActionGroups)[number];

/** What is said of an action before anybody asks for it. Each field of `input` carries its label in `.meta()`. */
export interface ContactActionForm {
  label: string;
  group: ContactActionGroup;
  access: 'support' | 'revoke';
  input: z.ZodObject;
  /** It takes something away: shown apart and in red. */
  danger?: true;
  /** It takes back another action, and is shown where there is something to take back. */
  undoes?: ContactActionName;
}

const note = z
  .string()
  .trim()
  .max(1000, 'At most 1,000 characters.')
  .meta({ label: 'Note', control: 'long_text', help: 'Stands in the timeline and in the audit log.' });
const amount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const currency = z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, such as EUR.');
const reason = z
  .string()
  .trim()
  .min(1, 'Say why.')
  .max(1000, 'At most 1,000 characters.')
  .meta({ label: 'Reason', control: 'long_text', help: 'Stands in the timeline and in the audit log.' });

/** How a course that is given by hand was paid. */
export const enrollmentPayments = { free: 'Free of charge', elsewhere: 'Paid elsewhere' } as const;

const enrollInput = z
  .strictObject({
    course_id: uuid.meta({ label: 'Course', control: 'course' }),
    payment: z
      .enum(['free', 'elsewhere'])
      .default('free')
      .meta({ label: 'Payment', control: 'select', options: enrollmentPayments }),
    amount_minor: amount
      .optional()
      // Kept in the smallest unit of the currency; the form takes it as people write it.
      .meta({ label: 'Amount', control: 'money', when: { payment: 'elsewhere' } }),
    currency: currency.optional().meta({ label: 'Currency', control: 'currency', when: { payment: 'elsewhere' } }),
    note: note.optional(),
  })
  .superRefine((input, context) => {
    const problem = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message, input: input });
    if (input.payment === 'elsewhere' && input.amount_minor === undefined)
      problem('amount_minor', 'Say how much was paid.');
    if (input.payment === 'elsewhere' && input.currency === undefined)
      problem('currency', 'Say in which currency it was paid.');
    if (input.payment === 'free' && input.amount_minor !== undefined)
      problem('amount_minor', 'Leave the amount out when the course is free.');
  })
  .describe('An amount and a currency go with a payment elsewhere, and only with that.');

/** Every action, by its name. */
export const contactActions = {
  update_email: {
    label: 'Update email',
    group: 'identity',
    access: 'support',
    input: z.strictObject({ email: emailAddress.meta({ label: 'New email address', control: 'email' }) }),
  },
  link_accounts: {
    label: 'Link accounts',
    group: 'identity',
    access: 'support',
    input: z.strictObject({
      other_contact_id: uuid.meta({ label: 'Other account', control: 'contact' }),
      /** The same as `?preview=true`. */
      dry_run: z.boolean().optional().meta({ control: 'hidden' }),
    }),
  },
  unlink_accounts: {
    label: 'Unlink accounts',
    group: 'identity',
    access: 'revoke',
    undoes: 'link_accounts',
    input: z.strictObject({
      other_contact_id: uuid.optional().meta({
        label: 'Linked account',
        control: 'candidate',
        help: 'Only needed when several accounts are linked to this one.',
      }),
    }),
  },
  reset_password: { label: 'Reset password', group: 'support', access: 'support', input: z.strictObject({}) },
  resend_welcome: { label: 'Resend welcome email', group: 'support', access: 'support', input: z.strictObject({}) },
  enroll: { label: 'Manual enrollment', group: 'commerce', access: 'support', input: enrollInput },
  sync_orders: { label: 'Sync orders', group: 'commerce', access: 'support', input: z.strictObject({}) },
  revoke_access: {
    label: 'Revoke & refund',
    group: 'revoke',
    access: 'revoke',
    danger: true,
    input: z.strictObject({
      enrollment_id: uuid.optional().meta({ label: 'Enrollment', control: 'candidate' }),
      reason,
      refund_at_stripe: z
        .boolean()
        .optional()
        .meta({ label: 'Refund at Stripe', control: 'switch', help: 'Gives the money back, not only on paper.' }),
      confirm: z.string().trim().max(20).optional().meta({
        label: 'Last four characters of the order',
        control: 'confirm',
        help: 'Asked for when there is an order.',
      }),
    }),
  },
  restore_access: {
    label: 'Restore access',
    group: 'revoke',
    access: 'revoke',
    undoes: 'revoke_access',
    input: z.strictObject({
      enrollment_id: uuid.optional().meta({ label: 'Enrollment', control: 'candidate' }),
      reason: reason.optional(),
    }),
  },
  erase: {
    label: 'Erase this person',
    group: 'revoke',
    access: 'revoke',
    danger: true,
    input: z.strictObject({
      reason: reason.meta({
        label: 'Reason',
        control: 'long_text',
        help: 'Stays in the audit log, so do not name them. For example: “Asked for it on 3 May.”',
      }),
      confirm: z.string().trim().max(320).optional().meta({ label: 'Their email address', control: 'confirm' }),
    }),
  },
  allow_address: {
    label: 'Allow this address again',
    group: 'revoke',
    access: 'revoke',
    undoes: 'erase',
    input: z.strictObject({ reason }),
  },
} as const satisfies Record<ContactActionName, ContactActionForm>;

/** The parts of a JSON Schema that a form goes by. */
interface FormSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

/** The same for screens, which hold no schemas: `input` as JSON Schema, with each field's `.meta()` in its place. */
export const contactActionForms = Object.fromEntries(
  contactActionNames.map((name) => {
    const { input, ...said }: ContactActionForm = contactActions[name];
    return [name, { ...said, input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) }];
  }),
) as unknown as Record<ContactActionName, Omit<ContactActionForm, 'input'> & { input: FormSchema }>;

/** What an action is asked with, read. */
export type ContactActionInput<N extends ContactActionName = ContactActionName> = z.output<
  (typeof contactActions)[N]['input']
>;

/** `waiting` and `begun` are seen only while an action runs. */
export const effectStates = ['waiting', 'begun', 'done', 'not_needed', 'failed', 'unclear'] as const;
export type EffectState = (typeof effectStates)[number];

export const contactActionResult = z.object({
  id: uuid,
  action: z.enum(contactActionNames),
  /** `running` while it is carried out; one whose process died goes on by itself within a minute. */
  state: z.enum(['running', 'done', 'partly', 'failed']),
  effects: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      state: z.enum(effectStates),
      /** What was done, or why it was not. */
      detail: z.string(),
      at: instant.nullable(),
    }),
  ),
  /** Who did it: an address, or the name of a key. */
  by: z.string(),
  at: instant,
  ended_at: instant.nullable(),
  input: z.record(z.string(), z.unknown()),
});
export type ContactActionResult = z.output<typeof contactActionResult>;

/** One of several things that could be meant: an enrollment, a linked account. */
export const actionCandidate = z.object({ id: z.string(), label: z.string(), detail: z.string() });
export type ActionCandidate = z.output<typeof actionCandidate>;

export const contactActionPreview = z.object({
  action: z.enum(contactActionNames),
  /** What will be done and to what, in words. */
  sentences: z.array(z.string()),
  effects: z.array(z.object({ name: z.string(), label: z.string(), detail: z.string() })),
  warnings: z.array(z.string()),
  /** What has to be typed before it is done, in the field `confirm`. */
  confirm: z.object({ label: z.string(), value_hint: z.string() }).optional(),
  /** Fields of the input that cannot be used now, each with the reason. */
  closed: z.record(z.string(), z.string()).optional(),
  /** What could be meant, where the request has to choose. */
  candidates: z.array(actionCandidate).optional(),
});
export type ContactActionPreview = z.output<typeof contactActionPreview>;

const tag = 'Actions';

/** Where each action is asked for. */
export const contactActionPaths = Object.fromEntries(
  contactActionNames.map((name) => [name, name === 'erase' ? '/contacts/:id/erase' : `/contacts/:id/actions/${name}`]),
) as Record<ContactActionName, string>;

/** One route per action, because each has its own row of the permission table. */
const actionRoute = <const N extends ContactActionName>(
  name: N,
  summary: string,
  problems: NonNullable<RouteDefinition['problems']> = [],
) =>
  route({
    method: 'POST',
    path: contactActionPaths[name],
    access: contactActions[name].access as (typeof contactActions)[N]['access'],
    tag,
    summary,
    description:
      '`?preview=true` answers what would be done, and does nothing. Otherwise it is done at once, effect by effect, and the answer says what became of each.',
    params: idParams,
    query: z.object({ preview: z.enum(['true', 'false']).optional() }),
    body: contactActions[name].input as (typeof contactActions)[N]['input'],
    response: z.union([contactActionResult, contactActionPreview]),
    problems: ['not_found', 'action_not_available', 'action_running', ...problems],
  });

/** The actions that can be done: a line each. */
export const updateEmail = actionRoute(
  'update_email',
  'Gives a person another address; their history, runs, lists and consent follow, suppressions stay with the address',
  ['address_taken'],
);
export const linkAccounts = actionRoute(
  'link_accounts',
  'Shows another person as one with this one. Nothing is moved, so that unlinking parts them again',
);
export const unlinkAccounts = actionRoute('unlink_accounts', 'Parts two people who were linked', [
  'several_candidates',
]);
export const resetPassword = actionRoute(
  'reset_password',
  'Mails a customer a link to choose a new password; the one they have works until then',
  ['access_revoked'],
);
export const resendWelcome = actionRoute(
  'resend_welcome',
  'Mails a customer the welcome again, with a new link to choose a password',
  ['access_revoked'],
);
export const revokeAccess = actionRoute(
  'revoke_access',
  'Records the refund of an enrollment’s order, cancels the enrollment, and blocks the customer’s sign-in for good',
  ['several_enrollments'],
);
export const restoreAccess = actionRoute(
  'restore_access',
  'Lets a customer sign in again and opens the course that was revoked; the money is not taken back',
  ['several_enrollments'],
);
export const enrollByHand = actionRoute('enroll', 'Gives a person a course by hand, free or paid elsewhere', [
  'already_enrolled',
]);

export const syncOrdersOf = actionRoute(
  'sync_orders',
  'Fetches the orders of a person from every source that is set up; repeating it changes nothing',
);

export const eraseContact = actionRoute(
  'erase',
  'Erases a person: what names them goes, what happened stays without them, and their address is never mailed again',
);

export const allowAddress = actionRoute(
  'allow_address',
  'Lets mail go to an address again whose owner was erased, and who has come back with it',
);

export const listContactActions = route({
  method: 'GET',
  path: '/contacts/:id/actions',
  access: 'read',
  tag,
  summary: 'What was done with a person by hand, newest first',
  params: idParams,
  query: pageQuery,
  response: page(contactActionResult),
  problems: ['not_found'],
});

export const listLinkedAccounts = route({
  method: 'GET',
  path: '/contacts/:id/links',
  access: 'read',
  tag,
  summary: 'The accounts that are linked to a person, the first one first, at most 100',
  params: idParams,
  response: z.object({
    items: z.array(
      z.object({
        /** For `other_contact_id` of unlinking. */
        id: uuid,
        email: z.string(),
        type: z.enum(['customer', 'lead']),
        linked_at: instant,
        linked_by: z.string().nullable(),
      }),
    ),
  }),
  problems: ['not_found'],
});

export const availableContactActions = route({
  method: 'GET',
  path: '/contacts/:id/actions/available',
  access: 'read',
  tag,
  summary: 'Which actions there are, and why one cannot be done now',
  params: idParams,
  response: z.array(
    z.object({
      action: z.enum(contactActionNames),
      label: z.string(),
      group: z.enum(contactActionGroups),
      available: z.boolean(),
      /** Why not: null when it is available. */
      reason: z.string().nullable(),
    }),
  ),
  problems: ['not_found'],
});

export const retryContactAction = route({
  method: 'POST',
  path: '/actions/:id/retry',
  access: 'support',
  tag,
  summary: 'Tries again what failed or is unclear; what is unclear is looked up first',
  description: 'What an administrator alone may do, an administrator alone may try again.',
  params: idParams,
  response: contactActionResult,
  problems: ['not_found', 'action_not_failed', 'action_running'],
});
