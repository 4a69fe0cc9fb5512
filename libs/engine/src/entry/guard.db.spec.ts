import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runPage } from '../reports/reports.queries.js';

const actor = systemActor('test');
const always: DraftSettings = { entry: { limit: 'always' } };
type Step = [id: string, type: string, config?: Record<string, unknown>];
const row = (...steps: Step[]): Graph => ({
  schema: 1,
  nodes: steps.map(([id, type, config]) => ({ id, type, config: config ?? {} })),
  edges: steps.slice(1).map(([target], at) => ({ source: steps[at]![0], port: 'next', target })),
});
const on = (activity_type: string, more: object = {}): Step => [
  'start',
  'activity_received',
  { activity_type, ...more },
];
const mail: Step = ['mail', 'send_email', { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' }];
const record = (activity_type: string, metadata: object = {}): Step => [
  'note',
  'record_activity',
  { activity_type, metadata },
];

describe('the guard', () => {
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
    const email = `guarded${people}@example.com`;
    await line.lead(email);
    return email;
  };
  const crowd = async (n: number): Promise<string[]> => {
    const emails: string[] = [];
    for (let at = 0; at < n; at += 1) emails.push(await someone());
    await line.settle();
    return emails;
  };
  const mailsOf = async (automation: string): Promise<number> =>
    (await db.database.row<{ n: number }>('select count(*)::int as n from cortex.messages where automation_id = $1', [
      automation,
    ]))!.n;
  const runs = async (automation: string) => (await runPage(db.database, automation, { limit: 200 })).items;
  const attention = (key: string) =>
    db.database.rows<{ key: string; kind: string; title: string; detail: string; closed_at: Date | null }>(
      'select key, kind, title, detail, closed_at from cortex.attention where key = $1',
      [key],
    );

  it('superset#6747: 1,487 copies to 230 people are impossible: it pauses itself, and everyone stays in place', async () => {
    const emails = await crowd(40);
    const drip = row(on('repeat.start'), mail, ['wait', 'wait', { for: { n: 3, unit: 'days' } }]);
    const automation = await line.live(drip, always);
    // As many for each person as there were in the worst case: 1,487 / 230 is six or seven.
    for (let round = 0; round < 7; round += 1) {
      for (const email of emails) await line.post(email, { type: 'repeat.start' });
      await line.settle();
      await db.clock.advance({ minutes: 1 });
    }
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'paused' });
    expect(await mailsOf(automation)).toBeLessThanOrEqual(40 + 50);
    const inside = await runs(automation);
    expect(inside.every((run) => run.status === 'waiting')).toBe(true);
    expect(await attention(`guard:${automation}`)).toMatchObject([
      { kind: 'guard', title: expect.stringMatching(/was paused automatically/), closed_at: null },
    ]);

    // Resuming says that it is fine: it counts anew from there.
    await db.clock.advance({ minutes: 1 });
    await line.lifecycle.resume(actor, automation);
    const before = await mailsOf(automation);
    await line.post(emails[0]!, { type: 'repeat.start' });
    await line.settle();
    expect(await mailsOf(automation)).toBe(before + 1);
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'live' });
    expect((await attention(`guard:${automation}`)).every((item) => item.closed_at !== null)).toBe(true);
  });

  it('holds for the worst person as well, although everything comes within one second from two workers', async () => {
    const [email] = await crowd(1);
    const automation = await line.live(row(on('worst.start'), mail), always);
    const other = await pipeline(db.database);
    for (let n = 0; n < 113; n += 1) await line.post(email!, { type: 'worst.start', metadata: { n } });
    for (let round = 0; round < 40; round += 1) await Promise.all([line.matcher.once(), other.matcher.once()]);
    await line.settle();
    expect(await mailsOf(automation)).toBe(10);
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'paused' });
  });

  it('lets through what is as it was on its own last days', async () => {
    const [email] = await crowd(1);
    const automation = await line.live(row(on('usual.start'), mail), always);
    const day = async (times: number) => {
      for (let n = 0; n < times; n += 1) await line.post(email!, { type: 'usual.start' });
      await line.settle();
      await db.clock.advance({ days: 1, hours: 1 });
    };
    for (const times of [8, 20]) await day(times);
    expect(await mailsOf(automation)).toBe(28);
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'live' });
    await day(65);
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'paused' });
  });

  it.each([
    ['expects what a backtest under the usual assumptions said', '{}', 20, 'live'],
    ['but not what one under other assumptions did', '{"clicked": 100}', 10, 'paused'],
  ])('%s', async (_name, assume, mails, status) => {
    const [email] = await crowd(1);
    const automation = await line.live(row(on(`assumed.${status}`), mail), always);
    await db.database.run(
      `insert into cortex.backtests (automation_id, revision, graph, settings, from_at, to_at, status, assume, result)
       values ($1, 1, '{}', '{}', cortex.now() - interval '30 days', cortex.now(), 'completed', $2::jsonb,
         '{"worst": {"messages": 30}, "per_day": []}')`,
      [automation, assume],
    );
    for (let n = 0; n < 20; n += 1) await line.post(email!, { type: `assumed.${status}`, metadata: { n } });
    await line.settle();
    expect(await mailsOf(automation)).toBe(mails);
    expect(await automationById(db.database, automation)).toMatchObject({ status });
  });

  it('holds a step that mails the same person again and again going round', async () => {
    const [email] = await crowd(1);
    const graph = row(on('round.start'), mail, ['wait', 'wait', { for: { n: 1, unit: 'minutes' } }]);
    graph.edges.push({ source: 'wait', port: 'next', target: 'mail' });
    const automation = await line.live(graph);
    await line.post(email!, { type: 'round.start' });
    for (let minute = 0; minute < 30; minute += 1) {
      await line.settle();
      await db.clock.advance({ minutes: 1 });
    }
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'paused' });
    expect(await mailsOf(automation)).toBe(10);
    expect(await runs(automation)).toMatchObject([{ node_id: 'mail', ended_at: null }]);
  });

  it('pauses what takes in far more people within a minute than it ever did', async () => {
    const automation = await line.live(
      row(on('pace.start'), ['note', 'record_activity', { activity_type: 'pace.noted' }]),
    );
    const fill = (n: number, ago: string, byHand = false) =>
      db.database.run(
        `insert into cortex.automation_runs (automation_id, version_id, version, person_id, entry_key, status,
           activity_id, entered_at, ended_at)
         select $1, v.id, 1, uuidv7(), 'once', 'completed', case when $4 then null else uuidv7() end,
           cortex.now() - $3::interval, cortex.now()
         from cortex.automation_versions v, generate_series(1, $2::int) where v.automation_id = $1`,
        [automation, n, ago, byHand],
      );
    await fill(9, '3 days');
    await fill(1_000, '10 seconds', true);
    await line.entries.tick();
    // Somebody started it for all of them, and meant it.
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'live' });
    await db.database.run('delete from cortex.automation_runs where automation_id = $1', [automation]);
    await fill(210, '10 seconds');
    await line.entries.tick();
    // Nothing is known of it yet.
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'live' });
    await fill(9, '3 days');
    await line.entries.tick();
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'paused' });
    expect(await attention(`guard:${automation}`)).toMatchObject([
      { detail: expect.stringMatching(/210 people entered/) },
    ]);
  });

  it('stops people whom automations send round by what they record, and says so', async () => {
    const [email] = await crowd(1);
    const one = await line.live(row(on('ring.one'), record('ring.two')), always);
    const two = await line.live(row(on('ring.two'), record('ring.one')), always);
    await line.post(email!, { type: 'ring.one' });
    for (let round = 0; round < 60; round += 1) await line.matcher.once();
    const [a, b] = [await runs(one), await runs(two)];
    expect(a.length + b.length).toBe(11);
    expect([...(await attention(`loop:${one}`)), ...(await attention(`loop:${two}`))]).toMatchObject([
      { title: 'Automations send people around in a loop' },
    ]);
    // Somebody who does it themselves begins anew.
    await line.post(email!, { type: 'ring.one' });
    await line.matcher.once();
    expect((await runs(one)).length).toBe(a.length + 1);
  });

  it('stops them also where a list stands between', async () => {
    const [email] = await crowd(1);
    const [list] = await db.database.rows<{ id: string }>(
      `insert into public.crm_smart_lists (name, kind, rules) values ('Ring', 'rules',
         '{"operator": "AND", "conditions": [{"field": "tags", "operator": "contains", "value": "ring"}]}') returning id`,
    );
    const { BulkChanges, ListMembers, MemberFiles, Membership, RuleQuestions } = await import('#smart-lists');
    const { Contacts } = await import('#directory');
    const { createLog } = await import('#platform');
    const log = createLog('silent', 'test');
    const members = new ListMembers(db.database);
    const bulk = new BulkChanges(db.database, members, new RuleQuestions(db.database, new Contacts(db.database)));
    const membership = new Membership(db.database, new MemberFiles(db.database, members, bulk), log);
    const add = await line.live(
      row(['start', 'smart_list_left', { smart_list_id: list!.id }], ['tag', 'update_contact', { add_tags: ['ring'] }]),
      always,
    );
    const remove = await line.live(
      row(
        ['start', 'smart_list_entered', { smart_list_id: list!.id }],
        ['tag', 'update_contact', { remove_tags: ['ring'] }],
      ),
      always,
    );
    for (let round = 0; round < 4; round += 1) await membership.once();
    await line.settle();
    await db.database.run(`update public.purchase_leads set tags = '{ring}' where email = $1`, [email]);
    for (let round = 0; round < 40; round += 1) {
      await line.settle();
      await membership.once();
      await db.clock.advance({ seconds: 2 });
    }
    expect((await runs(add)).length + (await runs(remove)).length).toBe(11);
  });

  it('lets somebody who has just come in leave by what they did in the same moment, after their first steps', async () => {
    const [email] = await crowd(1);
    const automation = await line.live(
      row(on('both.start'), record('both.noted'), ['wait', 'wait', { for: { n: 1, unit: 'days' } }]),
      { exit_when: { activity_type: 'both.bought' } },
    );
    await line.post(email!, { type: 'both.start' }, { type: 'both.bought' });
    await line.settle();
    expect(await runs(automation)).toMatchObject([
      {
        status: 'exited',
        end_reason: 'exit_when',
        steps: [{ node_id: 'start' }, { node_id: 'note', port: 'next' }, { node_id: 'wait' }],
      },
    ]);
  });
});
