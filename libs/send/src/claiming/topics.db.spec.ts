import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { chooseTopics, pauseMail } from '#directory';
import { SendFixture } from '../scenarios/send.fixture.js';

let on: SendFixture;
let topic: string;

beforeAll(async () => {
  on = await SendFixture.make();
});
afterAll(() => on.db.drop());
beforeEach(async () => {
  await on.reset();
  await on.db.database.run('delete from cortex.topics');
  topic = (await on.db.database.row<{ id: string }>("insert into cortex.topics (name) values ('News') returning id"))!
    .id;
});
afterEach(() => on.fake.close());

const choose = (person: string, wanted: boolean) =>
  on.db.database.tx((tx) =>
    chooseTopics(tx, person, [{ topic_id: topic, wanted }], { by: 'person', source: 'preferences' }),
  );
const pause = (person: string, days: number | null) =>
  on.db.database.tx(async (tx) => {
    const now = await tx.now();
    const until = days === null ? null : new Date(now.getTime() + days * 86_400_000);
    return pauseMail(tx, person, until, { by: 'person', source: 'preferences' });
  });

describe('a mail of a topic', () => {
  it('listmonk: goes to whoever wants it at the moment it leaves, not when it was queued', async () => {
    const [left, stayed, cameBack] = await on.people(3);
    await on.queue([left!, stayed!, cameBack!], { topic_id: topic });
    await choose(left!.person_id, false);
    await choose(cameBack!.person_id, false);
    await choose(cameBack!.person_id, true);
    await on.drain(on.senderFor().sender, 3);
    expect(await on.counts()).toEqual({ sent: 2, 'skipped:topic_off': 1 });
    expect(on.fake.accepted.map(({ to }) => to).sort()).toEqual([stayed!.email, cameBack!.email].sort());
    expect(await on.activities()).toMatchObject({ 'email.skipped': 1, 'email.sent': 2 });
  });

  it('that is off unless chosen goes to those who chose it; one without a topic, and system mail, to everybody', async () => {
    await on.db.database.run('update cortex.topics set default_on = false');
    const [chose, never] = await on.people(2);
    await choose(chose!.person_id, true);
    await on.queue([chose!, never!], { topic_id: topic });
    await on.queue([chose!, never!]);
    await on.queue([chose!, never!], { stream: 'transactional' });
    await on.drain(on.senderFor().sender, 6);
    expect(await on.counts()).toEqual({ sent: 5, 'skipped:topic_off': 1 });
  });

  it('that was removed meanwhile goes to nobody: whoever had left it would get it', async () => {
    const persons = await on.people(2);
    await on.queue(persons, { topic_id: topic });
    await on.db.database.run('delete from cortex.topics');
    await on.drain(on.senderFor().sender, 2);
    expect(await on.counts()).toEqual({ 'skipped:topic_off': 2 });
  });

  it('keeps its topic when it goes back to the queue', async () => {
    const [person] = await on.people(1);
    await on.queue([person!], { topic_id: topic });
    on.fake.plan({ kind: 'status', status: 503 });
    const { sender } = on.senderFor();
    await sender.sendOne();
    await choose(person!.person_id, false);
    await on.db.clock.advance({ minutes: 11 });
    await on.drain(on.senderFor().sender, 1);
    expect(await on.counts()).toEqual({ 'skipped:topic_off': 1 });
  });
});

describe('a pause', () => {
  it('holds marketing mail back for its time, and never system mail', async () => {
    const [person] = await on.people(1);
    await pause(person!.person_id, 30);
    await on.queue([person!]);
    await on.queue([person!], { stream: 'transactional' });
    await on.drain(on.senderFor().sender, 2);
    expect(await on.counts()).toEqual({ sent: 1, 'skipped:paused': 1 });
    await on.db.clock.advance({ days: 30 });
    await on.queue([person!]);
    await on.drain(on.senderFor().sender, 3);
    expect(await on.counts()).toEqual({ sent: 2, 'skipped:paused': 1 });
  });

  it('ends when the person says so', async () => {
    const [person] = await on.people(1);
    await pause(person!.person_id, 30);
    await pause(person!.person_id, null);
    await on.queue([person!]);
    await on.drain(on.senderFor().sender, 1);
    expect(await on.counts()).toEqual({ sent: 1 });
  });
});
