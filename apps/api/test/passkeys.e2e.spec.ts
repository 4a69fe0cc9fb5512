import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { cookieOf, testApi, type TestApi } from './api.fixture.js';
import { SoftwarePasskey } from './software-passkey.fixture.js';

const origin = 'https://cortex.example.com';
let api: TestApi;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production', CORTEX_PUBLIC_URL: origin });
}, 120_000);
afterAll(() => api?.close());
beforeEach(async () => {
  await api.db.clock.reset();
  await api.db.database.run('delete from cortex.sign_in_tries');
});

interface Member {
  id: string;
  email: string;
  password: string;
  cookie: string;
}

const open = (path: string, body?: object, headers: Record<string, string> = {}) =>
  api.call<any>('POST', `/auth/staff/${path}`, body, { anonymous: true, headers: { origin, ...headers } });
const mine = (someone: Member, method: string, path: string, body?: object) =>
  api.call<any>(method, `/auth/staff/passkeys${path}`, body, { cookie: someone.cookie, headers: { origin } });
const member = async (name: string): Promise<Member> => {
  const account = { email: `${name}@example.com`, password: `the long password of ${name}s cat` };
  const { body } = await api.call<{ id: string }>('POST', '/staff', { ...account, name, role: 'viewer' });
  return { id: body.id, ...account, cookie: await api.signIn(account.email, account.password) };
};
const begin = async (someone: Member): Promise<string> =>
  (await mine(someone, 'POST', '/begin', { password: someone.password })).body.options.challenge;
const add = async (someone: Member, passkey: SoftwarePasskey, name = 'Laptop') =>
  mine(someone, 'POST', '', { name, response: passkey.create(await begin(someone), { origin }) });
const asked = async (): Promise<string> => (await open('passkey/begin')).body.options.challenge;
const signIn = async (passkey: SoftwarePasskey, wish: object = {}, challenge?: string) =>
  open('passkey', { response: passkey.get(challenge ?? (await asked()), { origin, ...wish }) });
const audited = (action: string, id: string) =>
  api.db.database.rows<{ after: object }>(
    'select after from cortex.audit where action = $1 and target_id = $2 order by at',
    [action, id],
  );

describe('a passkey', () => {
  it('is added with the password, signs in without one, and is told of in the audit', async () => {
    const ann = await member('ann');
    const passkey = new SoftwarePasskey();
    expect((await mine(ann, 'POST', '/begin', { password: 'a wrong password' })).body.code).toBe('wrong_password');
    const { body } = await mine(ann, 'POST', '/begin', { password: ann.password });
    expect(body.options).toMatchObject({
      rp: { id: 'cortex.example.com', name: 'Cortex' },
      user: { name: 'ann@example.com' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [],
    });
    const added = await mine(ann, 'POST', '', {
      name: 'Laptop',
      response: passkey.create(body.options.challenge, { origin }),
    });
    expect([added.status, added.body]).toEqual([
      201,
      expect.objectContaining({ name: 'Laptop', synced: false, last_used_at: null }),
    ]);

    const asking = await open('passkey/begin');
    // It does not say who has one.
    expect(asking.body.options).toMatchObject({ rpId: 'cortex.example.com', userVerification: 'required' });
    expect(asking.body.options.allowCredentials ?? []).toEqual([]);
    const signedIn = await signIn(passkey, {}, asking.body.options.challenge);
    expect([signedIn.status, signedIn.body.email]).toEqual([200, ann.email]);
    const session = await api.call('GET', '/auth/staff/session', undefined, { cookie: cookieOf(signedIn) });
    expect(session.body).toMatchObject({ email: ann.email, role: 'viewer' });
    expect((await mine(ann, 'GET', '')).body.passkeys).toMatchObject([
      { name: 'Laptop', last_used_at: expect.any(String) },
    ]);
    expect((await audited('passkey.added', ann.id)).map(({ after }) => after)).toMatchObject([{ name: 'Laptop' }]);
    expect((await audited('session.started', ann.id)).at(-1)!.after).toMatchObject({ factors: ['passkey'] });
    // The device is known from then on, and offers no second one.
    const again = await mine(ann, 'POST', '/begin', { password: ann.password });
    expect(again.body.options.excludeCredentials).toHaveLength(1);
  });

  it('answers once, in time, to our question, for our site and after asking its owner', async () => {
    const bea = await member('bea');
    const passkey = new SoftwarePasskey();
    await add(bea, passkey);
    const challenge = await asked();
    expect((await signIn(passkey, {}, challenge)).status).toBe(200);
    expect((await signIn(passkey, {}, challenge)).body.code).toBe('wrong_passkey');
    expect((await signIn(passkey, { origin: 'https://cortex.example.net' })).body.code).toBe('wrong_passkey');
    expect((await signIn(passkey, { verified: false })).body.code).toBe('wrong_passkey');
    expect((await signIn(passkey, {}, 'bm8gcXVlc3Rpb24')).body.code).toBe('wrong_passkey');
    // What was made for adding one opens nothing.
    expect((await signIn(passkey, {}, await begin(bea))).body.code).toBe('wrong_passkey');
    const late = await asked();
    await api.db.clock.advance({ minutes: 6 });
    expect((await signIn(passkey, {}, late)).body.code).toBe('wrong_passkey');
    expect((await signIn(passkey)).status).toBe(200);
  });

  it('of which somebody made a copy is noticed by its counter', async () => {
    const cat = await member('cat');
    const passkey = new SoftwarePasskey();
    await add(cat, passkey);
    expect((await signIn(passkey, { counter: 5 })).status).toBe(200);
    expect((await signIn(passkey, { counter: 5 })).body.code).toBe('wrong_passkey');
    expect((await signIn(passkey, { counter: 6 })).status).toBe(200);
  });

  it('is added by whom it was asked of, to one account, and not more than 20', async () => {
    const [dan, eve] = [await member('dan'), await member('eve')];
    const passkey = new SoftwarePasskey();
    const challenge = await begin(dan);
    const response = passkey.create(challenge, { origin });
    expect((await mine(eve, 'POST', '', { name: 'Mine', response })).body.code).toBe('unreadable_passkey');
    expect((await mine(dan, 'POST', '', { name: 'Mine', response })).status).toBe(201);
    expect((await mine(dan, 'POST', '', { name: 'Mine', response })).body.code).toBe('unreadable_passkey');
    expect((await add(eve, passkey)).body.code).toBe('already_exists');
    for (const wish of [{ verified: false }, { origin: 'https://cortex.example.net' }]) {
      const wrong = new SoftwarePasskey().create(await begin(eve), { origin, ...wish });
      expect((await mine(eve, 'POST', '', { name: 'x', response: wrong })).body.code).toBe('unreadable_passkey');
    }
    for (let n = 2; n <= 20; n++) expect((await add(dan, new SoftwarePasskey(), `Key ${n}`)).status).toBe(201);
    expect((await add(dan, new SoftwarePasskey())).body.code).toBe('already_exists');
    expect((await mine(dan, 'GET', '')).body.passkeys).toHaveLength(20);
  });

  it('opens nothing once it is removed, its owner is banned, or a colleague takes the second factor away', async () => {
    const fay = await member('fay');
    const passkeys = [new SoftwarePasskey(), new SoftwarePasskey()];
    for (const passkey of passkeys) await add(fay, passkey);
    const known = (await mine(fay, 'GET', '')).body.passkeys;
    const gus = await member('gus');
    const remove = (who: Member, password: string) =>
      mine(who, 'POST', `/${known[0].id}/remove`, { password }).then(({ body }) => body.code ?? 'done');
    expect(await remove(gus, gus.password)).toBe('not_found');
    expect(await remove(fay, 'a wrong password')).toBe('wrong_password');
    expect(await remove(fay, fay.password)).toBe('done');
    expect((await signIn(passkeys[0]!)).body.code).toBe('wrong_passkey');
    expect((await signIn(passkeys[1]!)).status).toBe(200);
    expect(await audited('passkey.removed', fay.id)).toHaveLength(1);
    await api.call('PATCH', `/staff/${fay.id}`, { banned: true });
    expect((await signIn(passkeys[1]!)).body.code).toBe('BANNED_USER');
    await api.call('PATCH', `/staff/${fay.id}`, { banned: false });
    await api.db.database.run(
      `insert into cortex.staff_second_factors (staff_id, secret, confirmed_at) values ($1, '\\x00', now())`,
      [fay.id],
    );
    expect((await api.call('DELETE', `/staff/${fay.id}/second-factor`)).status).toBe(200);
    expect((await signIn(passkeys[1]!)).body.code).toBe('wrong_passkey');
  });

  it('is not asked for by pages of others, and guessing gets slower', async () => {
    for (const path of ['passkey/begin', 'passkey']) {
      const body = path === 'passkey' ? { response: new SoftwarePasskey().get('eA', { origin }) } : undefined;
      expect((await open(path, body, { origin: 'https://evil.example' })).body.code).toBe('other_site');
    }
    const tries: string[] = [];
    for (let n = 0; n < 31; n++) tries.push((await signIn(new SoftwarePasskey())).body.code);
    expect(new Set(tries.slice(0, 29))).toEqual(new Set(['wrong_passkey']));
    expect(tries.at(-1)).toBe('too_many_attempts');
  });

  it('needs a name: browsers keep none for an IP address', async () => {
    const bare = await testApi({ CORTEX_PUBLIC_URL: 'http://127.0.0.1:3000' });
    try {
      const answer = await bare.call<any>('POST', '/auth/staff/passkey/begin', undefined, { anonymous: true });
      expect([answer.status, answer.body.code]).toEqual([422, 'passkeys_need_a_name']);
      expect(answer.body.detail).toMatch(/^Browsers keep no passkeys for 127\.0\.0\.1\. Open Cortex by its name/);
    } finally {
      await bare.close();
    }
  }, 60_000);
});
