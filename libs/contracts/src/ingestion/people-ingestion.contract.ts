import { eachPersonal, personalFields, personalForms, type PersonalField, type PersonalFieldId } from '#rules';
import { z } from 'zod';
import { itemResult, MAX_ITEMS, oneOrMany } from './activities.contract.js';
import { emailAddress, instant, page, pageQuery, route, uuid, type RouteDefinition } from '../http/route.js';

const shortText = z.string().trim().max(200);
export const currency = z.string().regex(/^[A-Z]{3}$/, 'A currency is three capital letters, e.g. EUR.');
/** An amount in the smallest unit of its currency, as ISO 4217 counts it. */
export const minorAmount = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const consentStatus = z.enum(['unknown', 'subscribed', 'pending', 'unsubscribed']);

export const consentGiven = z.union([
  consentStatus,
  z.strictObject({
    status: consentStatus,
    source: shortText.optional(),
    at: instant.optional(),
    text: z.string().max(2000).optional(),
  }),
]);

/** A text of a person as it is accepted: within its length, and of its form where it has one. */
const personalText = ({ longest, form }: PersonalField) => {
  const text = z.string().trim().max(longest);
  if (!form) return text;
  const { read, problem } = personalForms[form];
  return text.refine((value) => read(value) !== undefined, problem).overwrite((value) => read(value) ?? value);
};
const personalTexts = Object.fromEntries(personalFields.map((field) => [field.id, personalText(field)])) as Record<
  PersonalFieldId,
  z.ZodString
>;

/** What other systems say about a person; a field left out changes nothing. */
export const personFields = {
  email: emailAddress,
  ...eachPersonal((id) => personalTexts[id].optional()),
  tags: z.array(z.string().trim().min(1).max(100)).max(100).optional(),
  attributes: z.record(z.string(), z.unknown()).optional(),
  consent: consentGiven.optional(),
  created_at: instant.optional(),
};

export const newProfile = z.strictObject(personFields);
export const newLead = z.strictObject({
  ...personFields,
  course_id: uuid.optional(),
  external_id: z.string().min(1).max(200).optional(),
});
export const newCourse = z.strictObject({
  id: uuid.optional(),
  title: z.string().trim().min(1).max(300),
  /** The program that the course belongs to. */
  program: z.string().trim().min(1).max(200).optional(),
  price_minor: minorAmount.optional(),
  currency: currency.optional(),
});
const transactionFields = {
  external_id: z.string().min(1).max(200).optional(),
  amount_minor: minorAmount,
  refunded_minor: minorAmount.optional(),
  currency,
  status: z.enum(['paid', 'refunded', 'partly_refunded', 'failed']).optional(),
  occurred_at: instant.optional(),
};
interface Paid {
  amount_minor: number;
  refunded_minor?: number | undefined;
}
const refundFits = ({ amount_minor, refunded_minor = 0 }: Paid): boolean => refunded_minor <= amount_minor;
const REFUND = 'refunded_minor is at most amount_minor: no more can be given back than was paid.';
const refundProblem = { path: ['refunded_minor'], message: REFUND };
export const newTransaction = z
  .strictObject({ email: emailAddress, ...transactionFields })
  .refine(refundFits, refundProblem)
  .describe(REFUND);
export const newEnrollment = z.strictObject({
  email: emailAddress,
  course_id: uuid,
  status: z.enum(['active', 'cancelled', 'completed']).optional(),
  lead_id: uuid.optional(),
  transaction: z.strictObject(transactionFields).refine(refundFits, refundProblem).describe(REFUND).optional(),
  created_at: instant.optional(),
});

export type NewProfile = z.infer<typeof newProfile>;
export type NewLead = z.infer<typeof newLead>;
export type NewCourse = z.infer<typeof newCourse>;
export type NewTransaction = z.infer<typeof newTransaction>;
export type NewEnrollment = z.infer<typeof newEnrollment>;

/**
 * `created` or `updated` by item, in the order sent; invalid items of an array are rejected alone. `consents_kept`:
 * how many items said yes to mail of somebody who had said no, and were not believed in that. `not_opened`: how many
 * enrollments opened no course, because it was taken away or its order given back, and nothing in them is newer than that.
 */
export const writtenResults = z.object({
  created: z.number().int(),
  updated: z.number().int(),
  rejected: z.number().int(),
  consents_kept: z.number().int(),
  not_opened: z.number().int(),
  results: z.array(
    itemResult.extend({
      status: z.enum(['created', 'updated', 'rejected']),
      consent_kept: z.literal(true).optional(),
      not_opened: z.literal(true).optional(),
    }),
  ),
});

const ingest = <P extends string, T extends z.ZodType>(
  path: P,
  item: T,
  summary: string,
  access: 'ingest' | 'enroll' = 'ingest',
  problems: NonNullable<RouteDefinition['problems']> = [],
) =>
  route({
    method: 'POST',
    path,
    access,
    tag: 'People',
    summary: `${summary}, one or an array of at most ${MAX_ITEMS}`,
    body: oneOrMany(item),
    response: writtenResults,
    problems: ['too_many_items', 'concurrent_change', ...problems],
  });

export const postLeads = ingest('/purchase-leads', newLead, 'Bring in leads: one per checkout');
export const postProfiles = ingest('/profiles', newProfile, 'Create or update customers by address');
export const postCourses = ingest('/courses', newCourse, 'Create or update courses');
export const postEnrollments = ingest('/enrollments', newEnrollment, 'Enroll people in courses', 'enroll', [
  'order_of_another_person',
]);
export const postTransactions = ingest('/transactions', newTransaction, 'Record payments and refunds', 'ingest', [
  'order_of_another_person',
]);

export const course = z.object({
  id: z.string(),
  title: z.string(),
  program: z.string().nullable(),
  price_minor: z.number().nullable(),
  currency: z.string().nullable(),
  created_at: z.string(),
});

export const listCourses = route({
  method: 'GET',
  path: '/courses',
  access: 'read',
  tag: 'People',
  summary: 'Courses by title',
  query: pageQuery,
  response: page(course),
});
