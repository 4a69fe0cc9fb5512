import { z } from 'zod';
import { idParams, instant, page, pageQuery, route } from '../http/route.js';
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

/** How many senders a workspace lists at most. */
export const mostSenders = 50;

const namedSender = z.object({
  id: z.string(),
  /** As mail names it. */
  from: z.string(),
  created_at: instant,
  updated_at: instant,
});
export type NamedSender = z.output<typeof namedSender>;

const senderFields = z.strictObject({
  /** `Name <address>`, or an address. */
  from: sender,
});

export const createSender = route({
  method: 'POST',
  path: '/email/senders',
  access: 'admin',
  tag: 'E-mail',
  summary: 'List a sender that broadcasts and steps may name',
  description:
    'From the first one on, broadcasts and automations may only be sent and published from the addresses of the list and the workspace’s own two. What is published already keeps its sender.',
  status: 201,
  body: senderFields,
  response: namedSender,
});

export const changeSender = route({
  method: 'PUT',
  path: '/email/senders/:id',
  access: 'admin',
  tag: 'E-mail',
  summary: 'Replace a sender of the list',
  params: idParams,
  body: senderFields,
  response: namedSender,
  problems: ['not_found'],
});

export const removeSender = route({
  method: 'DELETE',
  path: '/email/senders/:id',
  access: 'admin',
  tag: 'E-mail',
  summary: 'Take a sender off the list; without any, mail may name every sender again',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found'],
});

export const listSenders = route({
  method: 'GET',
  path: '/email/senders',
  access: 'read',
  tag: 'E-mail',
  summary: 'Senders that mail may name, what the Postmark account knows, and how one sender stands',
  description:
    '`named` is the list of the workspace, whole. The items are read from Postmark with `POSTMARK_ACCOUNT_TOKEN`, and kept for some minutes. `account` says why nothing was read: there is no token, Postmark refuses it, or Postmark did not answer within five seconds.',
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
    /** What mail may name beside the workspace’s own two; empty: anything. */
    named: z.array(namedSender),
    account: z.enum(['read', 'no_token', 'refused', 'unreachable']),
    read_at: instant.nullable(),
    /** Null without `from`, or where nothing was read. */
    standing: senderStanding.nullable(),
  }),
});
