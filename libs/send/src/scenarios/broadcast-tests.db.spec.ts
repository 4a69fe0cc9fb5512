import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BroadcastTest } from '#contracts';
import { SentBroadcasts } from './broadcasts.fixture.js';
import type { SendFixture } from './send.fixture.js';

let sent: SentBroadcasts;
let on: SendFixture;

beforeAll(async () => {
  sent = await SentBroadcasts.make();
  on = sent.on;
});
afterAll(() => on.db.drop());
beforeEach(() => sent.reset());
afterEach(() => on.fake.close());

const onSubject = (more: Partial<BroadcastTest> = {}): BroadcastTest => ({
  on: 'subject',
  variants: [{ subject: 'Plain' }, { subject: 'Bold' }],
  percent: 20,
  wait: { n: 1, unit: 'hours' },
  winner_by: 'clicks',
  ...more,
});

/** How often each subject was accepted. */
function subjects(): Record<string, number> {
  const times: Record<string, number> = {};
  for (const { subject } of on.fake.accepted) times[subject] = (times[subject] ?? 0) + 1;
  return times;
}

/** The first so many mails of the sample of a variant are clicked. */
const click = (id: string, name: string, n: number) =>
  on.db.database.run(
    `update cortex.messages set clicked_at = cortex.now() where id in (
       select m.id from cortex.messages m where m.broadcast_id = $1 and m.node_id = $2 order by m.id limit $3)`,
    [id, name, n],
  );

/** Its sample has left, and the wait has begun. */
async function sampled(test: BroadcastTest, people = 100, more = {}) {
  await on.people(people);
  const id = await sent.draft({ test, ...more });
  await sent.send(id);
  const { sender } = on.senderFor();
  await sent.drain(sender, id);
  return { id, sender };
}

describe('a test of two subjects', () => {
  it('reaches exactly its share, split equally, and the rest gets the better one when the wait is over', async () => {
    const { id, sender } = await sampled(onSubject());
    expect(subjects()).toEqual({ Plain: 10, Bold: 10 });
    expect(await sent.counts(id)).toMatchObject({ sent: 20, queued: 80 });
    expect(await sent.broadcasts.test(id)).toMatchObject({
      state: 'waiting',
      decides_at: '2026-03-01T11:00:00.000Z',
      variants: [
        { name: 'A', subject: 'Plain', sent: 10 },
        { name: 'B', subject: 'Bold', sent: 10 },
      ],
    });
    await click(id, 'B', 8);
    await click(id, 'A', 1);
    await sent.pass(sender, id, 59, 9);
    expect(on.fake.accepted).toHaveLength(20);
    await sent.pass(sender, id, 1);
    expect(subjects()).toEqual({ Plain: 10, Bold: 90 });
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
    const result = await sent.broadcasts.test(id);
    expect(result).toMatchObject({
      state: 'decided',
      winner: 1,
      chosen_by: 'test',
      differs: true,
      sentence:
        'B is better than A with a probability of more than 99 %: 8 of 10 clicked with B, 1 of 10 clicked with A.',
      variants: [
        { sent: 10, clicked: 1 },
        { sent: 10, clicked: 8 },
      ],
    });
    expect(result.probability).toBeGreaterThan(0.99);
    const kept = await on.db.database.rows<{ variant: number; n: number }>(
      'select variant, count(*)::int as n from cortex.messages where broadcast_id = $1 group by 1 order by 1',
      [id],
    );
    expect(kept).toEqual([
      { variant: 0, n: 10 },
      { variant: 1, n: 90 },
    ]);
    expect(on.mostTaken).toBe(1);
  }, 60_000);

  it('may find no difference: then the rest gets the first one', async () => {
    const { id, sender } = await sampled(onSubject());
    await click(id, 'A', 3);
    await click(id, 'B', 4);
    await sent.pass(sender, id, 60, 9);
    expect(await sent.broadcasts.test(id)).toMatchObject({
      winner: 0,
      differs: false,
      sentence: 'No difference was found: 4 of 10 clicked with B, 3 of 10 clicked with A. The rest gets A.',
    });
    expect(subjects()).toEqual({ Plain: 90, Bold: 10 });
  }, 60_000);

  it('goes by enrollments, if that is what was asked for', async () => {
    const { id, sender } = await sampled(onSubject({ winner_by: 'enrollments' }));
    await click(id, 'A', 10);
    await on.db.clock.advance({ minutes: 5 });
    await on.db.database.run(
      `insert into public.crm_activities (contact_email, type, metadata, source, person_id)
       select m.contact_email, 'course.enrolled', '{}', 'test', m.person_id
       from cortex.messages m where m.broadcast_id = $1 and m.node_id = 'B' order by m.id limit 7`,
      [id],
    );
    await sent.pass(sender, id, 55, 9);
    expect(await sent.broadcasts.test(id)).toMatchObject({
      winner: 1,
      variants: [
        { clicked: 10, enrolled: 0 },
        { clicked: 0, enrolled: 7 },
      ],
    });
    expect(subjects()).toEqual({ Plain: 10, Bold: 90 });
  }, 60_000);

  it('is ended early by a person, once', async () => {
    const { id, sender } = await sampled(onSubject());
    await expect(sent.lifecycle.chooseWinner(sent.actor, id, 2)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await sent.lifecycle.chooseWinner(sent.actor, id, 1)).toMatchObject({
      state: 'decided',
      winner: 1,
      chosen_by: 'person',
      probability: null,
    });
    await expect(sent.lifecycle.chooseWinner(sent.actor, id, 0)).rejects.toMatchObject({ code: 'no_test_running' });
    await sent.drain(sender, id);
    expect(subjects()).toEqual({ Plain: 10, Bold: 90 });
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  }, 60_000);

  it('waits while it is paused, and is cancelled with what the rest would have got', async () => {
    const { id, sender } = await sampled(onSubject());
    await sent.lifecycle.pause(sent.actor, id);
    await on.db.clock.advance({ hours: 2 });
    await sent.drain(sender, id);
    expect(await sent.broadcasts.test(id)).toMatchObject({ state: 'waiting', winner: null });
    await sent.lifecycle.cancel(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.counts(id)).toMatchObject({ sent: 20, cancelled: 80, queued: 0 });
  }, 60_000);

  it('asks before the rest leaves late, when nothing ran as it was to be decided', async () => {
    const { id, sender } = await sampled(onSubject());
    await on.db.clock.advance({ minutes: 90 });
    await sent.drain(sender, id);
    expect(await sent.broadcasts.get(id)).toMatchObject({
      status: 'paused',
      reason: 'The verdict on its test was due at 2026-03-01T11:00:00.000Z, and Cortex was not running then.',
    });
    await sent.lifecycle.resume(sent.actor, id);
    await sent.drain(sender, id);
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  }, 60_000);

  it('spreads the rest from the verdict on', async () => {
    const { id, sender } = await sampled(onSubject(), 100, { spread: { n: 2, unit: 'hours' } });
    expect(on.fake.accepted).toHaveLength(20);
    await sent.pass(sender, id, 60, 9);
    expect(on.fake.accepted.length).toBeLessThan(25);
    await sent.pass(sender, id, 60, 9);
    expect(Math.abs(on.fake.accepted.length - 60)).toBeLessThan(20);
    await sent.pass(sender, id, 65, 9);
    expect(subjects()).toEqual({ Plain: 90, Bold: 10 });
    expect(await sent.statuses(id)).toEqual(['sent', 'sent']);
  }, 120_000);
});

describe('a test', () => {
  it('of designs sends each as its template says', async () => {
    const ids: string[] = [];
    for (const name of ['Round', 'Square']) {
      const row = await on.db.database.row<{ id: string }>(
        'insert into cortex.templates (name, subject, html) values ($1, $1, $2) returning id',
        [name, `<p>${name}</p>`],
      );
      ids.push(row!.id);
    }
    const [round, square] = ids;
    const test = onSubject({ on: 'design', variants: [{}, { template_id: square }] });
    const { id } = await sampled(test, 100, { subject: '', html: '', template_id: round });
    expect(subjects()).toEqual({ Round: 10, Square: 10 });
    expect(on.fake.accepted.every(({ subject, html }) => html.includes(`<p>${subject}</p>`))).toBe(true);
    const { variants } = await sent.broadcasts.test(id);
    expect(variants.map(({ design, subject }) => [design, subject])).toEqual([
      ['Round', 'Round'],
      ['Square', 'Square'],
    ]);
    // What a draft's test names is kept.
    const uses = await on.db.database.rows<{ used_id: string }>(
      "select used_id from cortex.uses where user_kind = 'broadcast' and user_id = $1",
      [id],
    );
    expect(uses.map(({ used_id }) => used_id).sort()).toEqual([...ids].sort());
  }, 60_000);

  it('tries HTML of its own against a template, whose topic is then asked of nobody unsaid', async () => {
    const topic = (await on.db.database.row<{ id: string }>(
      "insert into cortex.topics (name, default_on) values ('Courses', true) returning id",
    ))!;
    const template = (await on.db.database.row<{ id: string }>(
      `insert into cortex.templates (name, subject, html, topic_id) values ('Round', 'Two', '<p>Round</p>', $1) returning id`,
      [topic.id],
    ))!;
    const own = { html: '<p>Written for {{ contact.email }}</p>' };
    const test = onSubject({ on: 'design', variants: [{}, own] });
    await on.people(20);
    const draft = { test, subject: 'Two', html: '', template_id: template.id };
    const id = await sent.draft(draft);
    expect((await sent.broadcasts.get(id)).problems).toEqual([expect.objectContaining({ pointer: '/topic_id' })]);
    const broken = onSubject({ on: 'design', variants: [{}, { html: '{% if %}' }] });
    await expect(sent.broadcasts.save(sent.actor, id, { test: broken })).rejects.toMatchObject({
      errors: [expect.objectContaining({ pointer: '/test/variants/1/html' })],
    });
    await sent.broadcasts.save(sent.actor, id, { topic_id: topic.id });
    // The list of broadcasts carries no letters.
    const { items } = await sent.broadcasts.list({ limit: 1 });
    expect(items[0]!.test!.variants).toEqual([{}, {}]);
    await sent.send(id);
    await sent.drain(on.senderFor().sender, id);
    const bodies = on.fake.accepted.map(({ html }) => /Round|Written for \S+@/.exec(html)![0]);
    expect(bodies.map((body) => body.slice(0, 5)).sort()).toEqual(['Round', 'Round', 'Writt', 'Writt']);
  }, 60_000);

  it('is not ready while two variants say the same, one cannot be read, or too few people would get it', async () => {
    await on.people(12);
    const id = await sent.draft({ test: onSubject({ variants: [{}, {}] }) });
    const problems = async () => (await sent.broadcasts.get(id)).problems;
    expect(await problems()).toEqual([
      { pointer: '/test/variants/1', message: 'Variants A and B say the same. Change one of them.' },
    ]);
    await sent.broadcasts.save(sent.actor, id, { test: onSubject({ variants: [{}, { subject: '{{ contact.' }] }) });
    expect(await problems()).toEqual([expect.objectContaining({ pointer: '/test/variants/1/subject' })]);
    await sent.broadcasts.save(sent.actor, id, { test: onSubject({ percent: 10 }) });
    expect(await problems()).toEqual([]);
    await expect(sent.send(id)).rejects.toMatchObject({
      message: expect.stringContaining('The test would reach 1 of 12 people'),
    });
    await sent.broadcasts.save(sent.actor, id, { local_time: true });
    expect(await problems()).toEqual([expect.objectContaining({ pointer: '/test' })]);
  });

  it('is shared exactly over many chunks, whatever is held out', async () => {
    const variants = [{ subject: 'One' }, { subject: 'Two' }, { subject: 'Three' }];
    const { id } = await sampled(onSubject({ variants, percent: 30 }), 500, { holdout_percent: 20 });
    const { skipped } = await sent.counts(id);
    const reached = 500 - skipped.held_out!;
    const each = Object.values(subjects());
    expect(each.reduce((sum, n) => sum + n, 0)).toBe(Math.floor(reached * 0.3));
    expect(Math.max(...each) - Math.min(...each)).toBeLessThanOrEqual(1);
  }, 60_000);
});
