import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { MOST_HOPS } from './hop-limit.js';
import { drawing, on, Walkers, type Step } from '../scenarios/steps.fixture.js';

const actor = systemActor('test');

describe('going on to another automation', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people: Walkers;

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    people = new Walkers(db.database, line, 'round');
    await db.clock.set('2026-11-20T09:00:00Z');
  });
  afterAll(() => db.drop());

  const to = (automation_id: string): Step => ['go', 'enter_automation', { automation_id }];
  const target = (type: string, limit: 'once' | 'always' = 'once') =>
    line.live(drawing([on(type), ['note', 'record_activity', { activity_type: `${type}.noted` }]]), {
      entry: { limit },
    });

  it('parcelvoy#607: puts people in at once and under the other’s entry limit, and they go on here', async () => {
    const other = await target('other.start');
    const here = await line.live(drawing([on('here.start'), to(other), ['after', 'exit', { reason: 'done' }]]), {
      entry: { limit: 'always' },
    });
    const email = await people.someone();
    await line.post(email, { type: 'here.start' });
    await line.settle();
    await line.post(email, { type: 'here.start' });
    await line.settle();
    const entered = await people.run(other, email);
    expect(entered).toMatchObject({ status: 'completed', entered_at: db.clock.now(), ended_at: db.clock.now() });
    const [second, first] = await people.runs(here, email);
    expect([first, second].map((run) => run!.end_reason)).toEqual(['done', 'done']);
    expect(first!.steps[1]!.outcome).toMatchObject({ entered: true, run_id: entered.id });
    expect(second!.steps[1]!.outcome).toMatchObject({ entered: false, reason: expect.stringContaining('once') });
  });

  it('counts an entry that the same activity has brought about a moment before', async () => {
    const other = await target('both.start');
    const here = await line.live(drawing([on('both.start'), to(other)]));
    const emails = [await people.someone(), await people.someone(), await people.someone()];
    for (const email of emails) await line.post(email, { type: 'both.start' });
    await line.settle();
    for (const email of emails) {
      expect(await people.runs(other, email)).toHaveLength(1);
      expect((await people.run(here, email)).steps[1]!.outcome).toMatchObject({ entered: false });
    }
  });

  it('says so where the other is not live, and goes on', async () => {
    const other = await target('asleep.start');
    const here = await line.live(drawing([on('awake.start'), to(other)]));
    await line.lifecycle.pause(actor, other);
    const email = await people.someone();
    await line.post(email, { type: 'awake.start' });
    await line.settle();
    const run = await people.run(here, email);
    expect(run.status).toBe('completed');
    expect(run.steps[1]!.outcome).toEqual({ entered: false, reason: 'it is not live' });
  });

  it('superset-sh/superset#6747: stops somebody whom automations send round and round, and says it', async () => {
    const draft = await line.automations.create(actor, { name: 'Second', graph: drawing([]), settings: {} });
    const first = await line.live(drawing([on('circle.start'), to(draft.id)]), { entry: { limit: 'always' } });
    const graph = drawing([['start', 'manual'], to(first)]);
    await line.automations.put(actor, draft.id, draft.revision, { graph, settings: { entry: { limit: 'always' } } });
    const { problems } = await line.publishing.validate(draft.id, {}, { checkTemplates: async () => new Map() }, actor);
    expect(problems).toEqual(
      expect.arrayContaining([expect.objectContaining({ code: 'circle_of_automations', severity: 'look' })]),
    );
    const { mailHelp } = await import('../effects/mail-help.js');
    await line.publishing.publish(actor, draft.id, {}, mailHelp);
    const [email, other] = [await people.someone(), await people.someone()];
    await line.post(email, { type: 'circle.start' });
    await line.settle();
    const runs = [...(await people.runs(first, email)), ...(await people.runs(draft.id, email))];
    expect(runs).toHaveLength(MOST_HOPS + 1);
    expect(runs.every((run) => run.status === 'completed')).toBe(true);
    const open = await db.database.rows(
      `select title from cortex.attention where key like 'loop:%' and closed_at is null`,
    );
    expect(open).toEqual([{ title: 'Automations send people around in a loop' }]);
    await line.post(other, { type: 'circle.start' });
    await line.settle();
    expect((await people.runs(first, other)).length).toBeGreaterThan(1);
  });

  it('cannot be published towards itself or an automation that does not exist', async () => {
    const draft = await line.automations.create(actor, { name: 'Self', graph: drawing([]), settings: {} });
    const check = async (id: string) => {
      const graph = drawing([on('self.start'), to(id)]);
      const { problems } = await line.publishing.validate(
        draft.id,
        { graph },
        { checkTemplates: async () => new Map() },
        actor,
      );
      return problems.filter((problem) => problem.severity === 'blocks').map((problem) => problem.code);
    };
    expect(await check(draft.id)).toEqual(['enters_itself']);
    expect(await check(newId())).toEqual(['unknown_automation']);
  });
});
