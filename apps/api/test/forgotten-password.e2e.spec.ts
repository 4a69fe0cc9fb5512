import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { cookieOf, testApi, type TestApi } from './api.fixture.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi({ NODE_ENV: 'production', CORTEX_TRUST_PROXY: '1' });
}, 120_000);
afterAll(() => api?.close());
beforeEach(() => api.db.database.run('delete from cortex.sign_in_tries'));

const open = (path: string, body: object, from = '198.51.100.1', headers: Record<string, string> = {}) =>
  api.call<any>('POST', path, body, { anonymous: true, headers: { 'x-forwarded-for': from, ...headers } });
const ask = (email: string, from?: string) => open('/auth/staff/reset', { email }, from);
const take = (token: string, password: string) => open('/auth/staff/reset/confirm', { token, password });
const signIn = (email: string, password: string) => open('/auth/staff/sign-in', { email, password });
const member = async (name: string, role = 'admin') => {
  const email = `${name}@example.com`;
  const password = `the long password of ${name}s cat`;
  const { body } = await api.call<{ id: string }>('POST', '/staff', { email, name, role, password });
  return { id: body.id, email, password };
};
const mailsTo = async (email: string) =>
  (await api.call<{ items: { id: string; stream: string }[] }>('GET', '/outbox')).body.items.filter(
    (mail) => (mail as { contact_email?: string }).contact_email === email,
  );
/** The mail that is queued after the answer. */
const mailTo = async (email: string) => {
  await until(async () => (await mailsTo(email)).length > 0);
  return (await mailsTo(email))[0]!;
};
const tokenIn = (text: string) => /\/reset\/([\w-]+)/.exec(text)?.[1];
const actions = async (id: string) =>
  (
    await api.db.database.rows<{ action: string; actor: string }>(
      'select action, actor from cortex.audit where target_id = $1 order by at, id',
      [id],
    )
  ).map(({ action, actor }) => `${actor}: ${action}`);

describe('a forgotten password', () => {
  it('is replaced by the link of a mail, once; every session ends, and the audit says so', async () => {
    const boss = await member('forgetful');
    const before = cookieOf(await signIn(boss.email, boss.password));
    expect((await ask('Forgetful@Example.com')).status).toBe(202);
    const mail = await mailTo(boss.email);
    expect(mail.stream).toBe('transactional');
    const { body } = await api.call<{ text: string; html: string }>('GET', `/outbox/${mail.id}`);
    const token = tokenIn(body.text)!;
    expect(body.html).toContain(`http://localhost:3000/reset/${token}`);
    const refused = await take(token, 'qwertyuiop');
    expect([refused.status, refused.body]).toMatchObject([400, { errors: [{ pointer: '/password' }] }]);
    expect((await take(token, 'a new long sentence')).body).toEqual({ email: boss.email });
    expect((await take(token, 'another long sentence')).status).toBe(404);
    expect((await api.call('GET', '/auth/staff/session', undefined, { cookie: before })).status).toBe(401);
    expect((await signIn(boss.email, boss.password)).status).toBe(401);
    expect((await signIn(boss.email, 'a new long sentence')).status).toBe(200);
    expect(await actions(boss.id)).toEqual(
      expect.arrayContaining([
        'not signed in: password.link_made',
        `${boss.email}: password.replaced`,
        `${boss.email}: session.started`,
      ]),
    );
  }, 60_000);

  it('is nothing that another member can replace: the outbox shows them no link, and nothing stored has it', async () => {
    const boss = await member('watched');
    const viewer = await member('curious', 'viewer');
    const cookie = cookieOf(await signIn(viewer.email, viewer.password));
    await ask(boss.email);
    const mail = await mailTo(boss.email);
    const live = tokenIn((await api.call<{ text: string }>('GET', `/outbox/${mail.id}`)).body.text)!;
    const shown = await api.call('GET', `/outbox/${mail.id}`, undefined, { cookie });
    expect([shown.status, tokenIn(shown.text)]).toEqual([200, undefined]);
    const stored = await api.db.database.row<{ text: string }>(
      `select concat((select jsonb_agg(m)::text from cortex.messages m), (select jsonb_agg(c)::text from cortex.mail_contents c),
         (select jsonb_agg(r)::text from cortex.staff_password_resets r)) as text`,
    );
    expect(stored!.text).not.toContain(live);
    expect(api.logged()).not.toContain(live);
  }, 60_000);

  it('answers the same for an address that nobody has, and mails nobody', async () => {
    const boss = await member('existing');
    const answers = [await ask(boss.email), await ask('nobody@example.com')];
    expect(answers[0]!.body).toEqual(answers[1]!.body);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    await mailTo(boss.email);
    expect(await mailsTo('nobody@example.com')).toEqual([]);
  }, 60_000);

  it('is mailed a few times only, and one address may not ask for many', async () => {
    const boss = await member('flooded');
    for (let at = 0; at < 8; at++) expect((await ask(boss.email, `203.0.113.${at}`)).status).toBe(202);
    await until(async () => (await mailsTo(boss.email)).length === 3);
    for (let at = 0; at < 10; at++) expect((await ask(`nobody${at}@example.com`)).status).toBe(202);
    const refused = await ask('nobody@example.com');
    expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true]);
    expect((await mailsTo(boss.email)).length).toBe(3);
  }, 60_000);

  it('works for an hour, and an earlier link stops when another is made', async () => {
    const boss = await member('slow');
    const first = (await api.call<{ link: string }>('POST', `/staff/${boss.id}/reset-password`)).body.link;
    await ask(boss.email);
    const mail = await mailTo(boss.email);
    const token = tokenIn((await api.call<{ text: string }>('GET', `/outbox/${mail.id}`)).body.text)!;
    expect((await take(tokenIn(first)!, 'a new long sentence')).status).toBe(404);
    await api.db.clock.advance({ minutes: 61 });
    expect((await take(token, 'a new long sentence')).status).toBe(404);
  }, 60_000);

  it('is not asked for by a page of another site', async () => {
    const answer = await open('/auth/staff/reset', { email: 'a@example.com' }, undefined, {
      origin: 'http://evil.example',
    });
    expect(answer.status).toBe(403);
  });

  it('is replaced by a link that an administrator hands over, which is not in any list', async () => {
    const colleague = await member('phoned', 'viewer');
    const made = await api.call<{ link: string; email: string }>('POST', `/staff/${colleague.id}/reset-password`);
    expect([made.status, made.body.email]).toEqual([201, colleague.email]);
    expect((await api.call('GET', '/staff')).text).not.toContain(tokenIn(made.body.link));
    // Whoever guessed meanwhile does not keep the right person out.
    for (let at = 0; at < 6; at++) await signIn(colleague.email, 'a wrong password');
    expect((await take(tokenIn(made.body.link)!, 'a new long sentence')).status).toBe(200);
    expect((await signIn(colleague.email, 'a new long sentence')).status).toBe(200);
    const cookie = cookieOf(await signIn(colleague.email, 'a new long sentence'));
    const own = await api.call('POST', `/staff/${colleague.id}/reset-password`, undefined, { cookie });
    expect(own.status).toBe(403);
  }, 60_000);
});
