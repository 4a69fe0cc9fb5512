import { rulesSchema } from '#rules';
import { z } from 'zod';
import { contactSorts, contactTypes } from './contacts.contract.js';
import { storedRules } from './smart-lists.contract.js';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Directory';

/** Views that one colleague keeps at most. */
export const mostViews = 100;

export const view = z.object({
  id: uuid,
  name: z.string(),
  /** Everybody sees it; otherwise its owner alone. */
  shared: z.boolean(),
  /** The address of the colleague who made it. */
  owner: z.string(),
  /** Whether the caller may change or delete it: its owner may, and administrators where it is shared. */
  may_change: z.boolean(),
  /** Whether the caller made it. */
  mine: z.boolean(),
  q: z.string(),
  type: z.enum(contactTypes).nullable(),
  rules: storedRules.nullable(),
  sort: z.enum(contactSorts),
  /** In their order; none: the usual ones. */
  columns: z.array(z.string()),
  updated_at: instant,
});
export type View = z.output<typeof view>;

const viewFields = z.strictObject({
  name: z.string().trim().min(1, 'Give the view a name.').max(100, 'A name has at most 100 characters.'),
  shared: z.boolean().default(false),
  q: z.string().trim().max(200).default(''),
  type: z.enum(contactTypes).nullable().default(null),
  rules: rulesSchema.nullable().default(null),
  sort: z.enum(contactSorts).default('-created_at'),
  columns: z.array(z.string().min(1).max(100)).max(50, 'A view has at most 50 columns.').default([]),
});
export type ViewFields = z.output<typeof viewFields>;

export const listViews = route({
  method: 'GET',
  path: '/views',
  access: 'own',
  tag,
  summary: 'Views of the directory: one’s own and those that are shared, by name',
  query: pageQuery,
  response: page(view),
});

export const createView = route({
  method: 'POST',
  path: '/views',
  access: 'own',
  tag,
  summary: 'Keep a view of the directory: its filters, order and columns',
  status: 201,
  body: viewFields,
  response: view,
  problems: ['limit_reached'],
});

export const putView = route({
  method: 'PUT',
  path: '/views/:id',
  access: 'own',
  tag,
  summary: 'Replace a view: one’s own; administrators also one that is shared',
  params: idParams,
  body: viewFields,
  response: view,
  problems: ['not_found', 'not_allowed'],
});

export const deleteView = route({
  method: 'DELETE',
  path: '/views/:id',
  access: 'own',
  tag,
  summary: 'Delete a view: one’s own; administrators also one that is shared',
  params: idParams,
  response: z.object({ done: z.literal(true) }),
  problems: ['not_found', 'not_allowed'],
});
