import { automationName, draftSettings, drawingProblemCodes, graph, operation, recipeIds } from '#graph';
import { z } from 'zod';
import { messageCounts } from '../mail/message-counts.contract.js';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Automations';

/** Bytes of a body that carries a graph: the graph's own limit of 1 MB and some room for what is around it. */
export const graphBodyLimit = 1_200_000;

export const automationStatus = z.enum(['draft', 'live', 'paused', 'stopped', 'archived']);
export type AutomationStatus = z.output<typeof automationStatus>;

export const automationProblem = z.object({
  code: z.enum(drawingProblemCodes),
  severity: z.enum(['blocks', 'look']),
  node_id: z.string().optional(),
  /** JSON pointer into the graph; `/settings/…` for the settings. */
  pointer: z.string(),
  message: z.string(),
});

export const automation = z.object({
  id: uuid,
  name: z.string(),
  status: automationStatus,
  /** Counts the changes of the draft; sent back as `base_revision`. */
  revision: z.number().int(),
  graph,
  settings: draftSettings,
  live_version: z.number().int().nullable(),
  /** The draft says something else than the live version. */
  changed: z.boolean(),
  problems: z.array(automationProblem),
  /** People who are inside now, in any version. */
  inside: z.number().int(),
  /** People who ever entered. */
  entered: z.number().int(),
  demo: z.boolean(),
  created_at: instant,
  updated_at: instant,
});
export type Automation = z.output<typeof automation>;

export const listAutomations = route({
  method: 'GET',
  path: '/automations',
  access: 'read',
  tag,
  summary: 'All automations, newest change first. Archived ones only when asked for by status.',
  query: pageQuery.extend({ status: automationStatus.optional(), q: z.string().max(200).optional() }),
  response: page(automation),
});

export const createAutomation = route({
  method: 'POST',
  path: '/automations',
  access: 'change',
  tag,
  summary: 'A new automation, as a draft: of a graph, of a recipe with its mails as templates, or empty.',
  status: 201,
  body: z
    .strictObject({
      name: automationName,
      graph: graph.optional(),
      settings: draftSettings.optional(),
      recipe: z.enum(recipeIds).optional(),
    })
    .refine(
      ({ recipe, graph: drawing, settings }) =>
        recipe === undefined || (drawing === undefined && settings === undefined),
      {
        path: ['recipe'],
        message: 'A recipe brings its own graph and settings. Leave them out, or leave out the recipe.',
      },
    )
    .describe('With recipe it has neither graph nor settings.'),
  response: automation,
  bodyLimit: graphBodyLimit,
});

export const getAutomation = route({
  method: 'GET',
  path: '/automations/:id',
  access: 'read',
  tag,
  summary: 'One automation with its draft and the problems in it.',
  params: idParams,
  response: automation,
  problems: ['not_found'],
});

export const putAutomation = route({
  method: 'PUT',
  path: '/automations/:id',
  access: 'change',
  tag,
  summary: 'Replaces name, graph and settings of the draft; what is left out stays. 409 names the revision it has now.',
  params: idParams,
  body: z.strictObject({
    base_revision: z.number().int().min(1),
    name: automationName.optional(),
    graph: graph.optional(),
    settings: draftSettings.optional(),
  }),
  response: automation,
  bodyLimit: graphBodyLimit,
  problems: ['not_found', 'draft_changed', 'revision_ahead'],
});

export const deleteAutomation = route({
  method: 'DELETE',
  path: '/automations/:id',
  access: 'change',
  tag,
  summary: 'Deletes an automation nobody ever entered; one with a history is archived instead (409 says so).',
  params: idParams,
  status: 204,
  problems: ['not_found', 'automation_running', 'automation_has_history'],
});

export const operateAutomation = route({
  method: 'POST',
  path: '/automations/:id/operations',
  access: 'change',
  tag,
  summary:
    'Applies editing operations to the draft. 409 { revision, operations } carries those made since `base_revision`.',
  params: idParams,
  body: z.strictObject({
    base_revision: z.number().int().min(1),
    operations: z.array(operation).min(1).max(500),
    /** The caller's own name for this call: told back with the operations, so that a lost answer does no harm. */
    batch: uuid.optional(),
  }),
  response: z.object({ revision: z.number().int() }),
  bodyLimit: graphBodyLimit,
  problems: ['not_found', 'draft_changed', 'revision_ahead', 'operations_do_not_fit'],
});

export const listOperations = route({
  method: 'GET',
  path: '/automations/:id/operations',
  access: 'read',
  tag,
  summary: 'What was done to the draft after the revision `since`, oldest first, at most 100 revisions at once.',
  params: idParams,
  query: z.object({ since: z.coerce.number().int().min(0) }),
  response: z.object({
    /** That the draft has now; more are to be had while the last change is older. */
    revision: z.number().int(),
    changes: z.array(
      z.object({
        revision: z.number().int(),
        operations: z.array(operation),
        author: z.string().nullable(),
        at: instant,
        batch: uuid.nullable(),
      }),
    ),
  }),
});

export const validateAutomation = route({
  method: 'POST',
  path: '/automations/:id/validate',
  access: 'read',
  tag,
  summary: 'The problems of the draft, or of a graph and settings sent along.',
  params: idParams,
  body: z.strictObject({ graph: graph.optional(), settings: draftSettings.optional() }),
  response: z.object({
    problems: z.array(automationProblem),
    /** Who matches a monitor now, or is in the list it begins with, and is left alone when publishing; null for others. */
    matching_now: z.number().int().nullable(),
    /** People inside the versions published so far, by the step they stand at. */
    inside: z.array(
      z.object({ node_id: z.string(), version: z.number().int(), people: z.number().int(), removed: z.boolean() }),
    ),
  }),
  bodyLimit: graphBodyLimit,
  problems: ['not_found'],
});

export const publishAutomation = route({
  method: 'POST',
  path: '/automations/:id/publish',
  access: 'change',
  tag,
  summary: 'Freezes the draft as the next version and starts it. 422 with problems; 409 when the draft has moved on.',
  params: idParams,
  body: z.strictObject({
    /** The revision that was reviewed. */
    revision: z.number().int().min(1).optional(),
    note: z.string().trim().max(2000).optional(),
    in_flight: z
      .strictObject({
        default: z.enum(['stay', 'move']).default('stay'),
        /** For people who move and stand at a step that is no more: where they go. */
        removed: z.record(z.string(), z.string().max(40, 'A step id has at most 40 characters.')).default({}),
        /** Those who stay on an earlier version get mails that have not been sent yet in the new words. */
        reword: z.boolean().default(false),
      })
      .optional(),
    take_matching_now: z.boolean().default(false),
  }),
  response: z.object({
    version: z.number().int(),
    matching_now: z.number().int().nullable(),
    /** People who were moved to this version. */
    moved: z.number().int(),
  }),
  problems: [
    'not_found',
    'automation_not_ready',
    'draft_changed',
    'automation_archived',
    'unknown_target_step',
    'membership_updating',
  ],
});

const transition = (verb: string, summary: string) =>
  route({
    method: 'POST',
    path: `/automations/:id/${verb}`,
    access: 'change',
    tag,
    summary,
    params: idParams,
    body: z.strictObject({}).optional(),
    response: automation,
    problems: ['not_found', 'wrong_automation_status', 'people_inside'],
  });

export const pauseAutomation = transition('pause', 'Nobody enters and everyone inside stays where they are.');
export const resumeAutomation = transition('resume', 'Continues from where everyone is; a stopped one starts again.');
export const archiveAutomation = transition('archive', 'Archives an automation that nobody is inside.');

export const stopAutomation = route({
  method: 'POST',
  path: '/automations/:id/stop',
  access: 'change',
  tag,
  summary: 'Everyone leaves. `confirm` is how many are inside; 409 { inside } when that no longer holds.',
  params: idParams,
  body: z.strictObject({ confirm: z.number().int().min(0) }),
  response: automation,
  problems: ['not_found', 'count_changed', 'wrong_automation_status'],
});

export const duplicateAutomation = route({
  method: 'POST',
  path: '/automations/:id/duplicate',
  access: 'change',
  tag,
  summary: 'A new draft with the same drawing and settings.',
  status: 201,
  params: idParams,
  body: z.strictObject({ name: automationName.optional() }).optional(),
  response: automation,
  problems: ['not_found'],
});

export const enterAutomation = route({
  method: 'POST',
  path: '/automations/:id/enter',
  access: 'people',
  tag,
  summary: 'Puts one person into a live automation by hand; the entry limit holds.',
  params: idParams,
  body: z.strictObject({ contact_email: emailAddress }),
  response: z.object({
    entered: z.boolean(),
    run_id: uuid.nullable(),
    /** Why they did not enter. */
    reason: z.string().optional(),
  }),
  problems: ['not_found', 'unknown_address', 'automation_not_live'],
});

export const automationStats = route({
  method: 'GET',
  path: '/automations/:id/stats',
  access: 'read',
  tag,
  summary: 'What happened at each step, over all versions; `from` and `to` bound when the step was entered.',
  params: idParams,
  query: z.object({ from: instant.optional(), to: instant.optional() }),
  response: z.object({
    entered: z.number().int(),
    inside: z.number().int(),
    completed: z.number().int(),
    exited: z.number().int(),
    failed: z.number().int(),
    nodes: z.record(
      z.string(),
      z.object({
        entered: z.number().int(),
        here_now: z.number().int(),
        left: z.number().int(),
        ports: z.record(z.string(), z.number().int()),
        messages: messageCounts.optional(),
      }),
    ),
  }),
});

export const listAutomationNodes = route({
  method: 'GET',
  path: '/automation-nodes',
  access: 'read',
  tag,
  summary: 'Every step type: JSON Schema of its config, its ways out and its sentence.',
  response: z.object({
    items: z.array(
      z.object({
        type: z.string(),
        version: z.number().int(),
        kind: z.string(),
        icon: z.string(),
        title: z.string(),
        summary: z.string(),
        /** A paragraph on what one has to know about it. */
        docs: z.string(),
        schema: z.record(z.string(), z.unknown()),
        defaults: z.record(z.string(), z.unknown()),
        ports: z.array(z.object({ id: z.string(), label: z.string() })),
        sentence: z.string(),
        examples: z.array(z.object({ name: z.string(), config: z.unknown(), sentence: z.string() })),
      }),
    ),
  }),
});
