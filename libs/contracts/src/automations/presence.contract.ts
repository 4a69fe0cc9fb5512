import { nodeId } from '#graph';
import { z } from 'zod';
import { idParams, route, uuid } from '../http/route.js';

const tag = 'Automations';

const present = z.object({
  /** Revision of the draft: whoever is behind it fetches the operations since. */
  revision: z.number().int(),
  /** Browser tabs that have the automation open, at most 50; several may be one person's. */
  tabs: z.array(
    z.object({
      tab: uuid,
      email: z.string(),
      name: z.string(),
      /** The step that is open there, `settings`, or null. */
      node_id: z.string().nullable(),
      /** It has the first say on that step: it was active there within 30 seconds. */
      holds: z.boolean(),
    }),
  ),
});

export const getPresence = route({
  method: 'GET',
  path: '/automations/:id/presence',
  access: 'read',
  tag,
  summary: 'Who has the automation open in the editor now, and which step.',
  params: idParams,
  response: present,
  problems: ['not_found'],
});

export const sayPresence = route({
  method: 'POST',
  path: '/automations/:id/presence',
  access: 'own',
  tag,
  summary: 'A tab says that it is there, every ten seconds and when its open step changes; after 35 it counts as gone.',
  description:
    'Changes are told over /events as the topic `presence:<automation id>`. 429 when a tab speaks more often than every 200 ms.',
  params: idParams,
  body: z.strictObject({
    /** An id that the tab made for itself. */
    tab: uuid,
    node_id: nodeId.nullable().default(null),
    /** Something was changed in that step since the last time: it keeps, or gets, the first say. */
    active: z.boolean().default(false),
    /** The first say goes to this tab, whoever has it. */
    take_over: z.boolean().default(false),
    /** The tab closes. */
    leave: z.boolean().default(false),
  }),
  response: present,
  problems: ['not_found', 'too_many_requests'],
});
