import { openAttention } from '#platform';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemCodes, problemKinds } from '#contracts';
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
    expect(answer.body).toMatchObject({
      type: '/problems/unknown_route',
      code: 'unknown_route',
      title: 'Not found',
      status: 404,
      errors: [],
    });
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

  it('answers with a code whose type can be read, by people and by programs', async () => {
    const refused = await api.call<{ type: string; code: string }>('GET', '/settings', undefined, { anonymous: true });
    expect(refused.body).toMatchObject({ type: '/problems/not_signed_in', code: 'not_signed_in' });
    const explained = await api.call('GET', refused.body.type, undefined, { anonymous: true });
    expect(explained.body).toEqual({ code: 'not_signed_in', type: refused.body.type, ...problemKinds.not_signed_in });
    const headers = { accept: 'text/html,application/xhtml+xml' };
    const page = await api.call('GET', refused.body.type, undefined, { anonymous: true, headers });
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.text).toContain(problemKinds.not_signed_in.remedy.replace('<key>', '&lt;key&gt;'));
    expect((await api.call('GET', '/problems/constructor', undefined, { anonymous: true })).status).toBe(404);
  });

  it('lists every code in the documentation, and at its route what that route refuses', async () => {
    const { body } = await api.call<{
      info: { description: string };
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
    }>('GET', '/openapi.json', undefined, { anonymous: true });
    expect(problemCodes.filter((code) => !body.info.description.includes(`(/problems/${code})`))).toEqual([]);
    const refusals = body.paths['/automations/{id}/publish']!['post']!.responses['409']!.description;
    expect(refusals).toContain('draft_changed');
    expect(refusals).toContain('automation_archived');
  });

  it('says which field is missing in words of its own', async () => {
    const answer = await api.call('POST', '/enrollments', { email: 'ann@example.com' });
    expect(answer.body).toMatchObject({
      code: 'invalid_request',
      errors: [{ pointer: '/course_id', message: 'course_id is missing.' }],
    });
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
      second_factor: false,
      second_factor_missing: false,
    });
    expect((await api.call('POST', '/auth/staff/sign-out', {}, { cookie })).status).toBe(200);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie })).status).toBe(401);
  });

  it('removes the demo and leaves everything else', async () => {
    const { database } = api.db;
    const profiles = await api.call<any>('POST', '/profiles', [
      { email: 'demo@example.com' },
      { email: 'real@example.com' },
    ]);
    const course = await api.call<any>('POST', '/courses', { title: 'Demo course' });
    const enroll = { email: 'demo@example.com', course_id: course.body.results[0].id };
    const enrollment = await api.call<any>('POST', '/enrollments', enroll);
    await database.run("update cortex.people set demo = true where address = 'demo@example.com'");
    await database.run('update cortex.settings set demo = true, mail_unanswered = true');
    for (const [kind, answer] of Object.entries({ profile: profiles, course, enrollment })) {
      await database.run('insert into cortex.demo_rows values ($1, $2)', [kind, answer.body.results[0].id]);
    }
    const removed = await api.call<any>('POST', '/settings/demo/remove', {});
    expect(removed.body.removed).toMatchObject({ profile: 1, course: 1, enrollment: 1 });
    expect(await database.rows('select email from view_directory_contacts')).toEqual([{ email: 'real@example.com' }]);
    expect(await database.rows("select type from crm_activities where contact_email = 'demo@example.com'")).toEqual([]);
    expect((await api.call('GET', '/settings')).body).toMatchObject({ demo: false, mail_unanswered: false });
    expect((await api.call<any>('POST', '/settings/demo/remove', {})).body.removed).toEqual({});
  });

  it('closes what needed a person, once, and keeps it under closed', async () => {
    const item = { key: 'spec', kind: 'spec', title: 'Look at this' };
    await api.db.database.tx((tx) => openAttention(tx, item));
    await api.db.database.tx((tx) => openAttention(tx, { ...item, title: 'Look again' }));
    const open = await api.call<any>('GET', '/attention');
    expect(open.body.items).toMatchObject([{ title: 'Look again' }]);
    expect((await api.call('POST', `/attention/${open.body.items[0].id}/close`, {})).status).toBe(200);
    expect((await api.call<any>('GET', '/attention')).body.items).toEqual([]);
    expect((await api.call<any>('GET', '/attention?closed=true')).body.items).toHaveLength(1);
  });

  it('tells listeners what changed, and lets go of them when it stops', async () => {
    const own = await testApi();
    await own.app.listen(0, '127.0.0.1');
    const { port } = own.app.getHttpServer().address() as AddressInfo;
    const stream = await fetch(`http://127.0.0.1:${port}/events`, {
      headers: { authorization: `Bearer ${own.adminKey}` },
    });
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toContain('event: ready');
    let text = '';
    const changed = (async () => {
      while (!text.includes('"activities"')) {
        const { value, done } = await reader.read();
        if (done) throw new Error('The stream ended.');
        text += value;
      }
    })();
    // The first look is what later ones are compared with, so something must happen after it.
    const writing = setInterval(() => {
      void own.call('POST', '/activities', { contact_email: 'sse@example.com', type: 'page.viewed' });
    }, 300);
    await changed.finally(() => clearInterval(writing));
    expect(text).toContain('event: changed');
    await own.close();
    expect((await reader.read()).done).toBe(true);
  }, 20_000);

  it('logs no address, password or key', () => {
    for (const secret of [ADMIN.email, ADMIN.password, api.adminKey]) expect(api.logged()).not.toContain(secret);
  });
});
