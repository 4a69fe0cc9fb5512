import { isReservedType, RESERVED_TYPE } from '#rules';
import { z } from 'zod';
import { activityType, itemResult } from './activities.contract.js';
import { emailAddress, instant, route, uuid } from '../http/route.js';

/** Activities in one request of a page. */
export const MAX_VISITS = 50;
/** Characters of an activity's metadata, as JSON. */
const MAX_METADATA = 8000;
export const TOO_MUCH_METADATA = 'The metadata of one activity has at most 8,000 characters as JSON.';
export const fitsPage = (metadata: Record<string, unknown>): boolean => JSON.stringify(metadata).length <= MAX_METADATA;

/** Visitors whose id begins so are users of a program of the shop, which says who they are with a server key. */
export const USER_VISITOR = 'user:';
export const OF_A_SERVER = 'Ids that begin with “user:” are for the programs of the shop. Make up another one.';
/** An id that pages make up for a visitor. */
export const isPageVisitor = (id: string): boolean => !id.startsWith(USER_VISITOR);

/**
 * How long the proof in a link of a mail can be used: days after the mail was sent, and hours after it was first used, by
 * the browser that used it.
 */
export const linkProof = { days: 7, hours: 24 } as const;

/** One activity as a page sends it: of a visitor, and of a person where the shop's server has signed their address. */
export const visit = z.strictObject({
  /** Made by the page, so that a repeat is told as one. */
  id: uuid,
  anonymous_id: z.string().trim().min(1).max(100).refine(isPageVisitor, OF_A_SERVER),
  contact_email: emailAddress.optional(),
  signature: z.string().max(200).optional(),
  /** What a link in a mail of ours carried, as `cortex_proof`. */
  proof: z.string().max(100).optional(),
  type: activityType.refine((type) => !isReservedType(type), RESERVED_TYPE),
  metadata: z.record(z.string(), z.unknown()).refine(fitsPage, TOO_MUCH_METADATA).optional(),
  occurred_at: instant.optional(),
});
export type Visit = z.infer<typeof visit>;

export const track = route({
  method: 'POST',
  path: '/track',
  access: 'write_key',
  tag: 'Activities',
  summary: `Record what visitors of a page did, at most ${MAX_VISITS} activities. /track.js calls it.`,
  description:
    'The write key stands in the query (`?key=`), or in `Authorization: Bearer`. The `Origin` has to be one that the key names, and each type one that it names. The body is JSON, also as `text/plain`, as `sendBeacon` sends it. `signature` is the HMAC-SHA-256 of `contact_email` with the signing secret of the key, in hexadecimal (a domain in its ASCII form), made by the server of the shop. Without one that is right the address is not kept, the activity stays its visitor’s (`anonymous_id`) and starts nothing; the answer is the same. With it the activity is the person’s, if the address is known, and so is what this visitor did before. `proof` does the same without an address: it is what a link in a mail carried as `cortex_proof`, and holds for the visitor who comes with it first. Nobody is added to the directory. `sent_at` tells how wrong the clock of the visitor is; an instant that is ahead counts as now, one older than seven days as seven days ago.',
  status: 202,
  bodyLimit: 64 * 1024,
  query: z.object({ key: z.string().max(200).optional() }),
  body: z.strictObject({ sent_at: instant.optional(), activities: z.array(visit).min(1).max(MAX_VISITS) }),
  response: z.object({
    accepted: z.number().int(),
    duplicates: z.number().int(),
    rejected: z.number().int(),
    results: z.array(itemResult),
  }),
  problems: [
    'unknown_api_key',
    'origin_not_allowed',
    'invalid_json',
    'too_many_items',
    'too_many_requests',
    'too_much_at_once',
    'database_away',
  ],
});
