import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { queueMail, queueMails, type Mail } from './queue-mail.js';

let db: TestDatabase;
let person: string;

beforeAll(async () => {
  db = await testDatabase();
  const row = await db.database.row<{ person_id: string }>(
    "insert into cortex.people (address, email, type) values ('ada@example.com', 'ada@example.com', 'lead') returning person_id",
  );
  person = row!.person_id;
});
afterAll(() => db.drop());

const mail = (dedupe_key: string, more: Partial<Mail> = {}): Mail => ({
  person_id: person,
  stream: 'broadcast',
  content: { subject: 'Hello', html: '<p>Hi</p>' },
  data: { contact: { first_name: 'Ada' } },
  dedupe_key,
  run: { automation_id: newId(), version: 1, run_id: newId(), node_id: 'n2', visit: 1 },
  ...more,
});

describe('queueMail', () => {
  it('stores equal contents once, one job row per hour and stream, and nothing when the transaction fails', async () => {
    await db.clock.set(new Date('2026-03-01T10:20:00Z'));
    const queued = await db.database.tx((tx) =>
      queueMails(tx, [mail('a'), mail('b'), mail('c', { stream: 'transactional' })]),
    );
    expect(queued.map((one) => [one.dedupe_key, one.inserted])).toEqual([
      ['a', true],
      ['b', true],
      ['c', true],
    ]);
    await db.clock.advance({ minutes: 30 });
    await db.database.tx((tx) => queueMail(tx, mail('d')));
    await db.clock.advance({ minutes: 30 });
    await db.database.tx((tx) => queueMail(tx, mail('e')));
    await expect(
      db.database.tx(async (tx) => {
        await queueMail(tx, mail('lost', { content: { subject: 'Other', html: '<p>Hi</p>' } }));
        throw new Error('the step fails');
      }),
    ).rejects.toThrow('the step fails');

    expect(
      await db.database.rows('select dedupe_key, state, data, stream from cortex.messages order by 1'),
    ).toMatchObject(
      ['a', 'b', 'c', 'd', 'e'].map((dedupe_key) => ({
        dedupe_key,
        state: 'queued',
        data: { contact: { first_name: 'Ada' } },
      })),
    );
    expect(await db.database.rows('select subject from cortex.mail_contents')).toEqual([{ subject: 'Hello' }]);
    expect(
      await db.database.rows('select kind, stream, hour, status from public.email_jobs order by hour, kind'),
    ).toEqual([
      { kind: 'automation', stream: 'broadcast', hour: new Date('2026-03-01T10:00:00Z'), status: 'queued' },
      { kind: 'transactional', stream: 'transactional', hour: new Date('2026-03-01T10:00:00Z'), status: 'queued' },
      { kind: 'automation', stream: 'broadcast', hour: new Date('2026-03-01T11:00:00Z'), status: 'queued' },
    ]);
  });

  it('queues one key once, also from two transactions at the same time', async () => {
    const both = await Promise.all([1, 2].map(() => db.database.tx((tx) => queueMail(tx, mail('twin')))));
    expect(both.map((one) => one.inserted).sort()).toEqual([false, true]);
    expect(both[0]!.message_id).toBe(both[1]!.message_id);
  });

  it('pins what a template says when it is queued', async () => {
    const template = await db.database.row<{ id: string }>(
      "insert into cortex.templates (name, subject, html) values ('T', 'First', '<p>1</p>') returning id",
    );
    const by = { content: undefined, template_id: template!.id };
    await db.database.tx((tx) => queueMail(tx, mail('t1', by)));
    await db.database.run("update cortex.templates set subject = 'Second', version = 2 where id = $1", [template!.id]);
    await db.database.tx((tx) => queueMail(tx, mail('t2', by)));
    expect(
      await db.database.rows(
        `select c.subject, c.template_version from cortex.messages m join cortex.mail_contents c on c.id = m.content_id
         where dedupe_key in ('t1', 't2') order by dedupe_key`,
      ),
    ).toEqual([
      { subject: 'First', template_version: 1 },
      { subject: 'Second', template_version: 2 },
    ]);
    await expect(
      db.database.tx((tx) => queueMail(tx, mail('t3', { content: undefined, template_id: newId() }))),
    ).rejects.toThrow(/no longer exists/);
  });

  it('gives a marketing mail the topic of its template, unless it names one itself, and system mail none', async () => {
    const topics = await db.database.rows<{ id: string }>(
      "insert into cortex.topics (name) values ('News'), ('Offers') returning id",
    );
    const [news, offers] = topics.map(({ id }) => id);
    const template = await db.database.row<{ id: string }>(
      "insert into cortex.templates (name, subject, html, topic_id) values ('T', 'Topic', '<p>1</p>', $1) returning id",
      [news],
    );
    const by = { content: undefined, template_id: template!.id };
    await db.database.tx(async (tx) => {
      await queueMail(tx, mail('topic 1', { ...by, stream: 'broadcast' }));
      await queueMail(tx, mail('topic 2', { ...by, stream: 'broadcast', topic_id: offers }));
      await queueMail(tx, mail('topic 3', { ...by, stream: 'transactional' }));
    });
    const rows = await db.database.rows(
      `select m.topic_id, q.topic_id as queued from cortex.messages m join cortex.outgoing q on q.message_id = m.id
       where m.dedupe_key like 'topic _' order by m.dedupe_key`,
    );
    expect(rows).toEqual([
      { topic_id: news, queued: news },
      { topic_id: offers, queued: offers },
      { topic_id: null, queued: null },
    ]);
  });
});
