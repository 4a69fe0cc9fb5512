import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testApi, type TestApi } from './api.fixture.js';

let api: TestApi;

beforeAll(async () => {
  api = await testApi();
}, 120_000);
afterAll(() => api?.close());

const reserved = ['email.sent', 'email.unsubscribed', 'automation.entered', 'admin.erased', 'smart_list.entered'];
const stored = async () =>
  (await api.db.database.rows<{ type: string }>('select type from public.crm_activities order by id')).map(
    ({ type }) => type,
  );
const ce = { specversion: '1.0', source: 'shop', data: { contact_email: 'ann@example.com' } };

describe('types of activities that only Cortex records', () => {
  it.each(reserved)('%s is refused at every door, even with a key that may do everything', async (type) => {
    const one = await api.call('POST', '/activities', { contact_email: 'ann@example.com', type });
    expect([one.status, one.body]).toMatchObject([
      400,
      { errors: [{ pointer: '/type', message: expect.stringMatching(/recorded by Cortex alone/) }] },
    ]);
    const headers = { 'idempotency-key': `slow-door-${type}` };
    expect((await api.call('POST', '/activities', { contact_email: 'a@example.com', type }, { headers })).status).toBe(
      400,
    );
    const structured = await api.call('POST', '/activities', JSON.stringify({ ...ce, id: type, type }), {
      headers: { 'content-type': 'application/cloudevents+json' },
    });
    expect([structured.status, structured.text]).toEqual([400, expect.stringMatching(/recorded by Cortex alone/)]);
    const binary = await api.call('POST', '/activities', ce.data, {
      headers: { 'ce-specversion': '1.0', 'ce-id': `b${type}`, 'ce-source': 'shop', 'ce-type': type },
    });
    expect(binary.status).toBe(400);
    // CloudEvents' own spelling is brought into the form of types first.
    const spelled = { ...ce, id: `s${type}`, type: type.toUpperCase() };
    const disguised = await api.call('POST', '/activities', JSON.stringify([spelled]), {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    });
    expect(disguised.status).toBe(400);
    expect(await stored()).not.toContain(type);
  });

  it('of a batch the others are stored', async () => {
    const activities = ['shop.visited', ...reserved, 'emails.counted'].map((type) => ({
      contact_email: 'ben@example.com',
      type,
    }));
    const answer = await api.call<{ results: { status: string; error?: { pointer: string } }[] }>(
      'POST',
      '/activities',
      { activities },
    );
    expect(answer.status).toBe(202);
    expect(answer.body).toMatchObject({ accepted: 2, rejected: reserved.length });
    expect(answer.body.results[1]).toMatchObject({ status: 'rejected', error: { pointer: '/type' } });
    expect(await stored()).toEqual(expect.arrayContaining(['shop.visited', 'emails.counted']));
  });

  it('no step may record one', async () => {
    const graph = {
      nodes: [
        { id: 's', type: 'manual', config: {} },
        { id: 'r', type: 'record_activity', config: { activity_type: 'email.clicked' } },
      ],
      edges: [{ source: 's', port: 'next', target: 'r' }],
    };
    const made = await api.call<{ id: string }>('POST', '/automations', { name: 'Forges', graph });
    const answer = await api.call('POST', `/automations/${made.body.id}/publish`, {});
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('activity_type_reserved')]);
  });
});
