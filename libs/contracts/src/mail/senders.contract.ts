import { z } from 'zod';
import { instant, page, pageQuery, route } from '../http/route.js';
import { sender } from '../workspace/settings.contract.js';

/** How one sender stands at Postmark. */
const senderStanding = z.object({
  address: z.string(),
  domain: z.string(),
  /** By what it is confirmed: the domain as a whole, or this address. Null: Postmark refuses mail from it. */
  confirmed: z.enum(['domain', 'address']).nullable(),
  /** Null where Postmark was not told of the domain. */
  dkim: z.boolean().nullable(),
  return_path: z.boolean().nullable(),
  sentence: z.string(),
  /** What is to be done, a sentence each; empty when all is well. */
  to_do: z.array(z.string()),
  /** Records of the domain’s DNS that are still missing. */
  records: z.array(
    z.object({
      purpose: z.enum(['dkim', 'return_path']),
      type: z.enum(['TXT', 'CNAME']),
      host: z.string(),
      value: z.string(),
    }),
  ),
});
export type SenderStanding = z.output<typeof senderStanding>;

export const listSenders = route({
  method: 'GET',
  path: '/email/senders',
  access: 'read',
  tag: 'E-mail',
  summary: 'Senders and domains that the Postmark account knows, and how one of them stands',
  description:
    'Read from Postmark with `POSTMARK_ACCOUNT_TOKEN`, and kept for some minutes. `account` says why nothing was read: there is no token, Postmark refuses it, or Postmark did not answer within five seconds.',
  query: pageQuery.extend({
    /** `Name <address>`, or an address: answered as `standing`. */
    from: sender.optional(),
  }),
  response: page(
    z.object({
      id: z.string(),
      kind: z.enum(['domain', 'address']),
      name: z.string(),
      confirmed: z.boolean(),
      dkim: z.boolean().nullable(),
      return_path: z.boolean().nullable(),
    }),
  ).extend({
    account: z.enum(['read', 'no_token', 'refused', 'unreachable']),
    read_at: instant.nullable(),
    /** Null without `from`, or where nothing was read. */
    standing: senderStanding.nullable(),
  }),
});
