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

  it('shows what a step would send, and makes one test call that is signed, marked, bounded, and moves nobody', async () => {
    const { port } = server.address() as AddressInfo;
    const made = await app.call('POST', '/automations', {
      name: 'Try',
      graph: { nodes: [node('start', 'activity_received', { activity_type: 'order.paid' })], edges: [] },
    });
    const [preview, test] = ['preview', 'test'].map((verb) => `/automations/${made.body.id}/webhook-${verb}`);
    await app.call('POST', '/activities', {
      contact_email: 'ida@shop.example',
      type: 'order.paid',
      metadata: { n: 7 },
    });
    await until(async () => {
      const { body } = await app.call('GET', '/contacts?q=ida@shop.example');
      return body.items[0];
    });
    const url = `http://127.0.0.1:${port}/try?key=hidden`;
    const own = { body: { to: '{{ contact.email }}', n: '{{ activity.metadata.n }}' }, headers: { 'X-Shop': 'a' } };
    const about = { node_id: 'call', contact_email: 'ida@shop.example' };
    received.length = 0;

    expect((await app.call('POST', preview!, { ...about, config: own }, { key: keys.read! })).body).toEqual({
      headers: { 'X-Shop': '••••••••', 'content-type': 'application/json', 'user-agent': 'Cortex', accept: '*/*' },
      body: '{"to":"ida@shop.example","n":"7"}',
    });
    const sample = await app.call('POST', preview!, { node_id: 'call', config: {} });
    expect(JSON.parse(sample.body.body)).toMatchObject({
      type: 'automation.webhook',
      test: true,
      data: {
        automation: { name: 'Try' },
        node_id: 'call',
        contact: { first_name: 'Ada' },
        activity: { type: 'order.paid' },
      },
    });
    expect(await app.call('POST', preview!, { node_id: 'call', config: { body: '{{ contact.email' } })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/config/body' }] },
    });
    expect((await app.call('POST', preview!, { ...about, contact_email: 'no@body.example', config: {} })).status).toBe(
      404,
    );
    expect(received).toEqual([]);

    const send = (config: object, key?: string | null) =>
      app.call('POST', test!, { ...about, config }, key === undefined ? {} : { key });
    expect((await send({ url, ...own }, keys.read!)).status).toBe(403);
    expect((await send({ url, ...own }, null)).status).toBe(401);
    expect((await send({ url: 'ftp://shop.example' })).status).toBe(400);
    answer = 201;
    expect(await send({ url, ...own }, keys.write!)).toMatchObject({
      status: 200,
      body: { ok: true, status: 201, took_ms: expect.any(Number), answer: 'said so', reason: null },
    });
    const [call] = received;
    expect(call!.headers).toMatchObject({ 'webhook-test': 'true', 'x-shop': 'a', 'user-agent': 'Cortex' });
    const { secret } = (await app.call('GET', '/settings/webhook-secret')).body;
    expect(new Webhook(secret).verify(call!.body, call!.headers as Record<string, string>)).toEqual({
      to: 'ida@shop.example',
      n: '7',
    });
    await send({ url });
    expect(JSON.parse(received[1]!.body)).toMatchObject({
      test: true,
      data: { contact: { email: 'ida@shop.example' } },
    });

    answer = 302;
    expect((await send({ url })).body).toMatchObject({
      ok: false,
      status: 302,
      reason: expect.stringMatching(/redirect/),
    });
    answer = 503;
    expect((await send({ url })).body).toMatchObject({ ok: false, status: 503, reason: 'answered 503' });
    for (const inside of [
      'http://10.0.0.1/',
      `http://[::1]:${port}/`,
      'http://169.254.169.254/latest',
      'http://0.0.0.0/',
    ])
      expect((await send({ url: inside })).body).toMatchObject({
        ok: false,
        status: null,
        answer: null,
        reason: expect.stringMatching(/is not public|only public addresses are called/),
      });
    expect(received).toHaveLength(4);

    for (let sent = 8; sent < 10; sent += 1) expect((await send({ url })).status).toBe(200);
    const late = await send({ url });
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '60']);
    expect(received).toHaveLength(6);
    const audit = (await app.call('GET', '/audit?limit=200')).body.items.filter(
      (entry: { action: string }) => entry.action === 'webhook.tested',
    );
    expect(audit).toHaveLength(10);
    expect(audit.at(-1)).toMatchObject({
      target_id: made.body.id,
      after: { node_id: 'call', url: `http://127.0.0.1:${port}/try` },
    });
    expect((await app.call('GET', `/automations/${made.body.id}/runs`)).body.items).toEqual([]);
    expect((await app.call('GET', `/webhook-calls?automation_id=${made.body.id}`)).body.items).toEqual([]);
  });
});
