import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { testApp, type TestApp } from '#testing';

const node = (id: string, type: string, config: object = {}) => ({ id, type, config });
const edge = (source: string, port: string, target: string) => ({ source, port, target });

/** A receiver that says no until it is told to say yes, behind a way that starts with a mail nobody may get. */
describe('webhook steps over HTTP', () => {
  let app: TestApp;
  let server: Server;
  let answer = 400;
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  /** A key for each role's part of the table, by scope. */
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    app = await testApp({ env: { CORTEX_WEBHOOK_NETWORKS: '127.0.0.1' } });
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        response.writeHead(answer).end('said so');
      });
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    for (const scope of ['read', 'write']) {
      const made = await app.call('POST', '/api-keys', { name: scope, kind: 'server', scopes: [scope] });
      keys[scope] = made.body.key;
    }
  }, 120_000);
  afterAll(async () => {
    await app?.close();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
    const end = performance.now() + 20_000;
    while (performance.now() < end) {
      const value = await look();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('It did not happen in time.');
  };

  it('shows the secret to administrators alone, and replaces it with a day in which both sign', async () => {
    for (const key of [keys.read!, keys.write!, null]) {
      const status = key === null ? 401 : 403;
      expect((await app.call('GET', '/settings/webhook-secret', undefined, { key })).status).toBe(status);
      expect((await app.call('POST', '/settings/webhook-secret/rotate', {}, { key })).status).toBe(status);
    }
    const first = await app.call('GET', '/settings/webhook-secret');
    expect(first).toMatchObject({
      status: 200,
      body: { secret: expect.stringMatching(/^whsec_/), previous_until: null, networks: '127.0.0.1' },
    });
    expect((await app.call('GET', '/settings/webhook-secret')).body.secret).toBe(first.body.secret);
    const next = await app.call('POST', '/settings/webhook-secret/rotate', {});
    expect(next.status).toBe(200);
    expect(next.body.secret).not.toBe(first.body.secret);
    expect(Date.parse(next.body.previous_until)).toBeGreaterThan(Date.parse(next.body.created_at));
    const audit = await app.call('GET', '/audit?limit=10');
    expect(JSON.stringify(audit.body)).toContain('webhook_secret.rotated');
    expect(JSON.stringify(audit.body)).not.toContain('whsec_');
  });

  it('lists calls that failed for good and sends one again, once; a mail left out wakes who waits for that', async () => {
    const { port } = server.address() as AddressInfo;
    const suppressed = await app.call('POST', '/email/suppressions', { emails: ['no@shop.example'] });
    expect(suppressed.body).toEqual({ added: 1 });
    const wasSkipped = { operator: 'AND', conditions: [{ field: 'step', node_id: 'mail', operator: 'skipped' }] };
    const graph = {
      nodes: [
        node('start', 'activity_received', { activity_type: 'checkout.abandoned' }),
        node('mail', 'send_email', { subject: 'Left behind', html: '<p>Hello</p>', stream: 'broadcast' }),
        node('left-out', 'wait_until', { rules: wasSkipped, timeout: { n: 2, unit: 'days' } }),
        node('call', 'webhook', { url: `http://127.0.0.1:${port}/in`, body: { email: '{{ contact.email }}' } }),
        node('bad', 'exit', { reason: 'nobody answered' }),
      ],
      edges: [
        edge('start', 'next', 'mail'),
        edge('mail', 'next', 'left-out'),
        edge('left-out', 'happened', 'call'),
        edge('call', 'failed', 'bad'),
      ],
    };
    const made = await app.call('POST', '/automations', { name: 'Call', graph });
    expect(made.status).toBe(201);
    const live = await app.call('POST', `/automations/${made.body.id}/publish`, { revision: made.body.revision });
    expect(live).toMatchObject({ status: 200 });
    await app.call('POST', '/activities', { contact_email: 'no@shop.example', type: 'checkout.abandoned' });

    const dead = await until(async () => (await app.call('GET', '/webhook-calls?state=dead')).body.items[0]);
    expect(dead).toMatchObject({
      automation_id: made.body.id,
      automation: 'Call',
      node_id: 'call',
      contact_email: 'no@shop.example',
      status: 400,
      attempts: 1,
    });
    const { secret } = (await app.call('GET', '/settings/webhook-secret')).body;
    expect(new Webhook(secret).verify(received[0]!.body, received[0]!.headers as Record<string, string>)).toEqual({
      email: 'no@shop.example',
    });
    await until(async () => {
      const { body } = await app.call('GET', `/automations/${made.body.id}/runs`);
      return body.items[0]?.end_reason === 'nobody answered' ? true : undefined;
    });

    const replay = `/webhook-calls/${dead.id}/replay`;
    expect((await app.call('GET', '/webhook-calls', undefined, { key: keys.read! })).status).toBe(200);
    expect((await app.call('GET', '/webhook-calls', undefined, { key: null })).status).toBe(401);
    expect((await app.call('POST', replay, {}, { key: keys.read! })).status).toBe(403);
    answer = 204;
    expect(await app.call('POST', replay, {}, { key: keys.write! })).toMatchObject({
      status: 200,
      body: { done: true },
    });
    await until(async () => {
      const { body } = await app.call('GET', `/webhook-calls?state=delivered&automation_id=${made.body.id}`);
      return body.items.find((call: { id: string }) => call.id === dead.id);
    });
    expect(received).toHaveLength(2);
    expect(received[1]!.headers['webhook-id']).toBe(received[0]!.headers['webhook-id']);
    expect(await app.call('POST', replay, {})).toMatchObject({ status: 409, body: { state: 'delivered' } });
    const nobody = '01900000-0000-7000-8000-000000000000';
    expect((await app.call('POST', `/webhook-calls/${nobody}/replay`, {})).status).toBe(404);
    expect((await app.call('GET', '/webhook-calls?state=lost')).status).toBe(400);
  });
});
