import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ADMIN, cookieOf, testApi, type Answer, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production' });
}, 120_000);
afterAll(() => api?.close());

const signIn = ({ email, password }: { email: string; password: string }, cookie?: string): Promise<Answer<any>> =>
  api.call('POST', '/auth/staff/sign-in', { email, password }, { anonymous: true, ...(cookie ? { cookie } : {}) });
const session = (cookie: string, headers: Record<string, string> = {}) =>
  api.call('GET', '/auth/staff/session', undefined, { cookie, headers });
const member = async (name: string, role = 'viewer') => {
  const email = `${name}@example.com`;
  const password = `the long password of ${name}s cat`;
  const { body } = await api.call<{ id: string }>('POST', '/staff', { email, name, role, password });
  return { id: body.id, email, password };
};

describe('sessions', () => {
  it('end a week after they began, whatever happens', async () => {
    const someone = await member('week');
    const signedIn = await signIn(someone);
    expect(String(signedIn.headers['set-cookie'])).toContain('Max-Age=604800');
    const cookie = cookieOf(signedIn);
    await api.db.database.run(
      `update cortex_staff.session set "expiresAt" = "expiresAt" - interval '7 days', "updatedAt" = now() where "userId" = $1`,
      [someone.id],
    );
    expect((await session(cookie)).status).toBe(401);
  });

  it('do not become longer by use, and end after a day without any', async () => {
    const someone = await member('idle');
    const cookie = cookieOf(await signIn(someone));
    const idle = (span: string) =>
      api.db.database.run(`update cortex_staff.session set "updatedAt" = now() - $2::interval where "userId" = $1`, [
        someone.id,
        span,
      ]);
    const times = () =>
      api.db.database.row<{ end: Date; seen: Date }>(
        'select "expiresAt" as end, "updatedAt" as seen from cortex_staff.session where "userId" = $1',
        [someone.id],
      );
    const before = (await times())!;
    await idle('23 hours');
    expect((await session(cookie)).status).toBe(200);
    const after = (await times())!;
    expect(after.end).toEqual(before.end);
    expect(after.seen.getTime()).toBeGreaterThanOrEqual(before.seen.getTime());
    await idle('25 hours');
    expect((await session(cookie)).status).toBe(401);
    expect(await times()).toBeUndefined();
  });

  it('are replaced by a new sign-in', async () => {
    const someone = await member('replaced');
    const first = cookieOf(await signIn(someone));
    const second = cookieOf(await signIn(someone, first));
    expect((await session(first)).status).toBe(401);
    expect((await session(second)).status).toBe(200);
  });

  it('are listed to their owner, and end one by one, the others, or all', async () => {
    const someone = await member('everywhere');
    const [here, there, elsewhere] = [
      cookieOf(await signIn(someone)),
      cookieOf(await signIn(someone)),
      cookieOf(await signIn(someone)),
    ];
    const mine = (cookie: string) =>
      api.call<{ items: { id: string; current: boolean; email: string }[] }>('GET', '/sessions/mine', undefined, {
        cookie,
      });
    const { items } = (await mine(here!)).body;
    expect(items.map(({ current, email }) => [current, email])).toEqual([
      [false, someone.email],
      [false, someone.email],
      [true, someone.email],
    ]);
    const others = (await mine(cookieOf(await signIn(await member('foreign'))))).body.items;
    expect((await api.call('DELETE', `/sessions/mine/${others[0]!.id}`, undefined, { cookie: here! })).status).toBe(
      404,
    );
    expect((await api.call('DELETE', `/sessions/mine/${items[0]!.id}`, undefined, { cookie: here! })).status).toBe(200);
    expect((await session(elsewhere!)).status).toBe(401);
    const rest = await api.call('DELETE', '/sessions?keep_this=true', undefined, { cookie: here! });
    expect(rest.body).toEqual({ ended: 1 });
    expect([(await session(there!)).status, (await session(here!)).status]).toEqual([401, 200]);
    expect((await api.call('DELETE', '/sessions', undefined, { cookie: here! })).body).toEqual({ ended: 1 });
    expect((await session(here!)).status).toBe(401);
  });

  it('are not disturbed by what a proxy puts into Authorization', async () => {
    const cookie = await api.signIn(ADMIN.email, ADMIN.password);
    expect((await session(cookie, { authorization: 'Basic c2hvcDpzaG9w' })).status).toBe(200);
    // A key that is sent counts, whatever the cookie says.
    expect((await session(cookie, { authorization: 'Bearer not-a-key-0123456789' })).status).toBe(401);
    const alone = await api.call('GET', '/settings', undefined, {
      headers: { authorization: 'Basic c2hvcDpzaG9w' },
    });
    expect(alone.status).toBe(401);
  });

  it('leave nothing in caches', async () => {
    const cookie = await api.signIn(ADMIN.email, ADMIN.password);
    for (const [path, status] of [
      ['/auth/staff/session', 200],
      ['/staff', 200],
      ['/contacts', 200],
      ['/contacts/nobody', 400],
      ['/nowhere', 404],
    ] as const) {
      const answer = await api.call('GET', path, undefined, { cookie });
      expect([path, answer.status, answer.headers['cache-control']]).toEqual([path, status, 'no-store']);
    }
    expect((await api.call('GET', '/contacts', undefined, { anonymous: true })).headers['cache-control']).toBe(
      'no-store',
    );
  });
});

describe('behind TLS', () => {
  it('sets cookies that only this host has, and takes no others', async () => {
    const secure = await testApi({ NODE_ENV: 'production', CORTEX_PUBLIC_URL: 'https://cortex.example.com' });
    try {
      const answer = await secure.call('POST', '/auth/staff/sign-in', ADMIN, { anonymous: true });
      const lines = [answer.headers['set-cookie']].flat().map(String);
      expect(lines.map((line) => line.split('=')[0])).toEqual([
        '__Host-cortex_staff.session_token',
        '__Host-cortex_staff.device',
      ]);
      for (const line of lines)
        expect(line).toMatch(/; Path=\/; HttpOnly; .*SameSite=Lax|; Path=\/; HttpOnly; SameSite=Lax/);
      for (const line of lines) expect(line).toMatch(/; Secure/);
      for (const line of lines) expect(line).not.toMatch(/Domain/i);
      const cookie = cookieOf(answer);
      expect((await secure.call('GET', '/auth/staff/session', undefined, { cookie })).status).toBe(200);
      const plain = cookie.replaceAll('__Host-', '');
      expect((await secure.call('GET', '/auth/staff/session', undefined, { cookie: plain })).status).toBe(401);
    } finally {
      await secure.close();
    }
  }, 120_000);
});

describe('a proxy that forwards without being trusted', () => {
  it('is said once in the log and under Needs attention, until it is trusted', async () => {
    const untrusting = await testApi({ NODE_ENV: 'production' });
    try {
      for (let at = 0; at < 3; at++)
        await untrusting.call('GET', '/settings', undefined, { headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(untrusting.logged().match(/CORTEX_TRUST_PROXY does not name/g)).toHaveLength(1);
      const { body } = await untrusting.call<{ items: { key: string }[] }>('GET', '/attention');
      expect(body.items.map(({ key }) => key)).toEqual(['proxy_not_trusted']);
    } finally {
      await untrusting.close();
    }
  }, 120_000);
});
