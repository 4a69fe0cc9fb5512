import { KEY } from '../data/ingest-database.js';

/** Of the sample's activities a quarter has this type, and about one in a hundred of these starts a run. */
const AUTOMATION = {
  name: 'Benchmark',
  graph: {
    nodes: [
      {
        id: 'start',
        type: 'activity_received',
        config: {
          activity_type: 'checkout.started',
          where: {
            operator: 'AND',
            conditions: [
              { field: 'metadata.amount_minor', operator: 'gt', value: 1000 },
              { field: 'metadata.course_id', operator: 'eq', value: 'course-9' },
              { field: 'metadata.step', operator: 'gt', value: 8 },
            ],
          },
        },
      },
      { id: 'end', type: 'exit', config: {} },
    ],
    edges: [{ source: 'start', port: 'next', target: 'end' }],
  },
};

/** Publishes it, or another, over HTTP. */
export async function publishAutomation(port: number, automation: object = AUTOMATION): Promise<void> {
  const call = async (path: string, body: unknown): Promise<{ id: string }> => {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  const { id } = await call('/automations', automation);
  await call(`/automations/${id}/publish`, {});
}
