import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, cookieOf, testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
let cookie: string;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production' });
  cookie = await api.signIn(ADMIN.email, ADMIN.password);
}, 120_000);
afterAll(() => api?.close());

const signIn = (body: object, headers: Record<string, string> = {}, path = '/auth/staff/sign-in') =>
  api.call('POST', path, body, { anonymous: true, headers });
const staff = async (email: string, role: string) => {
  const password = 'another long password';
  const added = await api.call<{ id: string }>('POST', '/staff', { email, name: email, role, password });
  return { id: added.body.id, cookie: await api.signIn(email, password), password };
};
/** Lets the pause after wrong passwords pass without waiting for it. */
const forgetAttempts = () => api.db.database.run('delete from cortex.sign_in_tries');

describe('staff sign-in in production', () => {
  it('sets a cookie that scripts and other sites cannot use', async () => {
    await forgetAttempts();
    const answer = await signIn(ADMIN);
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).toMatch(/cortex_staff\.session_token=.*HttpOnly; SameSite=Lax/i);
  });

  it('accepts this machine under both of its names, and no other origin', async () => {
    await forgetAttempts();
    for (const [origin, host, status] of [
      ['http://localhost:3000', 'localhost:3000', 200],
      ['http://127.0.0.1:3000', '127.0.0.1:3000', 200],
      ['http://evil.example', 'localhost:3000', 403],
      ['http://localhost:9999', 'localhost:3000', 403],
    ] as const) {
      expect([origin, (await signIn(ADMIN, { origin, host })).status]).toEqual([origin, status]);
    }
  });

  it('lets no page of another origin use a session to change something', async () => {
    const change = (headers: Record<string, string>) =>
      api.call('PATCH', '/settings', { name: 'x' }, { cookie, headers });
    expect((await change({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await change({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await change({ origin: 'http://evil.example', host: 'evil.example' })).status).toBe(403);
    expect((await change({ origin: 'http://localhost:3000', host: 'localhost:3000' })).status).toBe(200);
    expect((await change({})).status).toBe(200);
  });

  it('limits attempts by the real address, whatever the forwarded headers say', async () => {
    await forgetAttempts();
    const statuses: number[] = [];
    for (let n = 0; n < 8; n++) {
      const answer = await signIn(
        { ...ADMIN, password: 'wrong' },
        { 'x-forwarded-for': `10.0.0.${n}`, 'x-cortex-client-address': `10.0.0.${n}` },
      );
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    await forgetAttempts();
  });

  it('says the same of a wrong password and an unknown address', async () => {
    const wrong = await signIn({ ...ADMIN, password: 'wrong' });
    const unknown = await signIn({ email: 'nobody@example.com', password: 'wrong' });
    expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
  });

  it('ends the sessions of a banned member at once and refuses the next sign-in', async () => {
    await forgetAttempts();
    const member = await staff('banned@example.com', 'marketer');
    expect((await api.call('GET', '/settings', undefined, { cookie: member.cookie })).status).toBe(200);
    expect((await api.call('PATCH', `/staff/${member.id}`, { banned: true }, { cookie: member.cookie })).status).toBe(
      403,
    );
    expect((await api.call('PATCH', `/staff/${member.id}`, { banned: true })).status).toBe(200);
    expect((await api.call('GET', '/settings', undefined, { cookie: member.cookie })).status).toBe(401);
    const answer = await signIn({ email: 'banned@example.com', password: member.password });
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'BANNED_USER' }]);
    await api.call('PATCH', `/staff/${member.id}`, { banned: false });
    expect((await signIn({ email: 'banned@example.com', password: member.password })).status).toBe(200);
  });

  it('follows a change of role, and a removal, in the next request', async () => {
    await forgetAttempts();
    const member = await staff('moved@example.com', 'admin');
    const audit = () => api.call('GET', '/audit', undefined, { cookie: member.cookie });
    expect((await audit()).status).toBe(200);
    await api.call('PATCH', `/staff/${member.id}`, { role: 'viewer' });
    const refused = await audit();
    expect([refused.status, refused.body]).toMatchObject([403, { detail: expect.stringContaining('viewer') }]);
    await api.call('DELETE', `/staff/${member.id}`);
    expect((await audit()).status).toBe(401);
  });

  it('never leaves an installation without an administrator', async () => {
    const { body } = await api.call<{ items: { id: string; email: string }[] }>('GET', '/staff');
    const boss = body.items.find((item) => item.email === ADMIN.email)!;
    expect((await api.call('PATCH', `/staff/${boss.id}`, { role: 'viewer' })).status).toBe(409);
    expect((await api.call('DELETE', `/staff/${boss.id}`)).status).toBe(409);
  });

  it('invites by a link that works once', async () => {
    await forgetAttempts();
    const invited = await api.call<{ link: string }>('POST', '/staff/invitations', {
      email: 'guest@example.com',
      role: 'support',
    });
    const token = new URL(invited.body.link).pathname.split('/').at(-1);
    const accept = () =>
      signIn({ token, name: 'Guest', password: 'guest password 1' }, {}, '/auth/staff/accept-invitation');
    expect((await accept()).body).toEqual({ email: 'guest@example.com' });
    expect(await accept()).toMatchObject({
      status: 404,
      body: { detail: expect.stringContaining('This invitation was used or withdrawn') },
    });
    expect((await signIn({ email: 'guest@example.com', password: 'guest password 1' })).body).toMatchObject({
      role: 'support',
    });
  });

  it('changes a password and ends the other sessions', async () => {
    await forgetAttempts();
    const member = await staff('pass@example.com', 'viewer');
    const other = await api.signIn('pass@example.com', member.password);
    const change = (current_password: string) =>
      api.call(
        'POST',
        '/auth/staff/password',
        { current_password, new_password: 'a brand new password' },
        { cookie: member.cookie },
      );
    expect((await change('wrong')).status).toBe(400);
    const changed = await change(member.password);
    expect(changed.status).toBe(200);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie: other })).status).toBe(401);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie: cookieOf(changed) })).status).toBe(200);
  });
});

describe('API keys', () => {
  it('are shown once, kept as a hash, and stop working when revoked', async () => {
    const made = await api.call<{ id: string; key: string }>('POST', '/api-keys', {
      name: 'shop',
      kind: 'server',
      scopes: ['ingest'],
    });
    const { id, key } = made.body;
    const activity = { contact_email: 'a@example.com', type: 'page.viewed' };
    expect((await api.call('POST', '/activities', activity, { key })).status).toBe(202);
    const refused = await api.call('GET', '/settings', undefined, { key });
    expect([refused.status, refused.body]).toMatchObject([403, { detail: expect.stringContaining('ingest') }]);
    expect((await api.call('GET', '/api-keys')).text).not.toContain(key);
    const dump = await api.db.database.row<{ text: string }>(
      'select jsonb_agg(k)::text as text from cortex.api_keys k',
    );
    expect(dump!.text).not.toContain(key);
    await api.call('DELETE', `/api-keys/${id}`);
    expect((await api.call('POST', '/activities', activity, { key })).status).toBe(401);
  });

  it('of the browser kind open none of these routes', async () => {
    const { body } = await api.call<{ key: string }>('POST', '/api-keys', {
      name: 'page',
      kind: 'write',
      allowed_types: ['page.viewed'],
    });
    expect(
      (
        await api.call(
          'POST',
          '/activities',
          { contact_email: 'a@example.com', type: 'page.viewed' },
          { key: body.key },
        )
      ).status,
    ).toBe(403);
    expect((await api.call('GET', '/settings', undefined, { key: body.key })).status).toBe(403);
    expect((await api.call('POST', '/api-keys', { name: 'p', kind: 'write', scopes: ['admin'] })).status).toBe(400);
  });

  it('that are unknown or malformed are 401', async () => {
    for (const authorization of ['Bearer nope-nope-nope', 'Bearer', 'Basic abc', `Bearer ${'x'.repeat(500)}`]) {
      const answer = await api.call('GET', '/settings', undefined, { headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
    }
  });
});
