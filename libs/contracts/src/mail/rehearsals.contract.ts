import { z } from 'zod';
import { idParams, instant, route } from '../http/route.js';

const tag = 'Broadcasts';
const count = z.number().int().min(0);

/** What can be wrong with one person's mail. */
export const rehearsalProblem = z.enum([
  'cannot_be_made',
  'empty_subject',
  'greets_nobody',
  'raw_variable',
  'too_heavy',
  'no_link',
  'no_address',
]);

export type RehearsalProblem = z.output<typeof rehearsalProblem>;

export const rehearsal = z.object({
  id: z.string(),
  status: z.enum(['running', 'completed', 'failed']),
  /** From 0 to 1. */
  progress: z.number(),
  /** Of the draft that was rehearsed. */
  audience_revision: z.number().int(),
  /** The draft is still that revision. */
  is_current: z.boolean(),
  recipients: count,
  /** How many people's mails have it, in some variant of a test; what none has is left out. */
  problems: z.partialRecord(rehearsalProblem, count),
  /** Ten people whose mails have the most problems. */
  worst: z.array(z.object({ contact_email: z.string(), problems: z.array(rehearsalProblem) })),
  /** Mails that say something different, once it is completed. */
  distinct: count,
  largest_bytes: count,
  /** Where the mails lead, at most 200. Trying them is `POST /email/designs/check-links`. */
  links: z.array(z.object({ url: z.string() })),
  created_at: instant,
  ended_at: instant.nullable(),
});

export const rehearseBroadcast = route({
  method: 'POST',
  path: '/email/broadcasts/:id/rehearse',
  access: 'change',
  tag,
  summary: 'Makes the mail of everybody who would get it now, in the background, and sends nothing',
  params: idParams,
  status: 202,
  response: rehearsal,
  problems: ['not_found', 'broadcast_not_ready'],
});

export const getRehearsal = route({
  method: 'GET',
  path: '/email/broadcasts/:id/rehearsal',
  access: 'read',
  tag,
  summary: 'What the last rehearsal found, or has found so far',
  params: idParams,
  response: rehearsal,
  problems: ['not_found'],
});
