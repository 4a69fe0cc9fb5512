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
    'An activity arrives: a page view, a purchase, a checkout left behind.',
    {
      ...nodes.activity_received.defaults,
    },
  ),
  entry('smart_list_entered', 'Someone joins a list', 'A person comes to fulfil the rules of a smart list.', {
    ...nodes.smart_list_entered.defaults,
  }),
  entry('smart_list_left', 'Someone leaves a list', 'A person no longer fulfils its rules.', {
    ...nodes.smart_list_left.defaults,
  }),
  entry('monitor', 'Something has not happened', 'A lead is old enough and still has not enrolled.', {
    over: 'leads',
    lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
  }),
  entry('monitor', 'Someone is found', 'Rules hold for a person, such as 60 quiet days.', { over: 'people' }),
  entry('date_reached', 'A date', 'A birthday, a renewal, a year with you: in each person’s own time.', {
    ...nodes.date_reached.defaults,
  }),
  // Whoever comes in each time is limited by the schedule itself.
  entry(
    'schedule',
    'A time',
    'Every Monday at nine, for everybody who is in a list then.',
    { ...nodes.schedule.defaults },
    { entry: { limit: 'always' } },
  ),
  entry('manual', 'By hand or API', 'A colleague, or another system, says so.', {}),
];

/** Recipes as starts. */
export const recipeChoices: StartChoice[] = recipes.map((recipe) => ({
  id: recipe.id,
  title: recipe.title,
  help: recipe.sentence,
  glyph: (recipe.graph.nodes[0]?.type ?? 'manual') as NodeType,
  name: recipe.title,
  graph: recipe.graph,
  settings: recipe.settings,
}));
