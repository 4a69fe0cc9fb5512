import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { mailHelp } from '../effects/mail-help.js';
import { automationStats, runPage, type RunView } from '../reports/reports.queries.js';

const actor = systemActor('test');
type Step = [id: string, type: string, config?: Record<string, unknown>];

/** Steps in a row, each behind the first way out of the one before; further edges as given. */
const row = (steps: Step[], ...more: [string, string, string][]): Graph => ({
  schema: 1,
  nodes: steps.map(([id, type, config]) => ({ id, type, config: config ?? {} })),
  edges: [
    ...steps
      .slice(1)
      .map(([target], at) => ({ source: steps[at]![0], port: firstPort[steps[at]![1]] ?? 'next', target })),
    ...more.map(([source, port, target]) => ({ source, port, target })),
  ],
});
const firstPort: Record<string, string> = { filter: 'yes', wait_until: 'happened' };
const on = (activity_type: string, more: object = {}): Step => [
  'start',
  'activity_received',
  { activity_type, ...more },
];
const hours = (n: number) => ({ n, unit: 'hours' as const });

describe('the engine', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people = 0;

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    await db.clock.set('2026-11-20T09:00:00Z');
  });
  afterAll(() => db.drop());

  const someone = async (): Promise<string> => {
    people += 1;
    const email = `person${people}@example.com`;
    await line.lead(email);
    await line.settle();
    return email;
  };
  const runsOf = async (automation: string, contact_email?: string): Promise<RunView[]> =>
    (await runPage(db.database, automation, { contact_email, limit: 200 })).items;
  const only = async (automation: string, email: string): Promise<RunView> => {
    const runs = await runsOf(automation, email);
    expect(runs).toHaveLength(1);
    return runs[0]!;
  };
  const ports = (run: RunView) => run.steps.map((step) => `${step.node_id}:${step.port}`);

  it('starts only where type, metadata and person fit, and says so in the timeline', async () => {
    const where = { operator: 'AND', conditions: [{ field: 'metadata.plan', operator: 'eq', value: 'Pro' }] };
    const rules = { operator: 'AND', conditions: [{ field: 'type', operator: 'eq', value: 'lead' }] };
    const automation = await line.live(
      row([on('fit.test', { where, rules }), ['note', 'record_activity', { activity_type: 'fit.noted' }]]),
    );
    const [yes, no] = [await someone(), await someone()];
    await line.post(yes, { type: 'fit.test', metadata: { plan: 'PRO' } });
    await line.post(
      no,
      { type: 'fit.test', metadata: { plan: 'free' } },
      { type: 'fit.other', metadata: { plan: 'pro' } },
    );
    await line.settle();
    expect(await only(automation, yes)).toMatchObject({ status: 'completed', version: 1 });
    expect(await runsOf(automation, no)).toEqual([]);
    const types = await db.database.rows<{ type: string }>(
      'select type from public.crm_activities where contact_email = $1 order by received_at, id',
      [yes],
    );
    expect(types.map((each) => each.type)).toEqual(
      expect.arrayContaining(['fit.test', 'automation.entered', 'fit.noted', 'automation.left']),
    );
    expect((await db.database.row<{ n: number }>('select count(*)::int as n from cortex.activity_inbox'))!.n).toBe(0);
  });

  it('holds entry limits: once, always, a span, a key and a pause between', async () => {
    const graph = (type: string) => row([on(type), ['note', 'record_activity', { activity_type: `${type}.noted` }]]);
    const limits: Record<string, [DraftSettings, number[]]> = {
      'limit.once': [{}, [1, 1, 1]],
      'limit.always': [{ entry: { limit: 'always' } }, [2, 3, 4]],
      'limit.span': [{ entry: { limit: { every: hours(2) } } }, [1, 1, 2]],
      'limit.pause': [{ entry: { limit: 'always', cooldown: hours(3) } }, [1, 1, 1]],
    };
    for (const [type, [settings, expected]] of Object.entries(limits)) {
      const automation = await line.live(graph(type), settings);
      const email = await someone();
      await line.post(email, { type }, { type });
      await line.settle();
      expect([type, (await runsOf(automation, email)).length]).toEqual([type, expected[0]]);
      await db.clock.advance({ hours: 1 });
      await line.post(email, { type });
      await line.settle();
      expect([type, (await runsOf(automation, email)).length]).toEqual([type, expected[1]]);
      await db.clock.advance({ minutes: 61 });
      await line.post(email, { type });
      await line.settle();
      expect([type, (await runsOf(automation, email)).length]).toEqual([type, expected[2]]);
    }
    const keyed = await line.live(graph('limit.key'), { entry: { key: 'metadata.order' } });
    const email = await someone();
    const order = (id?: string) => ({ type: 'limit.key', metadata: id ? { order: id } : {} });
    await line.post(email, order('a'), order('b'), order('a'), order());
    await line.settle();
    expect(await runsOf(keyed, email)).toHaveLength(2);
  });

  it('lets one person in once, although two workers get the same occasion in the same moment', async () => {
    const automation = await line.live(row([on('race.start'), ['wait', 'wait', { for: hours(1) }]]));
    const other = await pipeline(db.database);
    const emails = await Promise.all(Array.from({ length: 20 }, () => someone()));
    await Promise.all(emails.flatMap((email) => [1, 2, 3].map(() => line.post(email, { type: 'race.start' }))));
    const work = async (worker: Pipeline) => {
      for (let round = 0; round < 60; round += 1) await worker.matcher.once();
    };
    await Promise.all([work(line), work(other)]);
    await line.settle();
    for (const email of emails) expect(await runsOf(automation, email)).toHaveLength(1);
  });

  it('does not miss what arrives in the same moment in which it begins to wait', async () => {
    const automation = await line.live(
      row([on('miss.start'), ['wait', 'wait_until', { activity_type: 'miss.wanted', timeout: hours(2) }]]),
    );
    const [together, before, later] = [await someone(), await someone(), await someone()];
    await line.post(together, { type: 'miss.start' }, { type: 'miss.wanted' });
    await line.post(before, { type: 'miss.wanted' }, { type: 'miss.start' });
    await line.post(later, { type: 'miss.start' });
    await db.clock.advance({ seconds: 1 });
    await line.settle();
    await db.clock.advance({ minutes: 5 });
    await line.post(later, { type: 'miss.wanted' });
    await line.settle();
    expect(ports(await only(automation, together))).toEqual(['start:next', 'wait:happened']);
    expect(ports(await only(automation, later))).toEqual(['start:next', 'wait:happened']);
    expect(await only(automation, before)).toMatchObject({ status: 'waiting' });
    await db.clock.advance({ hours: 2 });
    await line.settle();
    expect(ports(await only(automation, before))).toEqual(['start:next', 'wait:timed_out']);
  });

  it('does not miss what arrives while it is on its way to the wait', async () => {
    const automation = await line.live(
      row([
        on('way.start'),
        ['change', 'update_contact', { add_tags: ['Asked'] }],
        ['wait', 'wait_until', { activity_type: 'way.wanted', timeout: hours(2) }],
        ['again', 'wait_until', { activity_type: 'way.wanted', timeout: hours(2) }],
      ]),
    );
    const [once, twice, before] = [await someone(), await someone(), await someone()];
    // One claim takes all of it, and the changed person makes the run go on in the next.
    await line.post(once, { type: 'way.start' }, { type: 'way.wanted' });
    await line.post(twice, { type: 'way.start' }, { type: 'way.wanted' }, { type: 'other' }, { type: 'way.wanted' });
    await line.post(before, { type: 'way.wanted' }, { type: 'way.start' });
    await line.settle();
    expect(ports(await only(automation, once))).toEqual(['start:next', 'change:next', 'wait:happened', 'again:null']);
    expect(ports(await only(automation, twice))).toEqual([
      'start:next',
      'change:next',
      'wait:happened',
      'again:happened',
    ]);
    expect(ports(await only(automation, before))).toEqual(['start:next', 'change:next', 'wait:null']);
    // Nothing is kept in mind for those who wait or have ended.
    const left = await db.database.rows(
      "select 1 from cortex.automation_runs where automation_id = $1 and context ? 'passed'",
      [automation],
    );
    expect(left).toEqual([]);
  });

  it('freezes while paused and goes on from there, with what arrived meanwhile', async () => {
    const automation = await line.live(
      row([
        on('pause.start'),
        ['wait', 'wait', { for: hours(1) }],
        ['until', 'wait_until', { activity_type: 'pause.wanted', timeout: { n: 2, unit: 'days' } }],
      ]),
    );
    const [waiting, until, late] = [await someone(), await someone(), await someone()];
    await line.post(until, { type: 'pause.start' });
    await line.settle();
    await db.clock.advance({ hours: 1 });
    await line.settle();
    await line.post(waiting, { type: 'pause.start' });
    await line.settle();
    await line.lifecycle.pause(actor, automation);
    await db.clock.advance({ hours: 2 });
    await line.post(until, { type: 'pause.wanted' });
    await line.post(late, { type: 'pause.start' });
    await line.settle();
    expect(await only(automation, waiting)).toMatchObject({ status: 'waiting', node_id: 'wait' });
    expect(await only(automation, until)).toMatchObject({ status: 'waiting', node_id: 'until' });
    await expect(line.runs.enter(actor, automation, late)).rejects.toMatchObject({ code: 'automation_not_live' });
    await line.lifecycle.resume(actor, automation);
    await line.settle();
    expect(await only(automation, waiting)).toMatchObject({ status: 'waiting', node_id: 'until' });
    expect(ports(await only(automation, until))).toEqual(['start:next', 'wait:next', 'until:happened']);
    expect(await runsOf(automation, late)).toEqual([]);
    await expect(line.lifecycle.stop(actor, automation, 5)).rejects.toMatchObject({
      code: 'count_changed',
      facts: { inside: 1 },
    });
    await line.lifecycle.stop(actor, automation, 1);
    expect(await only(automation, waiting)).toMatchObject({ status: 'exited', end_reason: 'stopped', wake_at: null });
  });

  it('starts and wakes nothing from history and from what is late', async () => {
    const automation = await line.live(row([on('late.start'), ['wait', 'wait', { for: hours(1) }]]), {
      late_after: hours(2),
    });
    const [history, late, fresh] = [await someone(), await someone(), await someone()];
    await db.clock.advance({ hours: 3 });
    await line.post(history, { type: 'late.start', history: true });
    await line.post(late, { type: 'late.start', ago: 7300 });
    await line.post(fresh, { type: 'late.start', ago: 7100 });
    await line.settle();
    expect(await runsOf(automation, history)).toEqual([]);
    expect(await runsOf(automation, late)).toEqual([]);
    expect(await runsOf(automation, fresh)).toHaveLength(1);
    const seen = await db.database.row<{ behind: number }>(
      'select extract(epoch from cortex.now() - last_activity)::int as behind from cortex.people where address = $1',
      [late],
    );
    expect(seen!.behind).toBe(7300);
  });

  it('lets people leave early: by an activity, by rules, or because the goal is reached', async () => {
    const steps: Step[] = [
      on('leave.start'),
      ['wait', 'wait', { for: hours(5) }],
      ['note', 'record_activity', { activity_type: 'leave.noted' }],
    ];
    const customer = { operator: 'AND' as const, conditions: [{ field: 'type', operator: 'eq', value: 'customer' }] };
    const automation = await line.live(row(steps), {
      exit_when: { activity_type: 'leave.stop' },
      goal: { rules: customer },
    });
    const [stopped, bought, stays] = [await someone(), await someone(), await someone()];
    for (const email of [stopped, bought, stays]) await line.post(email, { type: 'leave.start' });
    await line.settle();
    await line.post(stopped, { type: 'leave.stop' });
    await db.database.run('insert into public.unified_profiles (email) values ($1)', [bought]);
    await line.post(bought, { type: 'page_view' });
    await line.settle();
    expect(await only(automation, stopped)).toMatchObject({ status: 'exited', end_reason: 'exit_when' });
    expect(await only(automation, bought)).toMatchObject({ status: 'completed', end_reason: 'goal' });
    expect(await only(automation, stays)).toMatchObject({ status: 'waiting' });
  });

  it('asks about a changed tag only when the change is there', async () => {
    const tagged = { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'vip' }] };
    const automation = await line.live(
      row([
        on('tag.start'),
        ['change', 'update_contact', { add_tags: ['VIP'], set: { country: 'DE', 'attributes.plan': 'pro' } }],
        ['ask', 'filter', { rules: tagged }],
      ]),
    );
    const email = await someone();
    await line.post(email, { type: 'tag.start' });
    await line.settle();
    expect(ports(await only(automation, email))).toEqual(['start:next', 'change:next', 'ask:yes']);
    const person = await db.database.row('select tags, country, attributes from cortex.people where address = $1', [
      email,
    ]);
    expect(person).toMatchObject({ country: 'DE', attributes: { plan: 'pro' } });
  });

  it('moves people to a new version at the same step, where the time already waited counts', async () => {
    const draft = (n: number) =>
      row([
        on('move.start'),
        ['wait', 'wait', { for: hours(n) }],
        ['note', 'record_activity', { activity_type: 'move.noted' }],
      ]);
    const automation = await line.live(draft(10));
    const [stays, moves] = [await someone(), await someone()];
    await line.post(stays, { type: 'move.start' });
    await line.settle();
    await db.clock.advance({ hours: 3 });
    const change = async (n: number) => {
      const { revision: base } = await automationById(db.database, automation);
      return (await line.automations.put(actor, automation, base, { graph: draft(n) })).revision;
    };
    await line.publishing.publish(actor, automation, { revision: await change(9) }, mailHelp);
    await line.post(moves, { type: 'move.start' });
    await line.settle();
    await db.clock.advance({ hours: 3 });
    await line.settle();
    expect(await only(automation, stays)).toMatchObject({ version: 1, status: 'waiting' });
    const answer = await line.publishing.publish(
      actor,
      automation,
      { revision: await change(4), in_flight: { default: 'move', removed: {} } },
      mailHelp,
    );
    expect(answer).toMatchObject({ version: 3, moved: 2 });
    await line.settle();
    expect(await only(automation, stays)).toMatchObject({ version: 3, status: 'completed' });
    expect(await only(automation, moves)).toMatchObject({
      version: 3,
      status: 'waiting',
      wake_at: new Date(db.clock.now().getTime() + 3_600_000),
    });
  });

  it('brings new words of a mail to those who stay on their version, queued ones too, where that is chosen', async () => {
    const draft = (subject: string) =>
      row([
        on('word.start'),
        ['first', 'send_email', { subject, html: '<p>One</p>', stream: 'broadcast' }],
        ['wait', 'wait', { for: hours(1) }],
        ['second', 'send_email', { subject: `${subject} again`, html: '<p>Two</p>', stream: 'broadcast' }],
      ]);
    const automation = await line.live(draft('Old'));
    const email = await someone();
    await line.post(email, { type: 'word.start' });
    await line.settle();
    const publish = async (subject: string, reword: boolean) => {
      const { revision: base } = await automationById(db.database, automation);
      const { revision } = await line.automations.put(actor, automation, base, { graph: draft(subject) });
      const in_flight = { default: 'stay' as const, removed: {}, reword };
      await line.publishing.publish(actor, automation, { revision, in_flight }, mailHelp);
    };
    const subjects = async () =>
      (
        await db.database.rows<{ says: string }>(
          `select m.version || ' ' || c.subject as says from cortex.messages m join cortex.mail_contents c on c.id = m.content_id
           where m.automation_id = $1 order by m.id`,
          [automation],
        )
      ).map(({ says }) => says);
    await publish('Unseen', false);
    expect(await subjects()).toEqual(['1 Old']);
    await publish('New', true);
    expect(await subjects()).toEqual(['1 New']);
    await db.clock.advance({ hours: 2 });
    await line.settle();
    expect(await subjects()).toEqual(['1 New', '1 New again']);
  });

  it('enters, moves on, removes and counts by hand', async () => {
    const automation = await line.live(
      row([
        ['start', 'manual'],
        ['wait', 'wait', { for: hours(5) }],
        ['note', 'record_activity', { activity_type: 'hand.noted' }],
      ]),
    );
    const [first, second] = [await someone(), await someone()];
    expect(await line.runs.enter(actor, automation, first)).toMatchObject({ entered: true });
    expect(await line.runs.enter(actor, automation, first)).toMatchObject({ entered: false, run_id: null });
    const { run_id } = await line.runs.enter(actor, automation, second);
    await line.runs.advance(actor, run_id!);
    expect(await only(automation, second)).toMatchObject({ status: 'completed' });
    await line.runs.remove(actor, (await only(automation, first)).id);
    expect(await only(automation, first)).toMatchObject({ status: 'exited', end_reason: 'removed by hand' });
    await expect(line.runs.remove(actor, run_id!)).rejects.toMatchObject({ code: 'wrong_run_status' });
    expect(await automationStats(db.database, automation, {})).toMatchObject({
      entered: 2,
      inside: 0,
      completed: 1,
      exited: 1,
      nodes: {
        start: { entered: 2, left: 2, ports: { next: 2 } },
        wait: { entered: 2, here_now: 0, left: 2, ports: { next: 1 } },
      },
    });
  });
});
