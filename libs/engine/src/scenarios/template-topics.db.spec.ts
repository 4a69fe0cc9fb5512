import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { simulate } from '../replay/simulate.js';
import { drawing, on } from './steps.fixture.js';

describe('the topic of a template', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
  });
  afterAll(() => db.drop());

  it('holds for a step that names none: in a test, in what is published, and for the topic that must not go', async () => {
    const topic = (await db.database.row<{ id: string }>(
      "insert into cortex.topics (name, default_on) values ('Rare', false) returning id",
    ))!.id;
    const template = newId();
    await db.database.run(
      "insert into cortex.templates (id, name, subject, html, topic_id) values ($1, 'T', 'Hello', '<p>Hello</p>', $2)",
      [template, topic],
    );
    const id = await line.live(
      drawing([on('topic.asked'), ['mail', 'send_email', { stream: 'broadcast', template_id: template }]]),
    );
    await line.lead('ann@example.com', { consent: 'subscribed' });
    const at = await db.database.tx((tx) => tx.now());
    const tried = await simulate(
      db.database,
      id,
      { contact_email: 'ann@example.com', at },
      createLog('silent', 'test'),
    );
    expect(tried.messages).toMatchObject([{ node_id: 'mail', skipped: 'topic_off' }]);
    const used = "select 1 from cortex.uses where user_kind = 'automation' and user_id = $1 and used_id = $2";
    expect(await db.database.rows(used, [id, topic])).toHaveLength(1);
    // What was published keeps it, whatever becomes of the template.
    await db.database.run('update cortex.templates set topic_id = null where id = $1', [template]);
    await line.post('ann@example.com', { type: 'topic.asked' });
    await line.settle();
    expect(await db.database.rows('select topic_id from cortex.messages where automation_id = $1', [id])).toEqual([
      { topic_id: topic },
    ]);
  });
});
