import { draftSettings, graph } from '#graph';
import { eachPersonal } from '#rules';
import { z } from 'zod';
import { emailAddress, idParams, instant, route, uuid } from '../http/route.js';

const tag = 'Automations';

const counts = z.record(z.string(), z.number().int());

const simulatedStep = z.object({
  node_id: z.string(),
  visit: z.number().int(),
  entered_at: instant,
  left_at: instant.nullable(),
  port: z.string().nullable(),
  outcome: z.record(z.string(), z.unknown()),
});

const percent = z.number().int().min(0).max(100);

/** What a replay cannot know and takes for granted, as far as that can be chosen. */
export const assume = z.strictObject({
  /** Per cent of the mails that leave, of everybody the same ones each time; the others bounce for good. */
  delivered: percent.default(100),
  /** Per cent of the mails that leave: opened at once. */
  opened: percent.default(0),
  /** Per cent of the mails that leave: clicked at once, and so opened. */
  clicked: percent.default(0),
  /** Who was in a list before anything about them and the list was recorded. */
  list_members: z.enum(['today', 'nobody', 'everybody']).default('today'),
  /** How every call of another system ends. */
  webhooks: z.enum(['succeed', 'fail']).default('succeed'),
});
export type Assume = z.output<typeof assume>;

/** What is assumed where nobody says anything else. */
export const usualAssumptions: Assume = assume.parse({});

const assumption = z.object({
  code: z.string(),
  /** A whole sentence. */
  text: z.string(),
  /** Decisions that hung on it, or mails, where that is known. */
  count: z.number().int().optional(),
  /** Its name in `assume` and its value there, where it can be chosen; `said` is how the sentence says the value. */
  key: assume.keyof().optional(),
  value: z.union([z.number(), z.string()]).optional(),
  said: z.string().optional(),
  /** The values to choose from and how a sentence says them; a per cent where there are none. */
  options: z.array(z.object({ value: z.string(), said: z.string() })).optional(),
});
export type Assumption = z.output<typeof assumption>;

const simulatedMail = z.object({
  node_id: z.string(),
  visit: z.number().int(),
  at: instant,
  /** Why it would not have left. */
  skipped: z.string().optional(),
});

/** One person's way, with the mails that they would have got. */
const story = z.object({
  contact_email: z.string(),
  entered_at: instant,
  status: z.string(),
  end_reason: z.string().nullable(),
  ended_at: instant.nullable(),
  steps: z.array(simulatedStep),
  messages: z.array(simulatedMail),
});

export const backtest = z.object({
  id: uuid,
  automation_id: uuid,
  /** The draft's revision that was replayed. */
  revision: z.number().int(),
  status: z.enum(['queued', 'running', 'completed', 'failed', 'cancelled']),
  /** 0 to 1. */
  progress: z.number(),
  from: instant,
  to: instant,
  /** Runs that would have begun; like everything below 0 or empty until it is completed. */
  entered: z.number().int(),
  /** Different people among them. */
  people: z.number().int(),
  /** Mails that would have left. */
  messages: z.number().int(),
  /** Mails that would not have left, by reason. */
  skipped: counts,
  nodes: z.record(z.string(), z.object({ entered: z.number().int(), ports: counts })),
  /** By days of the workspace's time zone. */
  per_day: z.array(z.object({ day: z.string(), entered: z.number().int(), messages: z.number().int() })),
  /** Who would have got the most. */
  worst: z.object({ contact_email: z.string(), messages: z.number().int() }).nullable(),
  busiest_hour: z.object({ hour: instant, messages: z.number().int() }).nullable(),
  /** How the runs end: a run's status, or `inside`. */
  ends: counts,
  /** Runs without a mail, by what kept it back: a reason, or the last way out (`step:port`). */
  without_mail: counts,
  samples: z.array(
    z.object({
      contact_email: z.string(),
      entered_at: instant,
      status: z.string(),
      end_reason: z.string().nullable(),
      messages: z.number().int(),
      steps: z.array(simulatedStep),
    }),
  ),
  /** The fewest people who together take every way that anybody took, those who show most first; at most twelve. */
  storyboard: z.array(story),
  /** What the replay could not know and took for granted. */
  assumed: z.array(assumption),
  /** What it was told to assume; results with other assumptions say something else. */
  assume,
  /** Activities replayed. */
  activities: z.number().int(),
  error: z.string().nullable(),
  created_by: z.string().nullable(),
  created_at: instant,
  ended_at: instant.nullable(),
  /** Activities of before were deleted, as the settings say; null: none ever were. */
  known_since: instant.nullable(),
});
export type Backtest = z.output<typeof backtest>;

export const startBacktest = route({
  method: 'POST',
  path: '/automations/:id/backtest',
  access: 'change',
  tag,
  summary:
    'Replays what was recorded between two instants through the draft, or through the drawing sent along. Sends nothing and changes nobody.',
  status: 202,
  params: idParams,
  description: '`from` is earlier than `to` and in the past, at most 400 days before it.',
  body: z.strictObject({
    from: instant,
    to: instant,
    graph: graph.optional(),
    settings: draftSettings.optional(),
    assume: assume.optional(),
  }),
  response: z.object({ id: uuid }),
  bodyLimit: 1_200_000,
  problems: ['not_found', 'settings_unfinished', 'no_start'],
});

export const quickBacktest = route({
  method: 'POST',
  path: '/automations/:id/quick_backtest',
  access: 'change',
  tag,
  summary:
    'What the draft, or the drawing sent along, would have done in the last 30 days, said at once: over up to 500 people and for about a second. Sends nothing and changes nobody.',
  description:
    'The figures are those of the people looked at: of all who could have entered, or of 500 drawn from them. When `more` is true, time ran out or a newer question came; asked again it goes on. After an edit only people whose way can differ are replayed. Without `from` and `to` it keeps to the same days for ten minutes.',
  params: idParams,
  body: z
    .strictObject({
      from: instant.optional(),
      to: instant.optional(),
      graph: graph.optional(),
      settings: draftSettings.optional(),
    })
    .refine((body) => (body.from === undefined) === (body.to === undefined), {
      message: 'Send both from and to, or neither.',
      path: ['from'],
    })
    .describe('It has both from and to, or neither.'),
  response: z.object({
    /** The draft's revision that was replayed. */
    revision: z.number().int(),
    from: instant,
    to: instant,
    /** People who could have entered, by what starts the automation. */
    in_scope: z.number().int(),
    /** Of these, people whose past was looked at. */
    looked_at: z.number().int(),
    /** Whether asking again would look at more of them. */
    more: z.boolean(),
    /** Runs that would have begun, different people among them, and mails that would have left. */
    entered: z.number().int(),
    people: z.number().int(),
    messages: z.number().int(),
    /** Of each step that somebody came to; `sent` are its mails that would have left; at an unfinished one they are stuck. */
    nodes: z.record(
      z.string(),
      z.object({
        entered: z.number().int(),
        ports: counts,
        sent: z.number().int().optional(),
        unfinished: z.literal(true).optional(),
      }),
    ),
    /** What was taken for granted, with the steps whose decisions hang on it. */
    assumed: z.array(z.object({ code: z.string(), text: z.string(), node_ids: z.array(z.string()) })),
    /** Activities of before were deleted, as the settings say; null: none ever were. */
    known_since: instant.nullable(),
  }),
  bodyLimit: 1_200_000,
  problems: ['not_found', 'settings_unfinished', 'no_start', 'took_too_long', 'busy'],
});

export const listBacktests = route({
  method: 'GET',
  path: '/automations/:id/backtests',
  access: 'read',
  tag,
  summary: 'The latest backtests of an automation, newest first; the last twenty are kept.',
  params: idParams,
  response: z.object({ items: z.array(backtest) }),
});

export const getBacktest = route({
  method: 'GET',
  path: '/backtests/:id',
  access: 'read',
  tag,
  summary: 'How far a backtest is, and what it came to.',
  params: idParams,
  response: backtest,
  problems: ['not_found'],
});

export const cancelBacktest = route({
  method: 'POST',
  path: '/backtests/:id/cancel',
  access: 'change',
  tag,
  summary: 'Ends a backtest that waits or runs. 409 when it has ended.',
  params: idParams,
  body: z.strictObject({}).optional(),
  response: backtest,
  problems: ['not_found', 'backtest_ended'],
});

export const simulateAutomation = route({
  method: 'POST',
  path: '/automations/:id/simulate',
  access: 'change',
  tag,
  summary:
    'Takes one person, or a made-up one, through the draft from a given instant. Waits pass at once, nothing is sent, nobody is changed.',
  params: idParams,
  body: z
    .strictObject({
      contact_email: emailAddress.optional(),
      sample: z
        .union([
          z.literal(true).transform(() => ({})),
          z.strictObject({
            ...eachPersonal(() => z.string().max(200).optional()),
            tags: z.array(z.string().max(100)).max(50).optional(),
            attributes: z.record(z.string(), z.unknown()).optional(),
          }),
        ])
        .optional(),
      /** When they come in; now when left out. */
      at: instant.optional(),
      graph: graph.optional(),
      settings: draftSettings.optional(),
    })
    .refine((body) => (body.contact_email === undefined) !== (body.sample === undefined), {
      message: 'Name a person by contact_email, or describe a sample; not both.',
      path: ['contact_email'],
    })
    .describe('It has either contact_email or sample.'),
  response: z.object({
    contact_email: z.string(),
    entered_at: instant,
    status: z.string(),
    end_reason: z.string().nullable(),
    node_id: z.string().nullable(),
    ended_at: instant.nullable(),
    steps: z.array(simulatedStep),
    messages: z.array(simulatedMail),
  }),
  bodyLimit: 1_200_000,
  problems: ['not_found', 'unknown_address', 'settings_unfinished', 'no_start'],
});
