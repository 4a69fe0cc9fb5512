import { z } from 'zod';
import { instant, route } from '../http/route.js';

/** Kinds of data whose time is a setting, and the fewest months that each can be kept. */
export const fewestMonths = { activities: 3, visitors: 1, mails: 1, webhook_calls: 1, rejected: 1 } as const;
export type RetainedKind = keyof typeof fewestMonths;
/** The most months that can be set; longer is for ever. */
export const MOST_MONTHS = 240;

/** Days after which these go by themselves, whatever the settings say. */
export const keptDays = {
  files: 14,
  jobs: 90,
  unconfirmed_sign_ups: 30,
  repeated_requests: 1,
  refused_bodies: 30,
} as const;

const months = (fewest: number) =>
  z
    .int('Enter a whole number of months.')
    .min(fewest, fewest === 1 ? 'At least one month.' : `At least ${fewest} months.`)
    .max(MOST_MONTHS, `At most ${MOST_MONTHS} months.`);

/** Months for which each kind is kept; null: for ever. */
export const retention = z.strictObject({
  activities_months: months(fewestMonths.activities).nullable(),
  /** What visitors did of whom it was never proven who they are. What was joined to a person is an activity. */
  visitors_months: months(fewestMonths.visitors).nullable(),
  /** The text of mails that were sent, and the data that it was filled with. That they were sent stays. */
  mails_months: months(fewestMonths.mails).nullable(),
  webhook_calls_months: months(fewestMonths.webhook_calls).nullable(),
  /** What could not be taken in: activities that no automation could be matched with, and errors of the shop's rows. */
  rejected_months: months(fewestMonths.rejected).nullable(),
});
export type Retention = z.output<typeof retention>;

const count = z.object({
  rows: z.number().int(),
  /** There are more; no more than these were counted. */
  more: z.boolean(),
});

export const keptData = z.object({
  kind: z.enum([
    'activities',
    'visitors',
    'mails',
    'webhook_calls',
    'rejected',
    'files',
    'jobs',
    'sign_ups',
    'sign_ins',
    'presence',
    'request_keys',
    'audit',
  ]),
  /** Estimated where there are many. */
  rows: z.number().int(),
  estimated: z.boolean(),
  /** Disk space with indexes, in bytes. */
  bytes: z.number(),
  oldest: instant.nullable(),
  /** What the settings say, or the query instead; null: for ever, or not a setting. */
  months: z.number().int().nullable(),
  /** What would go at once with these months; null where nothing would. */
  next_night: count.nullable(),
  /** The last deletion; without `ended_at` it goes on in the next night. */
  last: z.object({ deleted: z.number().int(), began_at: instant, ended_at: instant.nullable() }).nullable(),
});
export type KeptDataRow = z.output<typeof keptData>;

const asked = (fewest: number) => z.coerce.number().int().min(fewest).max(MOST_MONTHS).optional();

export const getKeptData = route({
  method: 'GET',
  path: '/settings/data',
  access: 'admin',
  tag: 'Settings',
  summary: 'What is stored by kind: how much, since when, how long it is kept, and what goes next',
  description:
    'With months in the query `next_night` says what the next night would delete if they were saved. Months of the settings ' +
    'hold for kinds that are left out.',
  query: z.strictObject({
    activities_months: asked(fewestMonths.activities),
    visitors_months: asked(fewestMonths.visitors),
    mails_months: asked(fewestMonths.mails),
    webhook_calls_months: asked(fewestMonths.webhook_calls),
    rejected_months: asked(fewestMonths.rejected),
  }),
  response: z.object({
    /** From here on no activity has been deleted; null: none ever was. */
    activities_known_since: instant.nullable(),
    items: z.array(keptData),
  }),
});
