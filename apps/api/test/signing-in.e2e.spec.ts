import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StaffSignIn } from '#access';
import * as contracts from '#contracts';
import { CustomerSignIn } from '#customers';
import { besideOthers } from '#testing';
import { hashPassword as oldHash } from 'better-auth/crypto';
import { ADMIN, cookieOf, testApi, type Answer, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production', CORTEX_TRUST_PROXY: '1' });
}, 120_000);
afterAll(() => api?.close());
beforeEach(async () => {
  await api.db.database.run('delete from cortex.sign_in_tries');
});

/** From an address of its own: the proxy in front is trusted here. */
const signIn = (
  { email, password }: { email: string; password: string },
  from = '198.51.100.1',
  cookie?: string,
): Promise<Answer<any>> =>
  api.call(
    'POST',
    '/auth/staff/sign-in',
    { email, password },
    {
      anonymous: true,
      headers: { 'x-forwarded-for': from },
      ...(cookie ? { cookie } : {}),
    },
  );
const member = async (name: string, role = 'viewer') => {
  const email = `${name}@example.com`;
  const password = `the long password of ${name}s cat`;
  const { body } = await api.call<{ id: string }>('POST', '/staff', { email, name, role, password });
  return { id: body.id, email, password };
};
const audited = (action: string, target?: string) =>
  api.db.database.rows<{ actor: string; target_id: string | null; after: unknown }>(
    `select actor, target_id, after from cortex.audit
     where action = $1 and ($2::text is null or target_id = $2) order by at, id`,
    [action, target ?? null],
  );
const statuses = (answers: Answer<unknown>[]) => {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
};

describe('what of better-auth can be reached', () => {
  it('is nothing: each of its endpoints, by each method, is a 404 or a route of ours', async () => {
    const below = async (root: string, of: { libraryPaths(): Promise<string[]> }) => [
      ...new Set((await of.libraryPaths()).map((path) => `${root}${path.replaceAll(/:\w+/g, 'x')}`)),
    ];
    const staff = await below('/auth/staff', api.app.get(StaffSignIn));
    const customers = await below('/auth/customer', api.app.get(CustomerSignIn));
    expect([staff.length > 25, customers.length]).toEqual([true, staff.length]);
    const paths = [...staff, ...customers];
    expect(paths).toEqual(
      expect.arrayContaining([
        '/auth/staff/verify-password',
        '/auth/staff/update-user',
        '/auth/staff/sign-in/email',
        '/auth/staff/get-session',
      ]),
    );
    const ours = new Set(contracts.routesOf(contracts).map(({ method, path }) => `${method} ${path}`));
    const cookie = await api.signIn(ADMIN.email, ADMIN.password);
    const open: string[] = [];
    for (const path of [...paths, '/auth/staff/', '/auth/staff/nowhere', '/auth/customer/', '/auth/customer/nowhere']) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        if (ours.has(`${method} ${path}`)) open.push(`${method} ${path}`);
        else {
          const answer = await api.call(method, path, method === 'GET' ? undefined : {}, { cookie });
          expect([method, path, answer.status]).toEqual([method, path, 404]);
        }
      }
    }
    expect(open).toEqual(['POST /auth/staff/sign-out', 'POST /auth/customer/sign-out']);
  });
});

describe('how often one may try', () => {
  it('stops 200 guesses at one account from 40 addresses after five, all at the same moment', async () => {
    const target = await member('target');
    const guesses = Array.from({ length: 200 }, (_, at) =>
      signIn({ email: target.email, password: `guess number ${at}` }, `203.0.113.${at % 40}`),
    );
    const answers = await Promise.all(guesses);
    // On a slow machine the first pauses end meanwhile, and some find no connection to the database in time.
    const { 401: tried = 0, 429: stopped = 0, 503: busy = 0 } = statuses(answers);
    expect([tried + stopped + busy, stopped > 100, tried >= 5, tried <= 8]).toEqual([200, true, true, true]);
    const refused = answers.find(({ status }) => status === 429)!;
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(refused.body).toMatchObject({ code: 'too_many_attempts', retry_after: expect.any(Number) });
  }, 60_000);

  it('makes each further pause longer, up to a quarter of an hour', async () => {
    const target = await member('patient');
    const guess = () => signIn({ ...target, password: 'a wrong password' });
    await guess();
    const pauses: number[] = [];
    for (const tries of [4, 5, 6, 11, 40]) {
      await api.db.database.run('update cortex.sign_in_tries set tries = $1, blocked_until = null', [tries]);
      expect((await guess()).status).toBe(401);
      // Told by what the database says: seconds pass meanwhile.
      const row = await api.db.database.row<{ pause: number }>(
        'select max(extract(epoch from blocked_until - last_at))::int as pause from cortex.sign_in_tries',
      );
      pauses.push(row!.pause);
      const refused = await guess();
      expect([refused.status, Number(refused.headers['retry-after']) <= row!.pause]).toEqual([429, true]);
    }
    expect(pauses).toEqual([5, 10, 20, 640, 900]);
  }, 60_000);

  it('lets in the right person on a device that they signed in on before, while others guess', async () => {
    const target = await member('known');
    const device = cookieOf(await signIn(target, '203.0.113.200'));
    for (let at = 0; at < 6; at++) await signIn({ ...target, password: 'a wrong password' }, `203.0.113.${at}`);
    expect((await signIn(target, '203.0.113.201')).status).toBe(429);
    expect((await signIn(target, '203.0.113.201', device)).status).toBe(200);
    // The mark of one member says nothing about another.
    const other = await member('unknown');
    for (let at = 0; at < 6; at++) await signIn({ ...other, password: 'a wrong password' }, `203.0.113.${at}`);
    expect((await signIn(other, '203.0.113.201', device)).status).toBe(429);
  }, 60_000);

  it('counts guesses on such a device, too', async () => {
    const target = await member('stolen');
    const device = cookieOf(await signIn(target));
    const answers: Answer<unknown>[] = [];
    for (let at = 0; at < 8; at++)
      answers.push(await signIn({ ...target, password: 'a wrong password' }, '203.0.113.7', device));
    expect(statuses(answers)).toEqual({ 401: 5, 429: 3 });
    expect((await signIn(target, '203.0.113.8')).status).toBe(200);
  }, 60_000);

  it('does not lock out everybody behind one proxy after six wrong tries', async () => {
    const clumsy = await member('clumsy');
    const colleague = await member('colleague');
    for (let at = 0; at < 6; at++) await signIn({ ...clumsy, password: 'a wrong password' }, '192.0.2.1');
    expect((await signIn(colleague, '192.0.2.1')).status).toBe(200);
  }, 60_000);

  it('stops one address that tries many accounts, also those that nobody has', async () => {
    const guess = (at: number) =>
      signIn({ email: `nobody${at}@example.com`, password: 'a wrong password' }, '192.0.2.9');
    expect((await guess(0)).status).toBe(401);
    await api.db.database.run('update cortex.sign_in_tries set tries = 28');
    const answers: Answer<unknown>[] = [];
    for (let at = 1; at < 6; at++) answers.push(await guess(at));
    expect(statuses(answers)).toEqual({ 401: 2, 429: 3 });
    expect((await signIn({ email: 'nobody@example.com', password: 'x' }, '2001:db8:1:2::1')).status).toBe(401);
  }, 60_000);

  it('says the same of a member and of nobody, also when it stops', async () => {
    const target = await member('same');
    // Apart from the seconds, which pass meanwhile.
    const told = ({ text }: Answer<unknown>) => text.replaceAll(/\d+/g, 'n');
    for (let at = 0; at < 7; at++) {
      const from = `192.0.2.${at}`;
      const known = await signIn({ ...target, password: 'a wrong password' }, from);
      const unknown = await signIn({ email: 'same@example.org', password: 'a wrong password' }, from);
      expect([at, known.status, told(known)]).toEqual([at, unknown.status, told(unknown)]);
    }
  }, 60_000);

  it('keeps a bounded number of rows and forgets those that are a day old', async () => {
    await signIn({ email: 'old@example.com', password: 'a wrong password' });
    await api.db.database.run(`update cortex.sign_in_tries set last_at = cortex.now() - interval '25 hours'`);
    await signIn({ email: 'new@example.com', password: 'a wrong password' }, '192.0.2.77');
    const rows = await api.db.database.rows(
      `select 1 from cortex.sign_in_tries where last_at < cortex.now() - interval '1 day'`,
    );
    expect(rows).toEqual([]);
    const keys = await api.db.database.rows<{ n: string }>(
      `select max(('x' || encode(substr(key, 2), 'hex'))::bit(32)::int)::text as n from cortex.sign_in_tries`,
    );
    expect(Number(keys[0]!.n)).toBeLessThan(2 ** 20);
  });

  it('lets the right person in again after wrong tries', async () => {
    const target = await member('typing');
    for (let at = 0; at < 4; at++) await signIn({ ...target, password: 'a wrong password' });
    expect((await signIn(target)).status).toBe(200);
    for (let at = 0; at < 4; at++) expect((await signIn({ ...target, password: 'wrong' })).status).toBe(401);
  }, 60_000);
});

describe('what the audit says of signing in', () => {
  it('has each sign-in, failure and change of a password, and never a password', async () => {
    const someone = await member('audited');
    await signIn({ ...someone, password: 'hunter2 hunter2 hunter2' }, '192.0.2.5');
    const cookie = cookieOf(await signIn(someone, '192.0.2.5'));
    const changed = await api.call(
      'POST',
      '/auth/staff/password',
      { current_password: someone.password, new_password: 'a brand new long sentence' },
      { cookie },
    );
    expect(changed.status).toBe(200);
    expect(await audited('sign_in.failed', someone.id)).toEqual([
      { actor: 'not signed in', target_id: someone.id, after: { ip: '192.0.2.5', reason: 'password' } },
    ]);
    expect(await audited('session.started', someone.id)).toMatchObject([{ actor: someone.email }]);
    expect(await audited('password.changed', someone.id)).toMatchObject([{ actor: someone.email }]);
    const all = await api.db.database.row<{ text: string }>('select jsonb_agg(a)::text as text from cortex.audit a');
    for (const secret of ['hunter2', someone.password, 'a brand new long sentence'])
      expect(all!.text + api.logged()).not.toContain(secret);
  });

  it('keeps a bounded number of failures with made-up addresses, without what was typed, and asks for a look', async () => {
    await api.db.database.tx(async (tx) => {
      // As nobody can but the owner of the database.
      await tx.run("set local session_replication_role = 'replica'");
      await tx.run("delete from cortex.audit where action = 'sign_in.failed'");
    });
    await api.db.database.run(
      `insert into cortex.audit (actor, action, after)
       select 'not signed in', 'sign_in.failed', '{}' from generate_series(1, 18)`,
    );
    for (let at = 0; at < 4; at++)
      await signIn({ email: `made-up-${at}@example.com`, password: 'a wrong password' }, `192.0.2.${at}`);
    const failures = await audited('sign_in.failed');
    expect(failures.length).toBe(20);
    expect(JSON.stringify(failures)).not.toContain('made-up');
    const { body } = await api.call<{ items: { kind: string }[] }>('GET', '/attention');
    expect(body.items.map(({ kind }) => kind)).toContain('sign_in_failures');
  }, 60_000);

  it('asks for a look at many failures of one member', async () => {
    await api.db.database.run('delete from cortex.attention');
    const target = await member('guessed');
    for (const tries of [1, 8, 9]) {
      await api.db.database.run('update cortex.sign_in_tries set tries = $1, blocked_until = null', [tries]);
      await signIn({ ...target, password: 'a wrong password' });
    }
    const { body } = await api.call<{ items: { key: string; detail: string }[] }>('GET', '/attention');
    expect(body.items.map(({ key }) => key)).toEqual([`sign_in:${target.id}`]);
    expect(body.items[0]!.detail).not.toContain(target.email);
  }, 60_000);
});

describe('passwords', () => {
  const add = (password: string) =>
    api.call('POST', '/staff', { email: 'anna.weber@school.test', name: 'Anna Weber', role: 'viewer', password });

  it.each([
    'qwertyuiop',
    'Password123',
    '1234567890',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'anna.weber@school.test',
    'anna.weber2026!',
    'Anna Weber 1',
    'Cortex2026!!',
    'shortpass',
    'x'.repeat(129),
  ])('refuses %s', async (password) => {
    const answer = await add(password);
    expect([answer.status, answer.body]).toMatchObject([400, { errors: [{ pointer: '/password' }] }]);
  });

  it.each(['four plain lower words', 'ひらがなとカタカナの言葉です', 'nur kleine buchstaben'])(
    'takes %s',
    async (password) => {
      const answer = await add(password);
      expect(answer.status).toBe(201);
      await api.call('DELETE', `/staff/${(answer.body as { id: string }).id}`);
    },
  );

  it('count exactly as they were typed: case, blanks and every character to the last', async () => {
    const password = `${'Long Words '.repeat(10)}to the end`;
    const email = 'exact@example.com';
    await api.call('POST', '/staff', { email, name: 'Exact', role: 'viewer', password });
    const wrong = [password.toLowerCase(), ` ${password}`, password.replaceAll(' ', ''), password.slice(0, 72)];
    const answers: number[] = [];
    for (const each of wrong) answers.push((await signIn({ email, password: each })).status);
    expect(answers).toEqual(wrong.map(() => 401));
    expect((await signIn({ email, password: `${password.slice(0, -1)}D` })).status).toBe(401);
    await api.db.database.run('delete from cortex.sign_in_tries');
    expect((await signIn({ email, password })).status).toBe(200);
  });

  it('are kept at the cost of OWASP, and those of before are hashed anew at the next sign-in', async () => {
    const someone = await member('rehashed');
    const stored = async () =>
      (await api.db.database.row<{ password: string }>(
        'select password from cortex_staff.account where "userId" = $1',
        [someone.id],
      ))!.password;
    expect(await stored()).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    await api.db.database.run('update cortex_staff.account set password = $2 where "userId" = $1', [
      someone.id,
      await oldHash(someone.password),
    ]);
    expect((await signIn({ ...someone, password: 'a wrong password' })).status).toBe(401);
    expect(await stored()).not.toContain('$scrypt$');
    expect((await signIn(someone)).status).toBe(200);
    expect(await stored()).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/);
    expect((await signIn(someone)).status).toBe(200);
  });

  it('are hashed outside the event loop, few at a time', async () => {
    const { result, held } = await besideOthers(() =>
      Promise.all(
        Array.from({ length: 12 }, (_, at) =>
          signIn({ email: `busy${at}@example.com`, password: 'a wrong password' }, `192.0.2.${at}`),
        ),
      ),
    );
    expect(statuses(result)).toEqual({ 401: 12 });
    // One hash takes longer than this by itself.
    expect(held).toBeLessThan(150);
  }, 60_000);
});
