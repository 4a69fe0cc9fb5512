import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { MailFixture } from './mail.fixture.js';

let mails: MailFixture;
let news: string;
let offers: string;

beforeAll(async () => {
  mails = await MailFixture.make();
  const topic = async (body: object) => (await mails.app.call('POST', '/email/topics', body)).body.id as string;
  news = await topic({ name: 'News' });
  offers = await topic({ name: 'Offers', default_on: false });
});
afterAll(() => mails.close());

/** A person, and what a colleague may do about their topics. */
async function someone() {
  const { person_id } = await mails.person();
  const row = await mails.app.database.row<{ id: string }>('select id from cortex.people where person_id = $1', [
    person_id,
  ]);
  const path = `/contacts/${row!.id}/topics`;
  return {
    person_id,
    id: row!.id,
    read: async () => (await mails.app.call('GET', path)).body,
    choose: (body: object) => mails.app.call('PATCH', path, body),
  };
}
const post = (path: string, fields: Record<string, string>) =>
  fetch(mails.app.url + path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });

describe('a colleague who passes on what a person wants', () => {
  it('turns topics on and off and pauses; who, where and when stand with it and in the audit', async () => {
    const person = await someone();
    const { status, body } = await person.choose({
      topics: [
        { id: news, on: false },
        { id: offers, on: true },
      ],
      pause_days: 14,
    });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { name: 'News', on: false, wanted: false, said_by: 'staff', source: expect.any(String), at: expect.any(String) },
      { name: 'Offers', on: true, wanted: true, said_by: 'staff' },
    ]);
    expect(Date.parse(body.paused_until) - Date.parse(body.paused_at)).toBe(14 * 86_400_000);
    expect(body).toMatchObject({ paused_by: 'staff', paused_source: body.items[0].source });
    expect(await person.read()).toEqual(body);
    const [entry] = (await mails.app.call('GET', '/audit?limit=1')).body.items;
    expect(entry).toMatchObject({
      action: 'contact.topics_chosen',
      target_id: person.id,
      before: { topics: { News: true, Offers: false }, paused_until: null },
      after: { topics: { News: false, Offers: true }, paused_until: body.paused_until },
    });
    const ended = (await person.choose({ topics: [{ id: news, on: true }], pause_days: null })).body;
    expect(ended).toMatchObject({ paused_until: null, paused_by: null, items: [{ on: true }, { on: true }] });
    // Named twice, and in the other spelling that an id may have: the no stands.
    const twice = await person.choose({
      topics: [
        { id: news, on: true },
        { id: news.toUpperCase(), on: false },
      ],
    });
    expect(twice).toMatchObject({ status: 200, body: { items: [{ on: false }, { on: true }] } });
  });

  it('cannot turn on what the person turned off, and then nothing of the rest is done either', async () => {
    const person = await someone();
    await mails.app.database.run(
      `insert into cortex.topic_choices (person_id, topic_id, wanted, at, said_by, source)
       values ($1, $2, false, cortex.now(), 'person', 'preferences')`,
      [person.person_id, news],
    );
    const before = await person.read();
    await mails.app.clock.advance({ days: 1 });
    const answer = await person.choose({
      topics: [
        { id: news, on: true },
        { id: offers, on: true },
      ],
    });
    expect([answer.status, answer.body.code]).toEqual([409, 'consent_withdrawn']);
    expect(answer.body.detail).toContain('They turned “News” off themselves.');
    expect(await person.read()).toEqual(before);
  });

  it('neither ends nor shortens a pause that the person asked for, and may make it longer', async () => {
    const { person_id, link } = await mails.sentMail();
    const row = await mails.app.database.row<{ id: string }>('select id from cortex.people where person_id = $1', [
      person_id,
    ]);
    const choose = (body: object) => mails.app.call('PATCH', `/contacts/${row!.id}/topics`, body);
    await post(link('preferences'), { action: 'pause' });
    const [end, shorter] = [await choose({ pause_days: null }), await choose({ pause_days: 5 })];
    expect([end.body.code, shorter.body.code]).toEqual(['consent_withdrawn', 'consent_withdrawn']);
    // Longer it may be, and stays theirs.
    expect((await choose({ pause_days: 60 })).body).toMatchObject({
      paused_by: 'person',
      paused_source: 'preferences',
    });
    expect((await choose({ pause_days: null })).body.code).toBe('consent_withdrawn');
    // The person's own end of it stands at once.
    await post(link('preferences'), { action: 'resume' });
    expect((await mails.app.call('GET', `/contacts/${row!.id}/topics`)).body.paused_until).toBeNull();
  });

  it('is told of a topic or a person that does not exist, of a pause without an end, and of nothing to do', async () => {
    const person = await someone();
    const unknown = await person.choose({ topics: [{ id: newId(), on: true }] });
    expect(unknown).toMatchObject({
      status: 422,
      body: { code: 'unknown_topic', errors: [{ pointer: '/topics/0/id' }] },
    });
    expect((await mails.app.call('PATCH', `/contacts/${newId()}/topics`, { pause_days: 1 })).status).toBe(404);
    for (const body of [{}, { pause_days: 367 }, { pause_days: 0 }, { topics: [] }])
      expect((await person.choose(body)).status).toBe(400);
  });
});
