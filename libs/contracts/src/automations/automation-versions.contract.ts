import { draftSettings, graph, portable } from '#graph';
import { z } from 'zod';
import { approval } from './storyboards.contract.js';
import { automation, graphBodyLimit } from './automations.contract.js';
import { idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Automations';

const versionSummary = z.object({
  id: uuid,
  number: z.number().int(),
  note: z.string().nullable(),
  author: z.string().nullable(),
  published_at: instant,
  live: z.boolean(),
  /** Who had approved its storyboard, where somebody had. */
  approval: approval.nullable(),
  /** People inside this version now. */
  inside: z.number().int(),
  /** Runs that began in this version, or moved to it. */
  served: z.number().int(),
});

export const listVersions = route({
  method: 'GET',
  path: '/automations/:id/versions',
  access: 'read',
  tag,
  summary: 'Every version that was published, newest first.',
  params: idParams,
  query: pageQuery,
  response: page(versionSummary),
});

export const getVersion = route({
  method: 'GET',
  path: '/automations/:id/versions/:n',
  access: 'read',
  tag,
  summary: 'One published version, as it runs.',
  params: z.strictObject({ id: uuid, n: z.coerce.number().int().min(1) }),
  response: versionSummary.extend({ graph, settings: draftSettings }),
  problems: ['not_found'],
});

const drawing = z.union([z.literal('draft'), z.coerce.number().int().min(1)]);

export const diffVersions = route({
  method: 'GET',
  path: '/automations/:id/diff',
  access: 'read',
  tag,
  summary: 'The differences between two versions, in sentences. `from` and `to` are version numbers, or `draft`.',
  params: idParams,
  query: z.object({ from: drawing, to: drawing }),
  response: z.object({
    from: drawing,
    to: drawing,
    sentences: z.array(z.string()),
    changes: z.array(
      z.object({
        change: z.enum(['added', 'removed', 'changed', 'path', 'settings']),
        sentence: z.string(),
        node_id: z.string().optional(),
        port: z.string().optional(),
        pointer: z.string().optional(),
        /** The step, or where the path led, as it was. */
        before: z.unknown().optional(),
        after: z.unknown().optional(),
      }),
    ),
  }),
  problems: ['not_found'],
});

export const exportAutomation = route({
  method: 'GET',
  path: '/automations/:id/export',
  access: 'read',
  tag,
  summary: 'The draft as one JSON document, to be imported elsewhere. It says where secrets stand and holds none.',
  params: idParams,
  response: portable,
  problems: ['not_found'],
});

export const importAutomation = route({
  method: 'POST',
  path: '/automations/import',
  access: 'change',
  tag,
  summary: 'A new draft from an exported document.',
  status: 201,
  body: portable,
  response: automation,
  bodyLimit: graphBodyLimit,
});
