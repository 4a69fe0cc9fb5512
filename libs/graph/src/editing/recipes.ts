import type { DraftSettings, Graph } from '../model/graph.js';

export interface Recipe {
  id: RecipeId;
  title: string;
  /** What it does, in one sentence. */
  sentence: string;
  /** Its mails are blank here; whoever makes an automation of it puts in `mails`. */
  graph: Graph;
  settings: DraftSettings;
  /** The ready design (`recipeMails` of `libs/designs`) of each step that sends mail, by the step's id. */
  mails: Readonly<Record<string, string>>;
}

export const recipeIds = ['abandoned-checkout', 'welcome', 'win-back', 'bounced-address'] as const;
export type RecipeId = (typeof recipeIds)[number];

const enrolled = { operator: 'AND', conditions: [{ field: 'lead', operator: 'enrolled' }] };

const edges = (...list: [source: string, port: string, target: string][]): Graph['edges'] =>
  list.map(([source, port, target]) => ({ source, port, target }));

const abandonedCheckout: Recipe = {
  id: 'abandoned-checkout',
  title: 'Abandoned checkout',
  sentence:
    'When a lead has not enrolled after 30 minutes, send an e-mail. If they still have not enrolled after two days, send another.',
  settings: { entry: { cooldown: { n: 7, unit: 'days' } } },
  mails: { 'first-mail': 'checkout_reminder', 'second-mail': 'checkout_questions' },
  graph: {
    schema: 1,
    nodes: [
      {
        id: 'start',
        type: 'monitor',
        config: {
          over: 'leads',
          lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
        },
      },
      { id: 'first-mail', type: 'send_email', config: { stream: 'broadcast' } },
      { id: 'wait', type: 'wait_until', config: { rules: enrolled, timeout: { n: 2, unit: 'days' } } },
      { id: 'enrolled', type: 'filter', config: { rules: enrolled } },
      { id: 'end', type: 'exit', config: { reason: 'enrolled' } },
      { id: 'second-mail', type: 'send_email', config: { stream: 'broadcast' } },
    ],
    edges: edges(
      ['start', 'next', 'first-mail'],
      ['first-mail', 'next', 'wait'],
      ['wait', 'happened', 'enrolled'],
      ['wait', 'timed_out', 'enrolled'],
      ['enrolled', 'yes', 'end'],
      ['enrolled', 'no', 'second-mail'],
    ),
  },
};

const welcome: Recipe = {
  id: 'welcome',
  title: 'Welcome after enrollment',
  sentence: 'When someone enrolls, welcome them. Three days later, ask how it is going.',
  settings: { entry: { limit: 'once' } },
  mails: { 'welcome-mail': 'enrolled_welcome', 'second-mail': 'enrolled_first_days' },
  graph: {
    schema: 1,
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'course.enrolled' } },
      { id: 'welcome-mail', type: 'send_email', config: { stream: 'broadcast' } },
      { id: 'wait', type: 'wait', config: { for: { n: 3, unit: 'days' } } },
      { id: 'second-mail', type: 'send_email', config: { stream: 'broadcast' } },
    ],
    edges: edges(['start', 'next', 'welcome-mail'], ['welcome-mail', 'next', 'wait'], ['wait', 'next', 'second-mail']),
  },
};

const winBack: Recipe = {
  id: 'win-back',
  title: 'Win back after 60 inactive days',
  sentence:
    'When a customer has done nothing for 60 days, send an e-mail. If they stay inactive for two more weeks, tag them.',
  settings: { entry: { limit: { every: { n: 6, unit: 'months' } } } },
  mails: { mail: 'quiet_customer' },
  graph: {
    schema: 1,
    nodes: [
      {
        id: 'start',
        type: 'monitor',
        config: {
          over: 'people',
          every: { n: 1, unit: 'hours' },
          rules: {
            operator: 'AND',
            conditions: [
              { field: 'type', operator: 'eq', value: 'customer' },
              { field: 'last_activity', operator: 'not_in_last', value: { n: 60, unit: 'days' } },
            ],
          },
        },
      },
      { id: 'mail', type: 'send_email', config: { stream: 'broadcast' } },
      {
        id: 'wait',
        type: 'wait_until',
        config: {
          rules: {
            operator: 'AND',
            conditions: [{ field: 'last_activity', operator: 'in_last', value: { n: 14, unit: 'days' } }],
          },
          timeout: { n: 14, unit: 'days' },
        },
      },
      { id: 'end', type: 'exit', config: { reason: 'came back' } },
      { id: 'tag', type: 'update_contact', config: { add_tags: ['quiet'] } },
    ],
    edges: edges(
      ['start', 'next', 'mail'],
      ['mail', 'next', 'wait'],
      ['wait', 'happened', 'end'],
      ['wait', 'timed_out', 'tag'],
    ),
  },
};

const bounced: Recipe = {
  id: 'bounced-address',
  title: 'Bounced address to support',
  sentence: 'When an e-mail to someone bounces, tag them and add a note to their timeline for support.',
  settings: { entry: { limit: { every: { n: 30, unit: 'days' } } } },
  mails: {},
  graph: {
    schema: 1,
    nodes: [
      { id: 'start', type: 'activity_received', config: { activity_type: 'email.bounced' } },
      { id: 'tag', type: 'update_contact', config: { add_tags: ['bounced'] } },
      {
        id: 'note',
        type: 'record_activity',
        config: { activity_type: 'support.address_bounced', metadata: { ask: 'Find a new address' } },
      },
    ],
    edges: edges(['start', 'next', 'tag'], ['tag', 'next', 'note']),
  },
};

/** Automations to start from. */
export const recipes: readonly Recipe[] = [abandonedCheckout, welcome, winBack, bounced];
