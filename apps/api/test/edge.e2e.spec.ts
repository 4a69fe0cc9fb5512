import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
}, 120_000);
afterAll(() => api?.close());

describe('the HTTP edge', () => {
  it('says that it lives and is ready', async () => {
    expect((await api.call('GET', '/health/live', undefined, { anonymous: true })).body).toEqual({ status: 'ok' });
    expect((await api.call('GET', '/health/ready', undefined, { anonymous: true })).status).toBe(200);
  });

  it('answers an unknown address with a problem', async () => {
    const answer = await api.call('GET', '/nowhere');
    expect(answer.status).toBe(404);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ title: 'Not found', status: 404, errors: [] });
  });

  it('says where broken JSON breaks', async () => {
    const answer = await api.call('POST', '/api-keys', '{"name": "a",\n "kind": }');
    expect(answer.status).toBe(400);
    expect((answer.body as { detail: string }).detail).toMatch(/line 2, column 10/);
  });

  it('names every problem of a body by pointer and stores nothing', async () => {
    const answer = await api.call('POST', '/api-keys', { name: '', kind: 'both', nope: 1 });
    expect(answer.status).toBe(400);
    const pointers = (answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer).sort();
    expect(pointers).toEqual(['/kind', '/name', '/nope']);
    expect((await api.call('GET', '/api-keys')).body).toMatchObject({ items: [{ name: 'From CORTEX_API_KEY' }] });
  });

  it.each([
    ['a NUL character', '{"name":"a\\u0000b","kind":"write"}', '/name'],
    ['half a surrogate pair', '{"name":"\\ud800","kind":"write"}', '/name'],
    ['a __proto__ key', '{"name":"x","kind":"write","__proto__":{"scopes":["admin"]}}', '/__proto__'],
    ['a number beyond a double', '{"name":1e400,"kind":"write"}', '/name'],
  ])('refuses %s', async (_what, body, pointer) => {
    const answer = await api.call('POST', '/api-keys', body);
    expect(answer.status).toBe(400);
    expect((answer.body as { errors: { pointer: string }[] }).errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('refuses too large a body, and what is no JSON', async () => {
    const large = await api.call('POST', '/api-keys', JSON.stringify({ name: 'x'.repeat(1_100_000) }));
    expect([large.status, large.headers['content-type']]).toEqual([413, 'application/problem+json; charset=utf-8']);
    const xml = await api.call('POST', '/api-keys', '<a/>', { headers: { 'content-type': 'application/xml' } });
    expect(xml.status).toBe(415);
    const latin = await api.call('POST', '/api-keys', Buffer.from([0x7b, 0xff, 0x7d]));
    expect(latin.status).toBe(400);
  });

  it('sends the security headers and a request id', async () => {
    const answer = await api.call('GET', '/health/live', undefined, {
      anonymous: true,
      headers: { 'x-request-id': 'abc-1' },
    });
    expect(answer.headers['content-security-policy']).toMatch(/script-src 'self';/);
    expect(answer.headers['x-request-id']).toBe('abc-1');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });

  it('describes itself as OpenAPI 3.1 and shows it', async () => {
    const answer = await api.call<{ openapi: string; paths: Record<string, object> }>(
      'GET',
      '/openapi.json',
      undefined,
      {
        anonymous: true,
      },
    );
    expect(answer.body.openapi).toBe('3.1.0');
    expect(Object.keys(answer.body.paths)).toContain('/activities');
    expect((await api.call('GET', '/docs', undefined, { anonymous: true })).text).toMatch(/swagger-ui/);
  });

  it('gives Prometheus every state', async () => {
    const { text } = await api.call('GET', '/metrics');
    for (const state of ['queued', 'sent', 'uncertain', 'unknown'])
      expect(text).toContain(`cortex_messages{state="${state}"} 0`);
    expect(text).toContain('cortex_activity_inbox 0');
  });

  it('replays the first answer of an Idempotency-Key and refuses another body under it', async () => {
    const headers = { 'idempotency-key': 'k-1' };
    const body = { name: 'once', kind: 'server', scopes: ['read'] };
    const first = await api.call<{ id: string }>('POST', '/api-keys', body, { headers });
    const again = await api.call<{ id: string }>('POST', '/api-keys', body, { headers });
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.id).toBe(first.body.id);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await api.call('POST', '/api-keys', { ...body, name: 'other' }, { headers })).status).toBe(409);
    const invalid = await api.call('POST', '/api-keys', { name: '' }, { headers: { 'idempotency-key': 'k-2' } });
    expect(invalid.status).toBe(400);
    expect((await api.call('POST', '/api-keys', body, { headers: { 'idempotency-key': 'k-2' } })).status).toBe(201);
  });

  it('lets settings be read and changed, with an audit entry', async () => {
    const changed = await api.call('PATCH', '/settings', {
      name: 'Photo school',
      quiet_hours: { from: '21:00', to: '08:00' },
    });
    expect(changed.body).toMatchObject({
      name: 'Photo school',
      quiet_hours: { from: '21:00', to: '08:00' },
      mode: 'outbox',
    });
    expect((await api.call('PATCH', '/settings', { timezone: 'Mars/Base' })).status).toBe(400);
    const audit = await api.call<{ items: { action: string }[] }>('GET', '/audit?action=settings.changed');
    expect(audit.body.items).toHaveLength(1);
  });

  it('signs staff in and out', async () => {
    const cookie = await api.signIn(ADMIN.email, ADMIN.password);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie })).body).toEqual({
      email: ADMIN.email,
      name: 'Administrator',
      role: 'admin',
    });
    expect((await api.call('POST', '/auth/staff/sign-out', {}, { cookie })).status).toBe(200);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie })).status).toBe(401);
  });

  it('logs no address, password or key', () => {
    for (const secret of [ADMIN.email, ADMIN.password, api.adminKey]) expect(api.logged()).not.toContain(secret);
  });
});
