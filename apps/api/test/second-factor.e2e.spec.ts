import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN, cookieOf, testApi, type Answer, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production' });
}, 120_000);
afterAll(() => api?.close());
beforeEach(async () => {
  await api.db.database.run('delete from cortex.sign_in_tries');
});

interface Member {
  id: string;
  email: string;
  password: string;
}

const signIn = ({ email, password }: Pick<Member, 'email' | 'password'>, code?: string, cookie?: string) =>
  api.call<any>(
    'POST',
    '/auth/staff/sign-in',
    { email, password, ...(code ? { code } : {}) },
    {
      anonymous: true,
      ...(cookie ? { cookie } : {}),
    },
  );
const mine = (method: string, path: string, cookie: string, body?: object): Promise<Answer<any>> =>
  api.call(method, `/auth/staff/second-factor${path}`, body, { cookie });
const member = async (name: string, role = 'viewer'): Promise<Member> => {
  const email = `${name}@example.com`;
  const password = `the long password of ${name}s cat`;
  const { body } = await api.call<{ id: string }>('POST', '/staff', { email, name, role, password });
  return { id: body.id, email, password };
};

/** What the phone shows, by an implementation of its own: a step of half a minute, from the clock of the database. */
async function phone(secret: string, away = 0): Promise<string> {
  const bits = [...secret].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0'));
  const key = Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map((byte) => parseInt(byte, 2)),
  );
  const row = await api.db.database.row<{ step: string }>(
    'select floor(extract(epoch from cortex.now()) / 30)::text as step',
  );
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(row!.step) + BigInt(away));
  const mac = createHmac('sha1', key).update(counter).digest();
  const number = (mac.readUInt32BE(mac.at(-1)! & 15) & 0x7fffffff) % 1_000_000;
  return String(number).padStart(6, '0');
}

/** Sets one up. */
async function enroll(someone: Member): Promise<{ secret: string; codes: string[]; cookie: string }> {
  const cookie = cookieOf(await signIn(someone));
  const begun = await mine('POST', '/begin', cookie, { password: someone.password });
  const { secret } = begun.body;
  const confirmed = await mine('POST', '/confirm', cookie, { code: await phone(secret, -1) });
  expect(confirmed.status).toBe(200);
  return { secret, codes: confirmed.body.recovery_codes, cookie };
}

describe('a second factor', () => {
  it('is set up with the password and a first code; from then on the sign-in asks for one', async () => {
    const someone = await member('careful');
    const cookie = cookieOf(await signIn(someone));
    expect((await mine('POST', '/begin', cookie, { password: 'a wrong password' })).body).toMatchObject({
      code: 'wrong_password',
    });
    const begun = await mine('POST', '/begin', cookie, { password: someone.password });
    expect(begun.body.address).toBe(
      `otpauth://totp/Cortex:careful%40example.com?secret=${begun.body.secret}&issuer=Cortex`,
    );
    // Until it is confirmed, nobody is asked.
    expect((await signIn(someone)).status).toBe(200);
    expect((await mine('POST', '/confirm', cookie, { code: '000000' })).body.code).toBe('wrong_code');
    const { body } = await mine('POST', '/confirm', cookie, { code: await phone(begun.body.secret) });
    expect(new Set(body.recovery_codes).size).toBe(10);
    for (const code of body.recovery_codes) expect(code).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){6}$/);
    expect((await mine('GET', '', cookie)).body).toEqual({ enabled: true, recovery_codes: 10 });

    const asked = await signIn(someone);
    expect([asked.status, asked.body.code, asked.headers['set-cookie']]).toEqual([
      401,
      'second_factor_needed',
      undefined,
    ]);
    expect((await signIn({ ...someone, password: 'a wrong password' }, await phone(begun.body.secret))).body.code).toBe(
      'wrong_credentials',
    );
    const signedIn = await signIn(someone, await phone(begun.body.secret, 1));
    expect([signedIn.status, signedIn.body.second_factor]).toEqual([200, true]);
    const factors = await api.db.database.rows<{ factors: string[] }>(
      `select after -> 'factors' as factors from cortex.audit
       where target_id = $1 and action = 'session.started' order by at, id`,
      [someone.id],
    );
    expect([factors[0]!.factors, factors.at(-1)!.factors]).toEqual([['password'], ['password', 'code']]);
  }, 60_000);

  it('lets nobody guess its first code more often than any other', async () => {
    const someone = await member('guessed');
    const cookie = cookieOf(await signIn(someone));
    const { body } = await mine('POST', '/begin', cookie, { password: someone.password });
    const guesses = await Promise.all(
      Array.from({ length: 12 }, () => mine('POST', '/confirm', cookie, { code: '000000' })),
    );
    const counts = { wrong_code: 0, too_many_attempts: 0 };
    for (const guess of guesses) counts[guess.body.code as keyof typeof counts] += 1;
    expect(counts).toEqual({ wrong_code: 5, too_many_attempts: 7 });
    const blocked = await mine('POST', '/confirm', cookie, { code: await phone(body.secret) });
    expect([blocked.status, blocked.headers['retry-after']]).toEqual([429, expect.any(String)]);
    const audit = await api.call<any>('GET', '/audit?action=sign_in.failed');
    expect(audit.body.items.filter((entry: any) => entry.target_id === someone.id)).toHaveLength(5);
    await api.db.database.run('delete from cortex.sign_in_tries');
    expect((await mine('POST', '/confirm', cookie, { code: await phone(body.secret) })).status).toBe(200);
  }, 60_000);

  it('takes each code of the app once', async () => {
    const someone = await member('watched');
    const { secret } = await enroll(someone);
    const code = await phone(secret);
    expect((await signIn(someone, code)).status).toBe(200);
    expect((await signIn(someone, code)).body.code).toBe('wrong_code');
    expect((await signIn(someone, await phone(secret, -1))).body.code).toBe('wrong_code');
  }, 60_000);

  it('takes each recovery code once, however it is typed, and stores none', async () => {
    const someone = await member('phoneless');
    const { codes, secret, cookie } = await enroll(someone);
    expect((await signIn(someone, ` ${codes[0]!.toUpperCase().replaceAll('-', ' ')} `)).status).toBe(200);
    expect((await signIn(someone, codes[0])).body.code).toBe('wrong_code');
    expect((await mine('GET', '', cookie)).body).toEqual({ enabled: true, recovery_codes: 9 });
    const stored = await api.db.database.row<{ text: string }>(
      `select concat((select jsonb_agg(c)::text from cortex.staff_recovery_codes c),
         (select jsonb_agg(f)::text from cortex.staff_second_factors f), (select jsonb_agg(a)::text from cortex.audit a)) as text`,
    );
    const plain = Buffer.from(codes[1]!.replaceAll('-', '')).toString('hex');
    for (const kept of [codes[1]!, plain, secret, api.adminKey])
      expect(stored!.text + api.logged()).not.toContain(kept);
    const renewed = await mine('POST', '/recovery-codes', cookie, { password: someone.password });
    expect((await signIn(someone, codes[1])).body.code).toBe('wrong_code');
    expect((await signIn(someone, renewed.body.recovery_codes[0])).status).toBe(200);
  }, 60_000);

  it('bounds guesses at the code, and the right person still gets in on their own device', async () => {
    const someone = await member('guarded');
    const { secret } = await enroll(someone);
    const device = cookieOf(await signIn(someone, await phone(secret)));
    const guesses: number[] = [];
    for (let at = 0; at < 8; at++) guesses.push((await signIn(someone, `00000${at}`)).status);
    expect(guesses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    // However slow the machine: the pause is not over.
    await api.db.database.run(
      `update cortex.sign_in_tries set blocked_until = cortex.now() + interval '1 hour' where blocked_until is not null`,
    );
    expect((await signIn(someone, await phone(secret, 1))).status).toBe(429);
    expect((await signIn(someone, await phone(secret, 1), device)).status).toBe(200);
  }, 60_000);

  it('is turned off with the password, or by an administrator; both are audited', async () => {
    const someone = await member('changing');
    const { cookie } = await enroll(someone);
    expect((await mine('POST', '/begin', cookie, { password: someone.password })).status).toBe(409);
    expect((await mine('POST', '/remove', cookie, { password: 'a wrong password' })).status).toBe(400);
    expect((await mine('POST', '/remove', cookie, { password: someone.password })).status).toBe(200);
    expect((await signIn(someone)).status).toBe(200);
    const again = await enroll(someone);
    const staff = await api.call<{ items: { email: string; second_factor: boolean }[] }>('GET', '/staff');
    expect(staff.body.items.find(({ email }) => email === someone.email)!.second_factor).toBe(true);
    expect((await api.call('DELETE', `/staff/${someone.id}/second-factor`)).status).toBe(200);
    expect((await api.call('DELETE', `/staff/${someone.id}/second-factor`)).status).toBe(404);
    expect((await mine('GET', '', again.cookie)).status).toBe(401);
    expect((await signIn(someone)).status).toBe(200);
    const actions = await api.db.database.rows<{ action: string }>(
      `select action from cortex.audit where target_id = $1 and action like 'second_factor%' order by at, id`,
      [someone.id],
    );
    expect(actions.map(({ action }) => action)).toEqual([
      'second_factor.added',
      'second_factor.removed',
      'second_factor.added',
      'second_factor.reset',
    ]);
  }, 60_000);

  it('stays when a password is forgotten', async () => {
    const someone = await member('forgetful');
    await enroll(someone);
    const { body } = await api.call<{ link: string }>('POST', `/staff/${someone.id}/reset-password`);
    const token = new URL(body.link).pathname.split('/').at(-1);
    const taken = await api.call(
      'POST',
      '/auth/staff/reset/confirm',
      { token, password: 'a new long sentence' },
      { anonymous: true },
    );
    expect(taken.status).toBe(200);
    expect((await signIn({ ...someone, password: 'a new long sentence' })).body.code).toBe('second_factor_needed');
  }, 60_000);
});

describe('a workspace that demands a second factor of administrators', () => {
  const demand = (on: boolean) => api.call('PATCH', '/settings', { admins_need_second_factor: on });
  afterAll(() => demand(false));

  it('lets those without one do nothing but set it up, and leaves everybody else alone', async () => {
    const boss = await member('boss-two', 'admin');
    const marketer = await member('marketer-two', 'marketer');
    const cookies = { boss: cookieOf(await signIn(boss)), marketer: cookieOf(await signIn(marketer)) };
    expect((await demand(true)).status).toBe(200);
    const settings = (cookie: string) => api.call<any>('GET', '/settings', undefined, { cookie });
    const refused = await settings(cookies.boss);
    expect([refused.status, refused.body.code]).toEqual([403, 'second_factor_missing']);
    expect((await api.call('PATCH', '/settings', { name: 'x' }, { cookie: cookies.boss })).status).toBe(403);
    expect((await settings(cookies.marketer)).status).toBe(200);
    const session = await api.call('GET', '/auth/staff/session', undefined, { cookie: cookies.boss });
    expect(session.body).toMatchObject({ second_factor: false, second_factor_missing: true });
    const begun = await mine('POST', '/begin', cookies.boss, { password: boss.password });
    await mine('POST', '/confirm', cookies.boss, { code: await phone(begun.body.secret) });
    expect((await settings(cookies.boss)).status).toBe(200);
    // Keys of programs are no administrators.
    expect((await api.call('GET', '/settings')).status).toBe(200);
    const first = await api.signIn(ADMIN.email, ADMIN.password);
    expect((await settings(first)).status).toBe(403);
  }, 60_000);
});
