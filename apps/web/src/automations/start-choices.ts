import { nodes, recipes, type Graph, type NodeType, type Recipe } from '#graph';

/** One way to begin an automation. */
export interface StartChoice {
  id: string;
  title: string;
  help: string;
  glyph: NodeType;
  name: string;
  graph: Graph;
  settings: Recipe['settings'];
}

const entry = (
  type: NodeType,
  title: string,
  help: string,
  config: Record<string, unknown>,
  settings: Recipe['settings'] = {},
): StartChoice => ({
  id: type === 'monitor' ? `monitor-${String(config.over)}` : type,
  title,
  help,
  glyph: type,
  name: 'New automation',
  graph: { schema: 1, nodes: [{ id: 'start', type, config }], edges: [] },
  settings,
});

/** The answers to “What should start it?”. */
export const startChoices: StartChoice[] = [
  entry(
    'activity_received',
    'Something happens',
    'An activity comes in: a page view, a purchase, an abandoned checkout.',
    {
      ...nodes.activity_received.defaults,
    },
  ),
  entry('smart_list_entered', 'Someone joins a list', 'A person starts to match a smart list.', {
    ...nodes.smart_list_entered.defaults,
  }),
  entry('smart_list_left', 'Someone leaves a list', 'A person stops matching a smart list.', {
    ...nodes.smart_list_left.defaults,
  }),
  entry('monitor', 'Something has not happened', 'A lead has waited long enough and still has not enrolled.', {
    over: 'leads',
    lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
  }),
  entry('monitor', 'Someone matches a rule', 'A monitor finds people, such as those inactive for 60 days.', {
    over: 'people',
  }),
  entry('date_reached', 'A date', 'A birthday, a renewal, an anniversary: in each person’s own time zone.', {
    ...nodes.date_reached.defaults,
  }),
  // Whoever comes in each time is limited by the schedule itself.
  entry(
    'schedule',
    'A time',
    'Every Monday at nine, for everyone on a list at that moment.',
    { ...nodes.schedule.defaults },
    { entry: { limit: 'always' } },
  ),
  entry('manual', 'By hand or API', 'Your team or another system adds people.', {}),
];

/** Recipes as starts; the server puts in their mails. */
export const recipeChoices = recipes.map(({ id, title, sentence, graph }) => ({ id, title, help: sentence, graph }));
