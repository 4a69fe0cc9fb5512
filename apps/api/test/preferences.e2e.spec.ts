import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;
let news: string;
let offers: string;

beforeAll(async () => {
  mails = await MailFixture.make();
  const topic = async (body: object) => (await mails.app.call('POST', '/email/topics', body)).body.id as string;
  news = await topic({ name: 'Course <news>', description: 'New courses & dates' });
  offers = await topic({ name: 'Offers', default_on: false });
});
afterAll(() => mails.close());

const topicsOf = async (personId: string) => {
  const row = await mails.app.database.row<{ id: string }>('select id from cortex.people where person_id = $1', [
    personId,
  ]);
  return (await mails.app.call('GET', `/contacts/${row!.id}/topics`)).body;
};
const onOf = async (personId: string): Promise<Record<string, boolean>> =>
  Object.fromEntries((await topicsOf(personId)).items.map((one: any) => [one.name, one.on]));
const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();
const post = async (path: string, fields: Record<string, string>) => {
  const answer = await fetch(mails.app.url + path, {
    method: 'POST',
    body: form(fields),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    redirect: 'manual',
  });
  return { status: answer.status, body: await answer.text() };
};
const ticked = (page: string, id: string) => new RegExp(`name="topic_${id}"\\s+checked`).test(page);

describe('topics over HTTP', () => {
  it('are made, changed, ordered and removed, but not while something names them', async () => {
    const made = await mails.app.call('POST', '/email/topics', { name: 'Events' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ name: 'Events', description: '', position: 2, default_on: true });
    const { id } = made.body;
    expect(
      (await mails.app.call('PUT', `/email/topics/${id}`, { name: 'Meetings', position: 0, default_on: false })).body,
    ).toMatchObject({ name: 'Meetings', position: 0, default_on: false });
    const page = (await mails.app.call('GET', '/email/topics?limit=2')).body;
    const rest = (await mails.app.call('GET', `/email/topics?cursor=${encodeURIComponent(page.next_cursor)}`)).body;
    expect([...page.items, ...rest.items].map((one: any) => one.name)).toEqual(['Course <news>', 'Meetings', 'Offers']);
    const user = newId();
    await mails.app.database.run("insert into cortex.uses values ('automation', $1, 'topic', $2)", [user, id]);
    expect((await mails.app.call('DELETE', `/email/topics/${id}`)).body.code).toBe('still_used');
    await mails.app.database.run('delete from cortex.uses where user_id = $1', [user]);
    expect((await mails.app.call('DELETE', `/email/topics/${id}`)).status).toBe(200);
    expect((await mails.app.call('PUT', `/email/topics/${id}`, { name: 'x' })).status).toBe(404);
    expect((await mails.app.call('POST', '/email/topics', { name: ' ' })).status).toBe(400);
    const audit = (await mails.app.call('GET', '/audit?limit=10')).body.items.map((one: any) => one.action);
    expect(audit).toEqual(expect.arrayContaining(['topic.created', 'topic.changed', 'topic.deleted']));
  });

  it('are at most 50, so that the page can show them', async () => {
    await mails.app.database.run(
      "insert into cortex.topics (name, position) select 'x' || n, 99 from generate_series(1, 48) n",
    );
    expect((await mails.app.call('POST', '/email/topics', { name: 'One more' })).body.code).toBe('too_many_topics');
    await mails.app.database.run('delete from cortex.topics where position = 99');
  });
});

describe('the page of preferences', () => {
  it('useSend#412, RockRMS#7034: a scanner that follows every link, by GET and HEAD, changes nothing', async () => {
    const { person_id, link } = await mails.sentMail({ topic_id: news });
    const before = [await mails.consent(person_id), await topicsOf(person_id), await mails.typesOf(person_id)];
    for (const path of [link('preferences'), link('unsubscribe'), link('m')])
      for (const method of ['GET', 'HEAD', 'GET']) {
        const answer = await fetch(`${mails.app.url + path}?action=unsubscribe&topic_${news}=on`, { method });
        expect(answer.status).toBe(200);
        expect(answer.headers.get('cache-control')).toBe('no-store');
      }
    expect([await mails.consent(person_id), await topicsOf(person_id), await mails.typesOf(person_id)]).toEqual(before);
  });

  it('shows the topics as the person has them, escaped, without a script, with the address half hidden', async () => {
    const { link, email } = await mails.sentMail();
    const { body } = await mails.open('GET', link('preferences'));
    expect(body).toContain('Course &lt;news&gt;');
    expect(body).toContain('New courses &amp; dates');
    expect([ticked(body, news), ticked(body, offers)]).toEqual([true, false]);
    expect(body).not.toContain('<script');
    expect(body).not.toContain(email);
    expect(body).toContain('p•••@school.example');
  });

  it('keeps what was chosen, with where and when, and leaves alone what it had not shown', async () => {
    const { person_id, link } = await mails.sentMail();
    const page = await post(link('preferences'), {
      action: 'save',
      [`shown_${news}`]: '1',
      [`shown_${offers}`]: '1',
      [`topic_${offers}`]: 'on',
    });
    expect(page.body).toContain('Your choice is saved.');
    expect([ticked(page.body, news), ticked(page.body, offers)]).toEqual([false, true]);
    const { items } = await topicsOf(person_id);
    expect(items).toEqual([
      {
        id: news,
        name: 'Course <news>',
        on: false,
        wanted: false,
        said_by: 'person',
        source: 'preferences',
        at: expect.any(String),
        linked_off: false,
      },
      {
        id: offers,
        name: 'Offers',
        on: true,
        wanted: true,
        said_by: 'person',
        source: 'preferences',
        at: expect.any(String),
        linked_off: false,
      },
    ]);
    // A topic that was added since the page was opened is not taken for unticked.
    await post(link('preferences'), { action: 'save', [`shown_${offers}`]: '1' });
    expect(await onOf(person_id)).toEqual({ 'Course <news>': false, Offers: false });
    expect(await mails.consent(person_id)).toBe('subscribed');
  });

  it('pauses for 30 days and ends the pause, and no mail leaves meanwhile', async () => {
    const { person_id, email, link } = await mails.sentMail();
    const paused = await post(link('preferences'), { action: 'pause' });
    expect(paused.body).toContain('gets no news and offers from School until');
    const { paused_until, paused_at } = await topicsOf(person_id);
    expect(Date.parse(paused_until) - Date.parse(paused_at)).toBe(30 * 86_400_000);
    const message = await mails.queue({ person_id, email });
    await mails.until(
      () => mails.state(message),
      (state) => state !== 'queued',
    );
    expect((await mails.app.call('GET', `/outbox/${message}`)).body).toMatchObject({
      state: 'skipped',
      reason: 'paused',
    });
    expect((await post(link('preferences'), { action: 'resume' })).body).toContain('The pause is over.');
    expect((await topicsOf(person_id)).paused_until).toBeNull();
  });

  it('all off and all on again: whoever leaves and comes back gets every topic, and no pause is left', async () => {
    const { person_id, email, link } = await mails.sentMail();
    await post(link('preferences'), { action: 'pause' });
    await post(link('preferences'), { action: 'save', [`shown_${news}`]: '1' });
    await post(link('preferences'), { action: 'unsubscribe' });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
    expect((await mails.app.call('POST', '/email/suppressions', { emails: [email] })).body.added).toBe(1);
    const back = await post(link('preferences'), { action: 'everything' });
    expect(back.body).toContain('gets news and offers from School');
    expect(await mails.consent(person_id)).toBe('subscribed');
    expect(await onOf(person_id)).toEqual({ 'Course <news>': true, Offers: true });
    const message = await mails.queue({ person_id, email }, { topic_id: offers });
    await mails.until(
      () => mails.state(message),
      (state) => state === 'sent',
    );
  });

  it('keeps working after a change of address, for the same person', async () => {
    const { person_id, email, link } = await mails.sentMail();
    await mails.app.database.run('update public.purchase_leads set email = $2 where email = $1', [email, `z${email}`]);
    const page = await mails.open('GET', link('preferences'));
    expect(page.body).toContain('z•••@school.example');
    await post(link('preferences'), { action: 'unsubscribe' });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
  });

  it('a forwarded mail opens the choice of the person it was sent to, and of nobody else', async () => {
    const [one, other] = [await mails.sentMail(), await mails.sentMail()];
    await post(one.link('preferences'), { action: 'unsubscribe' });
    expect(await mails.consent(one.person_id)).toBe('unsubscribed');
    expect(await mails.consent(other.person_id)).toBe('subscribed');
  });

  it('takes no value that it does not offer', async () => {
    const { person_id, link } = await mails.sentMail();
    for (const action of ['constructor', '__proto__', 'topic', ''])
      expect((await post(link('preferences'), { action })).status).toBe(200);
    expect(await mails.consent(person_id)).toBe('subscribed');
  });
});

describe('the language of the pages', () => {
  const german = { 'accept-language': 'de-DE,de;q=0.9,en;q=0.5' };

  it('is that of the person, whatever the browser asks for', async () => {
    const { person_id, link } = await mails.sentMail({ topic_id: news });
    await mails.app.database.run("update cortex.people set language = 'de-AT' where person_id = $1", [person_id]);
    const page = await mails.open('GET', link('preferences'), undefined, { 'accept-language': 'en' });
    expect(page.body).toContain('<html lang="de">');
    expect(page.body).toContain('Ihre E-Mail-Einstellungen');
    expect(page.body).toContain('Course &lt;news&gt;');
    const paused = await post(link('preferences'), { action: 'pause' });
    expect(paused.body).toContain('Pausiert.');
    expect(paused.body).toMatch(/Die Pause endet von selbst am \d+\. \p{L}+ \d{4}\./u);
    expect((await mails.open('GET', link('unsubscribe'))).body).toContain('„Course &lt;news&gt;“ abbestellen');
    expect((await post(link('unsubscribe'), { action: 'topic' })).body).toContain('Sie haben „');
    expect((await post(link('unsubscribe'), {})).body).toContain('Sie sind abgemeldet');
  });

  it('else one that the browser asks for, else English', async () => {
    const { link } = await mails.sentMail();
    expect((await mails.open('GET', link('preferences'), undefined, german)).body).toContain('<html lang="de">');
    const other = await mails.open('GET', link('preferences'), undefined, { 'accept-language': 'fr' });
    expect(other.body).toContain('<html lang="en-GB">');
    expect((await mails.open('GET', '/unsubscribe/nothing', undefined, german)).body).toContain('funktioniert nicht');
    const form = (await mails.app.call('POST', '/email/forms', { name: 'Shop' })).body;
    const page = (await mails.open('GET', `/f/${form.id}`, undefined, german)).body;
    expect(page).toContain('<html lang="de">');
    expect(page).toContain('E-Mails von School erhalten');
  });
});

describe('unsubscribing from a mail with a topic', () => {
  it('offers to leave the topic or everything', async () => {
    const { person_id, link } = await mails.sentMail({ topic_id: news });
    const page = await mails.open('GET', link('unsubscribe'));
    expect(page.body).toContain('Leave “Course &lt;news&gt;”');
    expect(page.body).toContain('Unsubscribe from everything');
    const left = await post(link('unsubscribe'), { action: 'topic' });
    expect(left.body).toContain('You have left “Course &lt;news&gt;”');
    expect(await mails.consent(person_id)).toBe('subscribed');
    expect(await onOf(person_id)).toMatchObject({ 'Course <news>': false });
    expect((await topicsOf(person_id)).items[0]).toMatchObject({ source: 'unsubscribe_link' });
    await post(link('unsubscribe'), { action: 'unsubscribe' });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
  });

  it('by one click leaves everything, as the mail program promises its reader', async () => {
    const { person_id, link } = await mails.sentMail({ topic_id: news });
    await post(link('unsubscribe'), { 'List-Unsubscribe': 'One-Click' });
    expect(await mails.consent(person_id)).toBe('unsubscribed');
  });
});
