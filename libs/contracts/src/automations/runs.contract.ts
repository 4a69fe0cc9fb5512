import { z } from 'zod';
import { emailAddress, idParams, instant, page, pageQuery, route, uuid } from '../http/route.js';

const tag = 'Runs';

export const runStatus = z.enum(['active', 'waiting', 'completed', 'exited', 'failed']);
export type RunStatus = z.output<typeof runStatus>;

export const runStep = z.object({
  node_id: z.string(),
  /** 1 for the first time this run came here. */
  visit: z.number().int(),
  entered_at: instant,
  left_at: instant.nullable(),
  port: z.string().nullable(),
  /** What happened here, with the reason: e.g. `{ reason }`, `{ message_id }`, `{ activity_id }`, `{ error }`. */
  outcome: z.record(z.string(), z.unknown()),
});

export const run = z.object({
  id: uuid,
  automation_id: uuid,
  version: z.number().int(),
  contact_email: z.string(),
  /** Public id of the person, where the directory shows them. */
  contact_id: uuid.nullable(),
  status: runStatus,
  node_id: z.string().nullable(),
  wake_at: instant.nullable(),
  entered_at: instant,
  ended_at: instant.nullable(),
  end_reason: z.string().nullable(),
  steps: z.array(runStep),
});
export type Run = z.output<typeof run>;

export const listRuns = route({
  method: 'GET',
  path: '/automations/:id/runs',
  access: 'read',
  tag,
  summary: 'Runs of one automation, newest first, each with its latest 100 steps.',
  params: idParams,
  query: pageQuery.extend({
    contact_email: z.string().max(254).optional(),
    status: runStatus.optional(),
    node_id: z.string().max(40).optional(),
  }),
  response: page(run),
});

/** Figures of a step's mails; `mail_waiting` has not left, of `mail_unclear` nobody knows whether it did. */
export const mailFigure = z.enum([
  ...(['mail_waiting', 'mail_sent', 'mail_skipped', 'mail_failed', 'mail_unclear', 'mail_cancelled'] as const),
  ...(['mail_delivered', 'mail_opened', 'mail_clicked', 'mail_bounced', 'mail_complained'] as const),
  'mail_unsubscribed',
]);
export type MailFigure = z.output<typeof mailFigure>;

/** Figures of a step's visits; `here` are those who are at it now. */
export const visitFigure = z.enum(['entered', 'here', 'left']);
export type VisitFigure = z.output<typeof visitFigure>;

/** One time that somebody was at a step. */
export const stepVisit = runStep.extend({
  run_id: uuid,
  contact_email: z.string(),
  contact_id: uuid.nullable(),
  /** Where their run stands now; null when only its mail is kept. */
  status: runStatus.nullable(),
});

export const listVisits = route({
  method: 'GET',
  path: '/automations/:id/visits',
  access: 'read',
  tag,
  summary:
    'The visits behind a figure of the statistics, newest first: as many as it says. `figure` is `entered`, `here` (at the step now) or `left`; `port` takes only those who left by that way out; `from` and `to` bound when the step was entered. The figures of mails (`mail_sent`, `mail_skipped` …) list the visits that wrote them; `reason` takes only those with that reason, and `from` and `to` bound when the mail was queued.',
  params: idParams,
  query: pageQuery.extend({
    node_id: z.string().max(40),
    figure: z.enum([...visitFigure.options, ...mailFigure.options]),
    port: z.string().max(80).optional(),
    reason: z.string().max(80).optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
  response: page(stepVisit),
  problems: ['not_found'],
});

const ending = z.object({ from: instant.optional(), to: instant.optional() });

export const automationEnds = route({
  method: 'GET',
  path: '/automations/:id/ends',
  access: 'read',
  tag,
  summary:
    'Where people’s ways ended, how many reached the goal there, and what they paid since they entered. `from` and `to` bound when they entered.',
  description:
    'Of the newest 10,000 who entered in that time; `more` says that there were more. What somebody paid counts until they enter again, less what was refunded, in the currency of the workspace.',
  params: idParams,
  query: ending,
  response: z.object({
    currency: z.string(),
    ends: z.array(
      z.object({
        node_id: z.string(),
        /** Null where it ended at the step itself. */
        port: z.string().nullable(),
        runs: z.number().int(),
        /** Of these, by reaching the goal. */
        goal: z.number().int(),
        amount_minor: z.number(),
      }),
    ),
    more: z.boolean(),
  }),
  problems: ['not_found'],
});

export const listEnded = route({
  method: 'GET',
  path: '/automations/:id/ends/runs',
  access: 'read',
  tag,
  summary:
    'The runs behind a figure of the ends, the newest first: as many as it says. Without `port` those that ended at the step itself; `goal=true` takes only those who reached the goal.',
  params: idParams,
  query: pageQuery.extend({
    ...ending.shape,
    node_id: z.string().max(40),
    port: z.string().max(80).optional(),
    goal: z.enum(['true', 'false']).optional(),
  }),
  response: page(
    z.object({
      run_id: uuid,
      contact_email: z.string(),
      contact_id: uuid.nullable(),
      status: runStatus,
      end_reason: z.string().nullable(),
      entered_at: instant,
      ended_at: instant.nullable(),
      amount_minor: z.number(),
    }),
  ),
  problems: ['not_found'],
});

export const automationRiver = route({
  method: 'GET',
  path: '/automations/:id/river',
  access: 'read',
  tag,
  summary:
    'The last day by the hour, or the last 7 or 30 days by the day, from the recorded visits: who was at each step, who came and who left.',
  description:
    'The first frame stands at `from`, where nothing has moved yet; each further one says who is at a step when it ends, and what moved during it. Steps where nobody is and nothing moved are left out.',
  params: idParams,
  query: z.object({ span: z.enum(['day', 'week', 'month']).default('day') }),
  response: z.object({
    from: instant,
    to: instant,
    frames: z.array(
      z.object({
        at: instant,
        nodes: z.record(
          z.string(),
          z.object({
            /** People at the step when the frame ends. */
            here: z.number().int(),
            came: z.number().int(),
            ports: z.record(z.string(), z.number().int()),
          }),
        ),
      }),
    ),
  }),
  problems: ['not_found', 'took_too_long'],
});

/** One status, or several with commas between them. */
const anyStatus = z
  .string()
  .max(100)
  .transform((text) => text.split(','))
  .pipe(z.array(runStatus));

export const listPersonRuns = route({
  method: 'GET',
  path: '/runs',
  access: 'read',
  tag,
  summary:
    'Runs of one person in all automations, newest first, each with its latest 100 steps. `status` takes one or several: `active,waiting`.',
  query: pageQuery.extend({
    contact_email: emailAddress,
    status: anyStatus.optional(),
  }),
  response: page(run.extend({ automation_name: z.string() })),
});

export const getRun = route({
  method: 'GET',
  path: '/runs/:id',
  access: 'read',
  tag,
  summary: 'One person’s way through one version, with the reason of every step.',
  params: idParams,
  response: run,
  problems: ['not_found'],
});

const act = (verb: string, summary: string) =>
  route({
    method: 'POST',
    path: `/runs/:id/${verb}`,
    access: 'people',
    tag,
    summary,
    params: idParams,
    body: z.strictObject({}).optional(),
    response: run,
    problems: ['not_found', 'wrong_run_status', 'automation_not_live'],
  });

export const advanceRun = act('advance', 'Ends the wait this run is in and moves it on. 409 when it is not waiting.');
export const removeRun = act('remove', 'Takes the person out of the automation. 409 when they have left already.');
export const retryRun = act('retry', 'Tries the step again at which this run failed. 409 when it did not fail.');

export const retryFailed = route({
  method: 'POST',
  path: '/automations/:id/retry',
  access: 'change',
  tag,
  summary: 'Tries all failed runs again, or those that failed at one step. 409 when the automation is not live.',
  params: idParams,
  body: z.strictObject({ node_id: z.string().max(40).optional() }).optional(),
  response: z.object({
    /** Runs that go on now; whoever is being worked on at this moment is left for another try. */
    retried: z.number().int(),
  }),
  problems: ['not_found', 'automation_not_live'],
});
