import { z } from 'zod';
import { idParams, instant, route, uuid } from '../http/route.js';

/** Above this share the mail would hardly be sent. */
const MOST_HELD_OUT = 50;

/** The share of those who would get a broadcast that gets nothing, so that its report can say what it brought. */
export const holdoutPercent = z
  .number()
  .int('Give a whole number of per cent.')
  .min(0, 'At least 0 %.')
  .max(MOST_HELD_OUT, `At most ${MOST_HELD_OUT} %.`);

/** The longest time over which mail is spread, or for which a test waits. */
const LONGEST = 7 * 24 * 60;
const minutes = { minutes: 1, hours: 60, days: 24 * 60 };

/** A span of at least a minute. */
export const shortSpan = z
  .strictObject({
    n: z.number().int('Give a whole number.').min(1, 'At least 1.').max(LONGEST, 'At most seven days.'),
    unit: z.enum(['minutes', 'hours', 'days'], 'The unit is minutes, hours or days.'),
  })
  .refine(({ n, unit }) => n * minutes[unit] <= LONGEST, { message: 'At most seven days.', path: ['n'] })
  .meta({ description: 'At most seven days.' });

/** What the variants of a test are called, in their order. */
export const variantNames: readonly string[] = ['A', 'B', 'C', 'D', 'E'];

const part = z.string().max(1000, 'This part has at most 1000 characters.').optional();

/** Characters of a variant’s own HTML: all five of them fit into one body. */
const LONGEST_WORDS = 200_000;
const words = z.string().max(LONGEST_WORDS, `At most ${LONGEST_WORDS} characters.`).optional();

/** One way of saying it: a part that is left out is as the broadcast has it. */
const variant = z.strictObject({
  subject: part,
  preheader: part,
  template_id: uuid.optional(),
  /** Instead of a template: HTML of its own, and its plain text. */
  html: words,
  text: words,
});

/** Variants that are tried on a sample, before the rest gets the better one. */
export const broadcastTest = z
  .strictObject({
    on: z.enum(['subject', 'design'], 'A test is on the subject or on the design.'),
    variants: z.array(variant).min(2, 'At least two variants.').max(variantNames.length, 'At most five variants.'),
    /** Of those who get it, the share that the variants are tried on, split equally between them. */
    percent: z.number().int('Give a whole number of per cent.').min(10, 'At least 10 %.').max(50, 'At most 50 %.'),
    /** From when the sample has left. */
    wait: shortSpan,
    winner_by: z.enum(['clicks', 'enrollments'], 'The winner is found by clicks or enrollments.'),
  })
  .superRefine(({ on, variants }, { addIssue }) => {
    variants.forEach(({ template_id, html, text }, at) => {
      const refuse = (path: string, message: string) =>
        addIssue({ code: 'custom', message, path: ['variants', at, path] });
      if (on === 'subject') {
        const own = Object.entries({ template_id, html, text }).find(([, value]) => value !== undefined);
        if (own) refuse(own[0], 'A test on the subject has one design.');
      } else if (template_id !== undefined && html !== undefined)
        refuse('html', 'A variant has a template or HTML of its own, not both.');
      else if (text !== undefined && html === undefined) refuse('text', 'A text of its own goes with HTML of its own.');
    });
  })
  .describe(
    'With `on: subject` no variant names a template or has HTML of its own; with `design` it has one of the two, or neither.',
  );
export type BroadcastTest = z.output<typeof broadcastTest>;

const count = z.number().int().min(0);
const probability = z.number().min(0).max(1);

export const broadcastTestResult = route({
  method: 'GET',
  path: '/email/broadcasts/:id/test',
  access: 'read',
  tag: 'Broadcasts',
  summary: 'How far its test is, what each variant has brought, and which one won',
  description:
    'The winner is better than each other variant with `probability` (both rates being equally likely before, and exact for the counts of that moment). Below 0.95 no difference was found (`differs` is false) and the first variant goes to the rest.',
  params: idParams,
  response: z.object({
    on: z.enum(['subject', 'design']),
    winner_by: z.enum(['clicks', 'enrollments']),
    state: z.enum(['not_started', 'sampling', 'waiting', 'decided']),
    decides_at: instant.nullable(),
    decided_at: instant.nullable(),
    /** From 0 on. */
    winner: count.nullable(),
    chosen_by: z.enum(['test', 'person']).nullable(),
    probability: probability.nullable(),
    differs: z.boolean().nullable(),
    /** The verdict in words. */
    sentence: z.string().nullable(),
    /** Of the sample only. `enrolled`: people who began a course between their mail and the verdict. */
    variants: z.array(
      z.object({
        name: z.string(),
        subject: z.string(),
        /** The name of its template now; null where it has HTML of its own, or its template was deleted. */
        design: z.string().nullable(),
        sent: count,
        delivered: count,
        clicked: count,
        enrolled: count,
      }),
    ),
  }),
  problems: ['not_found'],
});

export const chooseWinner = route({
  method: 'POST',
  path: '/email/broadcasts/:id/winner',
  access: 'change',
  tag: 'Broadcasts',
  summary: 'Ends its test early: the rest gets this variant, from 0 on',
  params: idParams,
  body: z.strictObject({ variant: z.number().int().min(0).max(4) }),
  response: broadcastTestResult.response,
  problems: ['not_found', 'wrong_broadcast_status', 'no_test_running'],
});
