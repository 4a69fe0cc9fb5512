import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { testApp, type TestApp } from './app.js';

describe('the application of the test kit', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp();
  });
  afterAll(() => app.close());

  it('answers over HTTP with the key that it was given', async () => {
    expect((await app.call('GET', '/health/ready', undefined, { key: null })).body).toEqual({ status: 'ready' });
    expect((await app.call('GET', '/api-keys')).status).toBe(200);
    expect((await app.call('GET', '/api-keys', undefined, { key: null })).status).toBe(401);
    expect((await app.call('GET', '/api-keys', undefined, { key: 'wrong' })).status).toBe(401);
  });

  it('takes an event from its door to a mail, through every stage', async () => {
    const graph = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
        {
          id: 'mail',
          type: 'send_email',
          config: {
            stream: 'transactional',
            subject: 'You left something behind',
            html: '<p>Hello</p>',
            text: 'Hello',
          },
        },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [
        { source: 'start', target: 'mail' },
        { source: 'mail', target: 'end' },
      ],
    };
    const made = await app.call('POST', '/automations', { name: 'Abandoned', graph });
    // On an empty installation no such activity has been seen yet; nothing else is there to say.
    expect(made.body.problems.map(({ code }: { code: string }) => code)).toEqual(['unknown_activity_type']);
    expect((await app.call('POST', `/automations/${made.body.id}/publish`, {})).status).toBe(200);
    const lead = await app.call('POST', '/purchase-leads', { email: 'ada@example.org', consent: 'subscribed' });
    expect(lead.body).toMatchObject({ created: 1 });
    const activity = { contact_email: 'ada@example.org', type: 'checkout.abandoned' };
    expect((await app.call('POST', '/activities', activity)).status).toBe(202);

    const sent = async () => (await app.call('GET', '/outbox')).body.items as Record<string, unknown>[];
    const until = Date.now() + 20_000;
    while ((await sent())[0]?.state !== 'sent' && Date.now() < until) await pause(25);
    expect(await sent()).toMatchObject([
      { contact_email: 'ada@example.org', subject: 'You left something behind', state: 'sent' },
    ]);
  });
});
