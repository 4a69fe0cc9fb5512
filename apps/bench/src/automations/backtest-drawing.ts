import { drawn, replay, type BacktestResult } from '#engine';
import type { DraftSettings, Graph } from '#graph';
import { createLog } from '#platform';

export const log = createLog('error', 'bench');
export { replay, type BacktestResult };

const all = (...conditions: object[]) => ({ operator: 'AND', conditions });
const mail = (subject: string) => ({ subject, html: `<p>${subject}</p>`, stream: 'broadcast' });

/** A start and ten steps: three rules, three waits, two mails, a change of the person and an activity. */
const steps: [id: string, type: string, config: Record<string, unknown>][] = [
  [
    'start',
    'activity_received',
    {
      activity_type: 'cart.left',
      where: all(
        { field: 'metadata.total', operator: 'gte', value: 20 },
        { field: 'metadata.page', operator: 'in', value: ['pricing', 'course', 'blog'] },
      ),
    },
  ],
  ['known', 'filter', { rules: all({ field: 'country', operator: 'is_set' }) }],
  ['pause', 'wait', { for: { n: 1, unit: 'hours' } }],
  ['watched', 'wait_until', { activity_type: 'video.watched', timeout: { n: 2, unit: 'days' } }],
  ['warm', 'update_contact', { add_tags: ['warm'] }],
  ['first', 'send_email', mail('First')],
  ['day', 'wait', { for: { n: 1, unit: 'days' } }],
  ['tagged', 'filter', { rules: all({ field: 'tags', operator: 'contains', value: 'warm' }) }],
  ['note', 'record_activity', { activity_type: 'sales.noted' }],
  ['poor', 'filter', { rules: all({ field: 'lifetime_value', operator: 'lt', value: 1000 }) }],
  ['second', 'send_email', mail('Second')],
];

const graph: Graph = {
  schema: 1,
  nodes: steps.map(([id, type, config]) => ({ id, type, config })),
  edges: [
    ...steps.slice(1).map(([target], at) => {
      const [source, type] = steps[at]!;
      const port = type === 'filter' ? 'yes' : type === 'wait_until' ? 'happened' : 'next';
      return { source, port, target };
    }),
    { source: 'watched', port: 'timed_out', target: 'warm' },
  ],
};

/** The drawing as it is stored; people may enter again after three days. */
export const drawing = { name: 'Bench', graph, settings: { entry: { limit: { every: { n: 3, unit: 'days' } } } } };

/** The drawing ready to be replayed. */
export const compileBench = (automationId: string): ReturnType<typeof drawn> =>
  drawn(automationId, drawing.name, drawing.graph, drawing.settings as DraftSettings);
