import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeSystemMails } from '#actions';
import { banCustomers } from '#customers';
import { FakeStripe, until } from '#testing';
import { cookieOf, testApi, type Answer, type CallOptions, type TestApi } from './api.fixture.js';
import { customerOf, givePassword, PASSWORD, passwordToken, profileOf } from './customers.fixture.js';

let api: TestApi;
let stripe: FakeStripe;
let course: string;
beforeAll(async () => {
  stripe = await FakeStripe.start();
  const keys = { STRIPE_API_URL: stripe.url, STRIPE_API_KEY: stripe.key };
  api = await testApi({ NODE_ENV: 'production', CORTEX_TRUST_PROXY: '1', ...keys });
  course = await newCourse('Photography 101');
}, 120_000);
afterAll(async () => {
  await api?.close();
  await stripe?.close();
});
beforeEach(() => api.db.database.run('delete from cortex.sign_in_tries'));

const newCourse = async (title: string) =>
  (await api.call<{ results: { id: string }[] }>('POST', '/courses', { title })).body.results[0]!.id;
const enroll = async (email: string, course_id: string, status = 'active') =>
  api.call('POST', '/enrollments', { email, course_id, status });
const open = (path: string, body: object, options: CallOptions = {}, from = '198.51.100.1') =>
  api.call<any>('POST', path, body, {
    anonymous: true,
    ...options,
    headers: { 'x-forwarded-for': from, ...options.headers },
  });
const signIn = (email: string, password = PASSWORD, options?: CallOptions, from?: string): Promise<Answer<any>> =>
  open('/auth/customer/sign-in', { email, password }, options, from);
const courses = (cookie?: string, query = '') =>
  api.call<any>('GET', `/me/courses${query}`, undefined, cookie ? { cookie } : { anonymous: true });
const ban = (...profiles: string[]) => api.db.database.tx((tx) => banCustomers(tx, profiles, 'Refunded'));
const act = (id: string, action: string, body: object = {}, preview = false) =>
  api.call<any>('POST', `/contacts/${id}/actions/${action}${preview ? '?preview=true' : ''}`, body);
const states = (answer: { body: any }) => answer.body.effects.map(({ state }: { state: string }) => state);
const tokenIn = (text: string) => /\/learn\/reset\/([\w-]+)/.exec(text)?.[1];
const mailsTo = async (email: string) =>
  (
    await api.call<{ items: { id: string; stream: string; contact_email: string }[] }>('GET', '/outbox')
  ).body.items.filter((mail) => mail.contact_email === email);

describe('a customer', () => {
  it('signs in, sees their active courses and no others, and is signed out', async () => {
    const email = 'ada@example.com';
    const other = await newCourse('Cancelled');
    await enroll(email, course);
    await enroll(email, other, 'cancelled');
    await enroll(email, await newCourse('Completed'), 'completed');
    await enroll('somebody.else@example.com', other);
    await givePassword(api, await profileOf(api, email));
    const answer = await signIn('Ada@Example.com');
    expect([answer.status, answer.body]).toEqual([200, { email, name: 'Ada' }]);
    expect(String(answer.headers['set-cookie'])).toMatch(
      /cortex_customer\.session_token=[^;]+;.*HttpOnly; SameSite=Lax/i,
    );
    const cookie = cookieOf(answer);
    const seen = await courses(cookie);
    expect(seen.body).toMatchObject({ items: [{ title: 'Photography 101', course_id: course }], next_cursor: null });
    expect((await api.call('GET', '/me', undefined, { cookie })).body).toEqual({ email, name: 'Ada' });
    expect((await open('/auth/customer/sign-out', {}, { cookie })).status).toBe(200);
    expect((await courses(cookie)).status).toBe(401);
    expect((await courses()).body).toMatchObject({ code: 'not_signed_in' });
  }, 60_000);

  it('has a page of courses at a time, and those of whom they were linked with', async () => {
    const { id, cookie } = await customerOf(api, 'many@example.com');
    for (const title of ['One', 'Two']) await enroll('many@example.com', await newCourse(title));
    await enroll('many.too@example.com', await newCourse('Three'));
    const first = await courses(cookie, '?limit=1');
    const second = await courses(cookie, `?limit=1&cursor=${encodeURIComponent(first.body.next_cursor)}`);
    expect([first, second].map(({ body }) => body.items[0].title)).toEqual(['Two', 'One']);
    expect(second.body.next_cursor).toBeNull();
    await api.db.database.run(
      `insert into cortex.person_links (person_id, into_person_id)
       select a.person_id, b.person_id from cortex.people a, cortex.people b
       where a.address = 'many@example.com' and b.address = 'many.too@example.com'`,
    );
    expect((await courses(cookie)).body.items.map(({ title }: any) => title)).toEqual(['Three', 'Two', 'One']);
    expect(id).toBeTruthy();
  }, 60_000);

  it('opens nothing of the staff’s, and no colleague opens their courses', async () => {
    const { cookie } = await customerOf(api, 'apart@example.com');
    const forged = cookie.replaceAll('cortex_customer', 'cortex_staff');
    for (const [path, with_] of [
      ['/contacts', cookie],
      ['/auth/staff/session', forged],
      ['/contacts', forged],
    ] as const)
      expect([path, (await api.call('GET', path, undefined, { cookie: with_ })).status]).toEqual([path, 401]);
    const staff = await api.signIn('boss@example.com', 'correct horse battery');
    expect((await courses(staff)).status).toBe(401);
    expect((await courses(staff.replaceAll('cortex_staff', 'cortex_customer'))).status).toBe(401);
    expect((await api.call('GET', '/me/courses')).status).toBe(401);
  }, 60_000);

  it('follows their profile: another address signs in, and with the profile the way in is gone', async () => {
    const { id, cookie } = await customerOf(api, 'before@example.com');
    const token = await passwordToken(api, id, 'reset');
    await api.db.database.run(`update public.unified_profiles set email = 'after@example.com' where id = $1`, [id]);
    expect((await signIn('before@example.com')).status).toBe(401);
    expect((await signIn('after@example.com')).status).toBe(200);
    // Whoever reads the old address sets no password any more.
    const taken = await open('/auth/customer/reset/confirm', { token, password: 'nobody may choose this' });
    expect(taken.status).toBe(404);
    await api.db.database.run('delete from public.unified_profiles where id = $1', [id]);
    expect((await courses(cookie)).status).toBe(401);
    expect((await signIn('after@example.com')).status).toBe(401);
  }, 60_000);

  it('may try a few times, wherever from, and never from a page of another site', async () => {
    await customerOf(api, 'guessed@example.com');
    const guesses = Array.from({ length: 12 }, (_, at) =>
      signIn('guessed@example.com', 'a wrong password', {}, `203.0.113.${at}`),
    );
    const seen = (await Promise.all(guesses)).map(({ status }) => status);
    expect([seen.filter((status) => status === 401).length <= 6, seen.includes(429)]).toEqual([true, true]);
    for (let at = 0; at < 6; at++) {
      await api.db.clock.advance({ minutes: 16 });
      await signIn('guessed@example.com', 'a wrong password', {}, `203.0.113.${at}`);
    }
    const { items } = (await api.call<any>('GET', '/attention')).body;
    expect(items).toContainEqual(expect.objectContaining({ title: 'Many failed sign-ins of a customer' }));
    const same = [
      await signIn('nobody@example.com', 'a wrong password'),
      await signIn('ada@example.com', 'a wrong one'),
    ];
    expect(same[0]!.body.detail).toBe(same[1]!.body.detail);
    const headers = { origin: 'http://evil.example' };
    expect((await signIn('ada@example.com', PASSWORD, { headers })).status).toBe(403);
    expect((await open('/auth/customer/reset', { email: 'ada@example.com' }, { headers })).status).toBe(403);
  }, 60_000);
});

describe('a customer’s password', () => {
  it('is chosen by the link of a mail, once; every session ends, and nothing stored opens the account', async () => {
    const { email, cookie } = await customerOf(api, 'forgetful@example.com');
    expect((await open('/auth/customer/reset', { email: 'Forgetful@example.com' })).status).toBe(202);
    await until(async () => (await mailsTo(email)).length === 2);
    const mail = (await mailsTo(email))[0]!;
    expect(mail.stream).toBe('transactional');
    const { body } = await api.call<{ text: string; html: string }>('GET', `/outbox/${mail.id}`);
    const token = tokenIn(body.text)!;
    expect(body.html).toContain(`http://localhost:3000/learn/reset/${token}`);
    const set = (password: string) => open('/auth/customer/reset/confirm', { token, password });
    expect((await set('qwertyuiop')).body).toMatchObject({ errors: [{ pointer: '/password' }] });
    expect((await set('another quiet heron wades')).body).toEqual({ email });
    expect((await set('yet another quiet heron')).status).toBe(404);
    expect((await courses(cookie)).status).toBe(401);
    expect((await signIn(email)).status).toBe(401);
    expect((await signIn(email, 'another quiet heron wades')).status).toBe(200);
    const stored = await api.db.database.row<{ text: string }>(
      `select concat((select jsonb_agg(m)::text from cortex.messages m), (select jsonb_agg(c)::text from cortex.mail_contents c),
         (select jsonb_agg(l)::text from cortex.customer_password_links l)) as text`,
    );
    expect([stored!.text.includes(token), api.logged().includes(token)]).toEqual([false, false]);
  }, 60_000);

  it('is asked for with the same answer for every address, and mailed to customers only', async () => {
    await api.call('POST', '/purchase-leads', { email: 'only.lead@example.com' });
    const banned = await profileOf(api, 'gone@example.com');
    await ban(banned);
    const asked = ['profile@example.com', 'only.lead@example.com', 'nobody@example.com', 'gone@example.com'];
    await profileOf(api, asked[0]!);
    const answers = [];
    for (const email of asked) answers.push(await open('/auth/customer/reset', { email }));
    expect(answers.map(({ status, text }) => [status, text])).toEqual(asked.map(() => [202, '{"done":true}']));
    await until(async () => (await mailsTo(asked[0]!)).length === 1);
    for (const email of asked.slice(1)) expect([email, await mailsTo(email)]).toEqual([email, []]);
  }, 60_000);

  it('is mailed about a few times only, and its link works for an hour, a welcome’s for a week', async () => {
    const email = 'slow@example.com';
    const id = await profileOf(api, email);
    for (let at = 0; at < 6; at++)
      expect((await open('/auth/customer/reset', { email }, {}, `203.0.113.${at}`)).status).toBe(202);
    await until(async () => (await mailsTo(email)).length === 3);
    const confirm = (token: string) => open('/auth/customer/reset/confirm', { token, password: PASSWORD });
    const reset = await passwordToken(api, id, 'reset');
    await api.db.clock.advance({ minutes: 61 });
    expect((await confirm(reset)).status).toBe(404);
    const welcome = await passwordToken(api, id, 'welcome');
    await api.db.clock.advance({ days: 6 });
    expect((await confirm(welcome)).status).toBe(200);
    const last = await passwordToken(api, id, 'welcome');
    await api.db.clock.advance({ days: 8 });
    expect((await confirm(last)).status).toBe(404);
  }, 60_000);
});

describe('a customer whose access was revoked', () => {
  const revoked = async (email: string) => {
    const customer = await customerOf(api, email);
    await enroll(email, course);
    expect((await courses(customer.cookie)).body.items.length).toBe(1);
    const done = await act(customer.id, 'revoke_access', { reason: 'They asked for their money back' });
    expect([done.status, done.body.state]).toEqual([200, 'done']);
    return customer;
  };

  it('is refused at sign-in, by the right password too', async () => {
    const { email } = await revoked('revoked.sign-in@example.com');
    const answer = await signIn(email);
    expect([answer.status, answer.body.code, answer.headers['set-cookie']]).toEqual([403, 'BANNED_USER', undefined]);
    expect((await signIn(email, 'a wrong password')).body.code).toBe('wrong_credentials');
  }, 60_000);

  it('is refused with a live session', async () => {
    const { cookie } = await revoked('revoked.session@example.com');
    expect((await api.call('GET', '/me', undefined, { cookie })).status).toBe(401);
  }, 60_000);

  it('is refused with a stale cookie and by a link of before, and neither comes back when access is restored', async () => {
    const email = 'revoked.stale@example.com';
    const { id, cookie } = await customerOf(api, email);
    await enroll(email, course);
    const token = await passwordToken(api, id, 'welcome');
    await act(id, 'revoke_access', { reason: 'Refunded' });
    const confirm = () => open('/auth/customer/reset/confirm', { token, password: 'one more quiet heron' });
    expect([(await courses(cookie)).status, (await confirm()).status]).toEqual([401, 404]);
    const restored = await act(id, 'restore_access');
    expect([restored.body.state, states(restored)]).toEqual(['done', ['done', 'done']]);
    expect([(await courses(cookie)).status, (await confirm()).status]).toEqual([401, 404]);
    const again = cookieOf(await signIn(email));
    expect((await courses(again)).body.items).toMatchObject([{ title: 'Photography 101' }]);
  }, 60_000);

  it('is refused by GET /me/courses itself, even if a session of theirs were left', async () => {
    const { id, cookie } = await customerOf(api, 'revoked.courses@example.com');
    await enroll('revoked.courses@example.com', course);
    await ban(id);
    expect((await courses(cookie)).status).toBe(401);
    await api.db.database.run('update cortex_customers."user" set banned = false where id = $1', [id]);
    await api.db.database.run(`update public.enrollments set status = 'cancelled' where profile_id = $1`, [id]);
    expect((await courses(cookie)).body.items).toEqual([]);
  }, 60_000);
});

describe('what support does about a customer', () => {
  const sql = (text: string, values: unknown[]) => api.db.database.row<any>(text, values);
  const order = (number: string, more: object = {}) => ({
    external_id: number,
    amount_minor: 4900,
    currency: 'EUR',
    ...more,
  });
  const buy = async (email: string, course_id: string, transaction?: object) =>
    (await api.call<any>('POST', '/enrollments', { email, course_id, transaction })).body.results[0].id as string;

  it('revokes what is meant: it asks which, and for the last four of the order, and respects a partial refund', async () => {
    const email = 'refund@example.com';
    const id = await profileOf(api, email);
    const other = await newCourse('Sketching');
    await buy(email, other);
    const enrollment = await buy(email, course, order('2026-4711', { refunded_minor: 1000 }));
    const wish = { reason: 'Asked for it by phone' };
    const asked = await act(id, 'revoke_access', wish);
    expect([asked.status, asked.body.code, asked.body.candidates]).toMatchObject([
      409,
      'several_enrollments',
      [{ id: enrollment, detail: expect.stringContaining('order …4711, €49.00') }, { label: 'Sketching' }],
    ]);
    const preview = await act(id, 'revoke_access', { ...wish, enrollment_id: enrollment }, true);
    expect(preview.body).toMatchObject({
      confirm: { value_hint: 'Order 2026-4711' },
      effects: [{ detail: 'Not chosen' }, { name: 'refund', detail: '€39.00 refunded' }, {}, {}, {}],
      warnings: [expect.stringContaining('“Sketching”')],
      closed: { refund_at_stripe: expect.stringContaining('was not paid at Stripe') },
    });
    for (const confirm of [undefined, '0815']) {
      const unsure = await act(id, 'revoke_access', { ...wish, enrollment_id: enrollment, confirm });
      expect([unsure.status, unsure.body.errors]).toMatchObject([400, [{ pointer: '/confirm' }]]);
    }
    expect((await act(id, 'revoke_access', { enrollment_id: enrollment, confirm: '4711' })).status).toBe(400);
    const done = await act(id, 'revoke_access', { ...wish, enrollment_id: enrollment, confirm: '4711' });
    expect([done.body.state, states(done)]).toEqual(['done', ['not_needed', 'done', 'done', 'done', 'not_needed']]);
    expect(done.body.effects[1].detail).toBe('€39.00 recorded as refunded, besides €10.00 before that, of €49.00.');
    const paid = await sql(
      `select status, amount_minor::int as amount, refunded_minor::int as refunded, currency from public.transactions
       where external_id = '2026-4711'`,
      [],
    );
    expect(paid).toEqual({ status: 'refunded', amount: 4900, refunded: 4900, currency: 'EUR' });
    const told = (await api.call<any>('GET', `/contacts/${id}/activities`)).body.items;
    const refunds = told.filter(({ type }: any) => type === 'order.refunded').map(({ metadata }: any) => metadata);
    expect(refunds.map(({ amount_minor }: any) => amount_minor)).toEqual([3900, 1000]);
    expect(told).toContainEqual(
      expect.objectContaining({
        type: 'admin.revoke_access',
        metadata: expect.objectContaining({ reason: wish.reason, summary: expect.stringContaining('€39.00 refunded') }),
      }),
    );
    const anew = await act(id, 'enroll', { course_id: course }, true);
    expect(anew.body.warnings).toEqual([expect.stringContaining('Their access was revoked')]);
    const restore = await act(id, 'restore_access', {}, true);
    expect(restore.body.sentences.join(' ')).toContain('The refund stays: €49.00');
    expect(states(await act(id, 'restore_access'))).toEqual(['done', 'done']);
    expect((await act(id, 'restore_access')).body.code).toBe('action_not_available');
  }, 60_000);

  it('finds the order that was paid with the enrollment, and records nothing where none was', async () => {
    const [with_, without] = ['by.time@example.com', 'for.free@example.com'];
    const [paid, free] = [await profileOf(api, with_), await profileOf(api, without)];
    await buy(with_, course);
    await buy(without, course);
    await api.call('POST', '/transactions', { email: with_, ...order('wire-0042') });
    const done = await act(paid, 'revoke_access', { reason: 'Refund', confirm: '0042' });
    expect(states(done)).toEqual(['not_needed', 'done', 'done', 'done', 'not_needed']);
    expect(states(await act(free, 'revoke_access', { reason: 'Shared their password' }))).toEqual([
      ...['not_needed', 'not_needed', 'done', 'done', 'not_needed'],
    ]);
    expect((await act(free, 'revoke_access', { reason: 'Again' })).body.code).toBe('action_not_available');
  }, 60_000);

  it('gives the money back at Stripe, once, and calls nothing refunded that Stripe did not give back', async () => {
    const email = 'stripe@example.com';
    const id = await profileOf(api, email);
    await buy(email, course, order('wire-1'));
    const elsewhere = { reason: 'Refund', confirm: 're-1', refund_at_stripe: true };
    expect((await act(id, 'revoke_access', elsewhere)).body.errors).toMatchObject([{ pointer: '/refund_at_stripe' }]);
    const charge = stripe.charge({ amount: 4900 });
    const enrollment_id = await buy(
      email,
      await newCourse('Paid at Stripe'),
      order(charge.id, { refunded_minor: 900 }),
    );
    stripe.refund(charge.id, 900);
    const wish = { reason: 'Refund', enrollment_id, confirm: charge.id.slice(-4), refund_at_stripe: true };
    stripe.plan({ kind: 'status', status: 403, code: 'more_permissions_required' });
    const first = await act(id, 'revoke_access', wish);
    expect([first.body.state, states(first)]).toEqual(['partly', ['failed', 'failed', 'done', 'done', 'not_needed']]);
    stripe.plan({ kind: 'done_and_dropped' });
    const again = await api.call<any>('POST', `/actions/${first.body.id}/retry`);
    expect([again.body.state, states(again)]).toEqual(['done', ['done', 'done', 'done', 'done', 'not_needed']]);
    expect(again.body.effects[0].detail).toContain('€40.00 given back');
    expect(charge.amount_refunded).toBe(4900);
  }, 60_000);

  it('mails the welcome and a link for a new password, each at most every five minutes, and never to whom it was revoked', async () => {
    const email = 'welcome@example.com';
    await makeSystemMails(api.db.database);
    const system = (await api.call<any>('GET', '/email/templates')).body.items;
    const welcomes = system.find(({ name }: any) => name === 'Welcome to your courses');
    expect(welcomes).toMatchObject({ stream: 'transactional', approved_by: 'Cortex' });
    // What nobody approved does not leave, and what was approved without its link does not either.
    const change = { name: welcomes.name, stream: 'transactional', editor: 'html', subject: 'Salut' };
    const save = (html: string) => api.call<any>('PUT', `/email/templates/${welcomes.id}`, { ...change, html });
    await save('<p><a href="{{ links.password }}">Voilà</a></p>');
    const { body: bare } = await save('<p>Nothing to follow</p>');
    const approved = await api.call('POST', `/email/templates/${welcomes.id}/approve`, { version: bare.version });
    expect(approved.status).toBe(200);
    const id = await profileOf(api, email);
    await enroll(email, course);
    for (const action of ['resend_welcome', 'reset_password']) {
      const said = await act(id, action, {}, true);
      expect(said.body.sentences.join(' ')).toContain('after five minutes');
      const done = await act(id, action);
      expect([done.body.state, states(done)]).toEqual(['done', ['done']]);
      const again = await act(id, action);
      expect([again.body.code, again.body.detail]).toEqual([
        'action_not_available',
        expect.stringContaining('5 minutes'),
      ]);
    }
    const [reset, welcome] = await mailsTo(email);
    expect([reset!.stream, welcome!.stream]).toEqual(['transactional', 'transactional']);
    const { body: shown } = await api.call<{ subject: string }>('GET', `/outbox/${welcome!.id}`);
    expect(shown.subject).toMatch(/^Welcome to /);
    const read = async (mail: string) =>
      tokenIn((await api.call<{ text: string }>('GET', `/outbox/${mail}`)).body.text)!;
    const confirm = async (mail: string) =>
      (await open('/auth/customer/reset/confirm', { token: await read(mail), password: PASSWORD })).status;
    expect([await confirm(welcome!.id), await confirm(reset!.id), await confirm(reset!.id)]).toEqual([404, 200, 404]);
    expect((await signIn(email)).status).toBe(200);
    await act(id, 'revoke_access', { reason: 'Refunded' });
    await api.db.clock.advance({ minutes: 6 });
    for (const action of ['resend_welcome', 'reset_password'])
      expect((await act(id, action)).body.detail).toBe('Their access was revoked. Restore it first.');
    const lead = await api.call<any>('POST', '/purchase-leads', { email: 'still.a.lead@example.com' });
    expect((await act(lead.body.results[0].id, 'reset_password')).body.code).toBe('action_not_available');
  }, 60_000);

  it('changes their address: they sign in with the new one, and are signed out everywhere', async () => {
    const { id, cookie } = await customerOf(api, 'moving@example.com');
    const done = await act(id, 'update_email', { email: 'moved@example.com' });
    expect([done.body.state, done.body.effects[1]]).toMatchObject([
      'done',
      { name: 'sign_in', detail: 'They sign in with moved@example.com now. One session ended.' },
    ]);
    expect((await courses(cookie)).status).toBe(401);
    expect((await signIn('moving@example.com')).status).toBe(401);
    expect((await signIn('moved@example.com')).status).toBe(200);
  }, 60_000);
});
