import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '#testing';
import { setConsent } from '../consent/consent.js';
import { contactTopics } from './contact-topics.js';
import { Contacts } from './contacts.js';
import { chooseTopics, pauseMail } from '../consent/topic-choices.js';

const said = { by: 'person', source: 'test' } as const;

describe('what linked accounts said about mail', () => {
  let db: TestDatabase;
  let contacts: Contacts;
  let topic: string;
  let [ann, bea, cid] = ['', '', ''];
  const rows = <T = any>(text: string, values: unknown[] = []) => db.database.rows<T>(text, values);

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 6 });
    contacts = new Contacts(db.database);
  });
  afterAll(() => db.drop());
  beforeEach(async () => {
    await db.clock.set('2026-04-01T12:00:00Z');
    await rows(
      'truncate cortex.people, cortex.person_merges, cortex.topics, public.unified_profiles, public.crm_activities cascade',
    );
    topic = (await rows("insert into cortex.topics (name, position) values ('News', 0) returning id"))[0].id;
    const ids: string[] = [];
    for (const name of ['ann', 'bea', 'cid']) {
      await rows('insert into public.unified_profiles (email) values ($1)', [`${name}@example.com`]);
      ids.push(
        (await rows('select person_id from cortex.people where address = $1', [`${name}@example.com`]))[0].person_id,
      );
    }
    [ann, bea, cid] = ids as [string, string, string];
    await rows("update cortex.people set consent_status = 'subscribed'");
  });
  const link = (one: string, into: string) =>
    rows('insert into cortex.person_links (person_id, into_person_id) values ($1, $2)', [one, into]);
  const unlink = () => rows('delete from cortex.person_links');
  const topics = (person: string) => db.database.tx((tx) => contactTopics(tx, person));
  const choose = (person: string, wanted: boolean) =>
    db.database.tx((tx) => chooseTopics(tx, person, [{ topic_id: topic, wanted }], said));
  const pause = (person: string, until: string | null) =>
    db.database.tx((tx) => pauseMail(tx, person, until === null ? null : new Date(until), said));
  const noted = () =>
    rows(
      `select split_part(p.address, '@', 1) as who, p.linked_consent as consent, p.linked_paused_until as paused,
         p.linked_topics_off as topics from cortex.people p
       where p.linked_consent is not null or p.linked_paused_until is not null or p.linked_topics_off is not null order by 1`,
    );

  it('holds for all of them, the strictest of each kind, as long as they are linked', async () => {
    await choose(ann, true);
    await choose(bea, false);
    await pause(cid, '2026-05-01T12:00:00Z');
    await link(bea, ann);
    await link(cid, ann);
    expect(await topics(ann)).toMatchObject({
      items: [{ name: 'News', wanted: true, on: false, linked_off: true }],
      paused_until: null,
      linked_paused_until: '2026-05-01T12:00:00.000Z',
    });
    expect(await contacts.get(ann)).toMatchObject({
      can_be_emailed: true,
      email_status: 'paused',
      email_reason: 'Marketing mail is paused until 1 May 2026.',
    });
    await pause(bea, '2026-06-01T12:00:00Z');
    expect((await topics(ann)).linked_paused_until).toBe('2026-06-01T12:00:00.000Z');
    await pause(bea, null);
    await pause(cid, null);
    await choose(bea, true);
    expect(await topics(ann)).toMatchObject({ items: [{ on: true, linked_off: false }], linked_paused_until: null });
    await choose(cid, false);
    expect((await topics(ann)).items).toMatchObject([{ linked_off: true }]);
    await unlink();
    expect(await noted()).toEqual([]);
    expect((await topics(ann)).items).toMatchObject([{ on: true }]);
  });

  it('follows a topic that is removed, and says nothing of accounts that nobody linked', async () => {
    await choose(bea, false);
    expect(await noted()).toEqual([]);
    await link(bea, ann);
    expect(await noted()).toEqual([{ who: 'ann', consent: null, paused: null, topics: [topic] }]);
    await rows('delete from cortex.topics');
    expect(await noted()).toEqual([]);
  });

  it.each<[string, (person: string) => Promise<unknown>]>([
    [
      'consent',
      (person) => db.database.tx((tx) => setConsent(tx, person, { status: 'unsubscribed', source: 'test' }, 'person')),
    ],
    ['a pause', (person) => pause(person, '2026-07-01T12:00:00Z')],
    ['a topic', (person) => choose(person, false)],
  ])('two who say something about %s at one moment never wait for each other', async (_what, say) => {
    await link(bea, ann);
    const waiting = async (n: number) => {
      for (;;) {
        const [row] = await rows(
          "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
        );
        if (row.n === n) return;
      }
    };
    const both: Promise<unknown>[] = [];
    await db.database.tx(async (tx) => {
      await tx.rows('select from cortex.people where person_id = $1 for update', [ann]);
      // Ann's waits for Ann's row first of all; Bea's would have her own by then if it did not ask for Ann's before.
      both.push(say(ann));
      await waiting(1);
      both.push(say(bea));
      await waiting(2);
    });
    await Promise.all(both);
    expect((await noted()).map(({ who }) => who)).toEqual(['ann', 'bea']);
  });
});
