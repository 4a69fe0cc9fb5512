import { z } from 'zod';
import { cursor, idParams, route, uuid } from '../http/route.js';

const tag = 'Directory';

/** Besides the same name: the same phone, an address that differs by dots or a +tag, or a domain by one letter. */
export const duplicateReasons = ['phone', 'address', 'domain'] as const;
export type DuplicateReason = (typeof duplicateReasons)[number];

const account = z.object({
  id: uuid,
  email: z.string(),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  type: z.enum(['customer', 'lead']),
  phone: z.string().nullable(),
});
const why = {
  reasons: z.array(z.enum(duplicateReasons)),
  /** The same in words, such as “same name, same phone”. */
  because: z.string(),
};

export const contactDuplicates = route({
  method: 'GET',
  path: '/contacts/:id/duplicates',
  access: 'read',
  tag,
  summary: 'Who may be the same person under another address, at most twenty',
  description:
    'Looked for among the first 2,000 people of the same name. `POST …/actions/link_accounts` makes one of two.',
  params: idParams,
  response: z.object({ items: z.array(z.object({ contact: account, ...why })) }),
  problems: ['not_found'],
});
export type PossibleDuplicate = z.output<typeof contactDuplicates.response>['items'][number];

export const listDuplicates = route({
  method: 'GET',
  path: '/contacts/duplicates',
  access: 'read',
  tag,
  summary: 'Pairs of people who may be the same person, by name',
  description:
    'Each call looks at some thousand people, so that a page may be short, or empty, while `next_cursor` leads on.',
  query: z.object({ cursor: cursor.optional() }),
  response: z.object({
    items: z.array(z.object({ contacts: z.tuple([account, account]), ...why })),
    next_cursor: z.string().nullable(),
  }),
});
export type DuplicatePair = z.output<typeof listDuplicates.response>['items'][number];

export const differentPeople = route({
  method: 'POST',
  path: '/contacts/:id/duplicates/dismiss',
  access: 'people',
  tag,
  summary: 'Notes that two are not the same person, so that they are not suggested again',
  params: idParams,
  body: z.strictObject({ other_contact_id: uuid }),
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'invalid_request'],
});
