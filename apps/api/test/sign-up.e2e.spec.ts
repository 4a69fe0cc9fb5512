import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;
let form: any;
let topic: string;
let serial = 0;

beforeAll(async () => {
  mails = await MailFixture.make();
  topic = (await mails.app.call('POST', '/email/topics', { name: 'News', default_on: false })).body.id;
  form = await makeForm({ name: 'Footer', topic_ids: [topic], consent_text: 'Yes, <b>send</b> me the news.' });
});
afterAll(() => mails.close());
beforeEach(() => mails.app.database.run("update cortex.sign_ups set network = 'before'"));

const makeForm = async (body: object) => (await mails.app.call('POST', '/email/forms', body)).body;
const address = () => `reader${(serial += 1)}@school.example`;
const send = async (path: string, fields: Record<string, string>) => {
  const answer = await fetch(mails.app.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    redirect: 'manual',
  });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};
const shownIn = (page: string) => /name="shown" value="([^"]+)"/.exec(page)![1]!;
/** Opens the hosted page, waits as a person does, and sends it. */
async function signUp(email: string, more: Record<string, string> = {}, id: string = form.id) {
  const page = await mails.open('GET', `/f/${id}`);
  await mails.app.clock.advance({ seconds: 3 });
  return send(`/forms/${id}`, { email, shown: shownIn(page.body), ...more });
}
const confirmLinkTo = async (email: string, nth = 0) => {
  const mail = await mails.until(
    async () => mails.fake.accepted.filter((one) => one.to === email)[nth],
    (one) => one !== undefined,
  );
  return { mail: mail!, path: /https:\/\/cortex\.school\.example(\/confirm\/[\w-]+)/.exec(mail!.html)![1]! };
};
const person = async (email: string) =>
  mails.app.database.row<any>(
    'select person_id, id, type, consent_status, consent_text, consent_source from cortex.people where address = $1',
    [email],
  );
const handled = (email: string, count = 1) =>
  mails.until(
    () =>
      mails.app.database.rows('select 1 from cortex.sign_ups where address = $1 and handled_at is not null', [email]),
    (rows) => rows.length >= count,
  );

describe('a sign-up form', () => {
  it('is made by an administrator, starts as the settings say, and keeps its topic from being removed', async () => {
    expect(form).toMatchObject({
      double_opt_in: true,
      page_url: `https://cortex.school.example/f/${form.id}`,
      action_url: `https://cortex.school.example/forms/${form.id}`,
      counts: { asked: 0, confirmed: 0 },
    });
    await mails.app.call('PATCH', '/settings', { consent_text: 'The usual words.', double_opt_in: false });
    expect(await makeForm({ name: 'Plain' })).toMatchObject({ consent_text: 'The usual words.', double_opt_in: false });
    await mails.app.call('PATCH', '/settings', { double_opt_in: true });
    expect((await mails.app.call('DELETE', `/email/topics/${topic}`)).body.code).toBe('still_used');
    expect((await mails.app.call('POST', '/email/forms', { name: 'x', topic_ids: [newId()] })).body.code).toBe(
      'unknown_topic',
    );
    for (const redirect_url of ['javascript:alert(1)', 'data:text/html,x', '//evil.example'])
      expect((await mails.app.call('POST', '/email/forms', { name: 'x', redirect_url })).status).toBe(400);
  });

  it('is a page without a script that may stand in a frame of any shop, and changes nothing when it is read', async () => {
    const page = await mails.open('GET', `/f/${form.id}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('Yes, &lt;b&gt;send&lt;/b&gt; me the news.');
    expect(page.body).not.toContain('<script');
    expect(page.headers.get('x-frame-options')).toBeNull();
    expect(page.headers.get('content-security-policy')).toContain('frame-ancestors *');
    expect((await mails.open('GET', `/f/${newId()}`)).status).toBe(404);
    expect((await mails.open('GET', '/f/nonsense')).status).toBe(404);
  });

  it('signs up somebody new: pending, one mail, confirmed by POST with words, topic and address kept', async () => {
    const email = address();
    const answer = await signUp(email, { first_name: 'Ann' });
    expect(answer.body).toContain('Check your inbox');
    const { mail, path } = await confirmLinkTo(email);
    expect(mail).toMatchObject({ stream: 'outbound', subject: 'Please confirm your subscription to School' });
    // Nothing that whoever filled in the form wrote.
    expect(mail.html + mail.text + mail.subject).not.toContain('Ann');
    expect(mail.headers).toEqual([]);
    expect([mail.trackOpens, mail.trackLinks]).toEqual([false, 'None']);
    expect(await person(email)).toMatchObject({ type: 'lead', consent_status: 'pending' });
    const shown = await mails.open('GET', path);
    expect(shown.body).toContain('Yes, &lt;b&gt;send&lt;/b&gt; me the news.');
    await fetch(mails.app.url + path, { method: 'HEAD' });
    expect((await person(email)).consent_status).toBe('pending');
    const confirmed = (await send(path, { action: 'confirm' })).body;
    expect(confirmed).toContain('Your subscription is confirmed');
    expect(confirmed).toMatch(/<a href="[^"]+\/preferences\/[\w-]+">Choose what you get<\/a>/);
    const now = await person(email);
    expect(now).toMatchObject({
      consent_status: 'subscribed',
      consent_source: 'form Footer',
      consent_text: 'Yes, <b>send</b> me the news.',
    });
    expect(
      await mails.app.database.row('select consent_text, ip, confirmed_ip from cortex.sign_ups where address = $1', [
        email,
      ]),
    ).toEqual({ consent_text: 'Yes, <b>send</b> me the news.', ip: '127.0.0.1', confirmed_ip: '127.0.0.1' });
    expect((await mails.app.call('GET', `/contacts/${now.id}/topics`)).body.items[0]).toMatchObject({
      on: true,
      source: 'form Footer',
    });
    expect(await mails.typesOf(now.person_id)).toContain('email.subscribed');
    expect((await mails.app.call('GET', '/email/forms')).body.items.at(-1).counts).toEqual({ asked: 1, confirmed: 1 });
  });

  it('turns a no into a yes only by the person’s own confirmation', async () => {
    const who = await mails.sentMail();
    await send(who.link('unsubscribe'), { 'List-Unsubscribe': 'One-Click' });
    const single = await makeForm({ name: 'Single', double_opt_in: false });
    for (const id of [form.id, single.id]) await signUp(who.email, {}, id);
    await handled(who.email, 2);
    expect(await mails.consent(who.person_id)).toBe('unsubscribed');
    const { path } = await confirmLinkTo(who.email, 1);
    await send(path, {});
    expect(await mails.consent(who.person_id)).toBe('subscribed');
  });

  it('a link works once: whoever unsubscribes afterwards is not signed up again by it', async () => {
    const email = address();
    await signUp(email);
    const { path } = await confirmLinkTo(email);
    await send(path, {});
    const { person_id } = await person(email);
    await mails.app.database.run("update cortex.people set consent_status = 'unsubscribed' where person_id = $1", [
      person_id,
    ]);
    expect((await send(path, {})).body).toContain('Your subscription is confirmed');
    expect(await mails.consent(person_id)).toBe('unsubscribed');
  });

  it('a link expires after 7 days, and wrong ones say so', async () => {
    const email = address();
    await signUp(email);
    const { path } = await confirmLinkTo(email);
    await mails.app.clock.advance({ days: 7, minutes: 1 });
    expect((await mails.open('GET', path)).body).toContain('This link has expired');
    expect((await send(path, {})).status).toBe(410);
    expect((await person(email)).consent_status).toBe('pending');
    expect((await send(`${path.slice(0, -3)}AAA`, {})).status).toBe(404);
    expect((await send(path.replace('confirm', 'unsubscribe'), {})).status).toBe(404);
  });

  it('answers alike whether the address is known or not, and lets programs go without a mail', async () => {
    const [known, fresh] = [await mails.sentMail(), address()];
    const [one, other] = [await signUp(known.email), await signUp(fresh)];
    expect([other.status, other.body]).toEqual([one.status, one.body]);
    const bot = address();
    expect((await signUp(bot, { website: 'https://spam.example' })).body).toBe(one.body);
    expect(await mails.app.database.rows('select 1 from cortex.sign_ups where address = $1', [bot])).toEqual([]);
  });

  it('asks once more for a button where it cannot know when the form was shown, or that was a moment ago', async () => {
    const email = address();
    const first = await send(`/forms/${form.id}`, { email });
    expect(first.body).toContain('Press the button to finish.');
    expect(first.body).toContain(`value="${email}"`);
    const quick = await send(`/forms/${form.id}`, { email, shown: shownIn(first.body) });
    expect(quick.body).toContain('That was quick.');
    await mails.app.clock.advance({ seconds: 3 });
    expect((await send(`/forms/${form.id}`, { email, shown: shownIn(quick.body) })).body).toContain('Check your inbox');
    for (const shown of [`${Date.now()}.AAAAAAAAAAAAAAAAAAAAAA`, 'x', shownIn(first.body).replace(/^./, '9')])
      expect((await send(`/forms/${form.id}`, { email, shown })).body).toContain('name="shown"');
    const wrong = await signUp('no address');
    expect(wrong.status).toBe(422);
    expect(wrong.body).toContain('Enter an e-mail address');
  });

  it('sends one confirmation a day to an address, however often somebody asks, and none after a complaint', async () => {
    const email = address();
    for (let n = 0; n < 7; n += 1) await signUp(email);
    await handled(email, 5);
    await confirmLinkTo(email);
    expect(await mails.app.database.rows('select 1 from cortex.sign_ups where address = $1', [email])).toHaveLength(5);
    const asks = () => mails.app.database.rows('select 1 from cortex.messages where contact_email = $1', [email]);
    expect(await asks()).toHaveLength(1);
    await mails.app.clock.advance({ days: 1, minutes: 1 });
    await signUp(email);
    await handled(email, 6);
    expect(await asks()).toHaveLength(2);
    await mails.app.database.run(
      "insert into cortex.suppressions (address, stream, reason, origin) values ($1, 'broadcast', 'spam_complaint', 'x')",
      [email],
    );
    await mails.app.clock.advance({ days: 1, minutes: 1 });
    await signUp(email);
    await handled(email, 7);
    expect(await asks()).toHaveLength(2);
  });

  it('takes 30 an hour from one network', async () => {
    const page = await mails.open('GET', `/f/${form.id}`);
    await mails.app.clock.advance({ seconds: 3 });
    await mails.app.database.run(
      `insert into cortex.sign_ups (form_id, form_name, address, topic_ids, consent_text, double_opt_in, ip, network, handled_at)
       select $1, 'x', 'many' || n || '@x.example', '{}', 'x', true, '127.0.0.1', '127.0.0.1', cortex.now() from generate_series(1, 30) n`,
      [form.id],
    );
    const answer = await send(`/forms/${form.id}`, { email: address(), shown: shownIn(page.body) });
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('3600');
    await mails.app.clock.advance({ hours: 1, minutes: 1 });
    expect((await signUp(address())).status).toBe(200);
  });

  it('goes on to the shop’s own page, and nowhere that was not set', async () => {
    const shop = await makeForm({ name: 'Shop', redirect_url: 'https://shop.example/thanks?a=1' });
    const answer = await signUp(address(), { redirect_url: 'https://evil.example' }, shop.id);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, 'https://shop.example/thanks?a=1']);
    const page = await mails.open('GET', `/f/${shop.id}`);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
  });

  it('without double opt-in a new address is subscribed at once', async () => {
    const single = await makeForm({ name: 'At once', double_opt_in: false, topic_ids: [topic] });
    const email = address();
    expect((await signUp(email, { first_name: 'Bo\u0000b\r\nBcc: x' }, single.id)).body).toContain(
      'You are signed up.',
    );
    await handled(email);
    expect(await person(email)).toMatchObject({ consent_status: 'subscribed', consent_source: 'form At once' });
  });

  it('speaks the language of the page in the mail that asks, and the person’s where they are known', async () => {
    const inGerman = async (email: string) => {
      const page = await mails.open('GET', `/f/${form.id}`, undefined, { 'accept-language': 'de' });
      await mails.app.clock.advance({ seconds: 3 });
      await fetch(`${mails.app.url}/forms/${form.id}`, {
        method: 'POST',
        body: new URLSearchParams({ email, shown: shownIn(page.body) }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'de' },
      });
      return (await confirmLinkTo(email)).mail;
    };
    expect((await inGerman(address())).html).toContain('<html lang="de">');
    const known = address();
    await mails.app.call('POST', '/profiles', { email: known, language: 'en-US' });
    expect((await inGerman(known)).html).toContain('Please confirm your subscription');
  });
});
