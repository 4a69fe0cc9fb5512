import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { usualExperiment } from '#graph';
import { createLog, newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { mailHelp } from '../effects/mail-help.js';
import { runPage } from '../reports/reports.queries.js';
import { drawing, on } from '../scenarios/steps.fixture.js';
import { EngineVersions } from '../versions/engine-versions.js';
import { experimentReport } from './experiment-report.js';
import { Experiments } from './experiments.js';

const branches = [
  { id: 'a', percent: 50, label: 'A' },
  { id: 'b', percent: 50, label: 'B' },
];
const actor = systemActor('test');

describe('an experiment', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let experiments: Experiments;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    experiments = new Experiments(db.database, new EngineVersions(), createLog('silent', 'test'));
    await db.clock.set('2026-11-02T09:00:00Z');
  });
  afterAll(() => db.drop());

  const split = (more: object = {}) =>
    drawing([
      on('try.start'),
      ['split', 'random_split', { branches, experiment: { ...usualExperiment, at_least: 10, ...more } }],
    ]);
  const emails = (name: string, n: number) => Array.from({ length: n }, (_, at) => `${name}${at}@example.com`);
  const enter = async (people: readonly string[]) => {
    for (const email of people) await line.lead(email);
    await line.settle();
    await line.postEach(people.map((email) => ({ email, type: 'try.start' })));
    await line.settle();
  };
  const wayOf = async (automation: string, contact_email: string) => {
    const { items } = await runPage(db.database, automation, { contact_email, limit: 10 });
    return items[0]!.steps.find(({ node_id }) => node_id === 'split')!;
  };
  const report = (automation: string, version?: number) => experimentReport(db.database, automation, 'split', version);
  const figures = async (automation: string) =>
    (await report(automation)).paths.map(({ people, open, reached }) => [people, open, reached]);

  it('counts people when their days are over, ends by its rule, and sends newcomers to the winner', async () => {
    const automation = await line.live(split(), { entry: { limit: 'always' } });
    const people = emails('try', 60);
    await enter(people);
    const ways = new Map<string, string>();
    for (const email of people) ways.set(email, (await wayOf(automation, email)).port!);
    const [a, b] = ['a', 'b'].map((port) => people.filter((email) => ways.get(email) === port));
    expect(Math.min(a!.length, b!.length)).toBeGreaterThan(15);

    await db.clock.advance({ days: 1 });
    await line.postEach([
      ...b!.map((email) => ({ email, type: 'course.enrolled' })),
      // Twice is one person; what was before the path, or is history, or was only restored does not count.
      { email: b![0]!, type: 'course.enrolled' },
      { email: a![0]!, type: 'course.enrolled', ago: 2 * 86_400 },
      { email: a![1]!, type: 'course.enrolled', history: true },
      { email: a![2]!, type: 'course.enrolled', metadata: { restored: true } },
      // Who comes again is no new person.
      { email: a![3]!, type: 'try.start' },
    ]);
    await line.settle();
    expect(await figures(automation)).toEqual([
      [0, a!.length, 0],
      [0, b!.length, 0],
    ]);
    expect(await experiments.round()).toBe(0);

    await db.clock.advance({ days: 7 });
    await line.post(a![4]!, { type: 'course.enrolled' });
    await line.settle();
    expect(await figures(automation)).toEqual([
      [a!.length, 0, 0],
      [b!.length, 0, b!.length],
    ]);
    expect(await report(automation)).toMatchObject({ state: 'running', winner: null, towards: 1, decided_at: null });

    expect(await experiments.round()).toBe(1);
    expect(await experiments.round()).toBe(0);
    expect(await report(automation)).toMatchObject({ state: 'winner', winner: 'b', version: 1 });
    expect(
      await db.database.row(
        `select (select detail from cortex.attention where kind = 'experiment') as told,
           (select after ->> 'winner' from cortex.audit where action = 'experiment.ended') as winner`,
      ),
    ).toMatchObject({ told: expect.stringContaining('Everyone new takes B.'), winner: 'b' });

    const late = emails('late', 8);
    await enter(late);
    for (const email of late)
      expect(await wayOf(automation, email)).toMatchObject({
        port: 'b',
        outcome: { reason: 'this path won the experiment' },
      });
    // What it was decided on stays.
    expect((await figures(automation))[1]).toEqual([b!.length, 0, b!.length]);
  });

  it('begins anew with each version, and a version that is replaced stays undecided', async () => {
    const automation = await line.live(split({ then: 'tell' }));
    await enter(emails('first', 4));
    const { revision } = await line.automations.put(actor, automation, 1, { graph: split({ most_days: 1 }) });
    await line.publishing.publish(actor, automation, { revision }, mailHelp);
    expect(await report(automation, 1)).toMatchObject({ state: 'replaced' });
    expect((await report(automation)).paths.map(({ people, open }) => people + open)).toEqual([0, 0]);
    await db.clock.advance({ days: 1 });
    expect(await experiments.round()).toBe(1);
    expect(await report(automation)).toMatchObject({
      state: 'no_difference',
      sentence: 'It ended without a result: nobody was counted in time.',
    });
    // People are split on.
    await enter(emails('after', 12));
    const ports = new Set<string | null>();
    for (const email of emails('after', 12)) ports.add((await wayOf(automation, email)).port);
    expect(ports.size).toBe(2);
  });

  it('names no winner while something sends people past the split, and says so once', async () => {
    const automation = await line.live(split());
    await enter(emails('past', 60));
    await db.clock.advance({ days: 8 });
    await db.database.run(
      `update cortex.automation_run_steps s set port = 'a' from cortex.automation_runs r
       where r.id = s.run_id and r.automation_id = $1 and s.node_id = 'split' and s.port = 'b'
         and s.run_id not in (select b.run_id from cortex.automation_run_steps b join cortex.automation_runs o on o.id = b.run_id
           where o.automation_id = $1 and b.port = 'b' order by b.run_id limit 12)`,
      [automation],
    );
    const told = () =>
      db.database.rows<{ detail: string; open: boolean }>(
        `select detail, closed_at is null as open from cortex.attention where title like '%cannot be trusted'`,
      );
    const detail =
      'Do not trust this result: A got 48 of 60 people where 30 were expected. Something sends people past the split.';
    expect(await experiments.round()).toBe(0);
    expect(await told()).toEqual([{ detail, open: true }]);
    expect(await report(automation)).toMatchObject({
      state: 'running',
      sentence: detail,
      mismatch: { id: 'a', people: 48 },
    });
    await db.database.run(`update cortex.attention set closed_at = cortex.now() where closed_at is null`);
    await experiments.round();
    expect(await told()).toEqual([{ detail, open: false }]);
    await db.clock.advance({ days: 60 });
    expect(await experiments.round()).toBe(1);
    expect(await report(automation)).toMatchObject({ state: 'mismatch', winner: null });
  });

  it('adds up money in the workspace’s currency, less what was given back', async () => {
    const automation = await line.live(split({ goal: 'money', within_days: 2 }));
    const [email = '', other = ''] = emails('payer', 2);
    await enter([email, other]);
    const profile = newId();
    await db.database.run('insert into public.unified_profiles (id, email) values ($1, $2)', [profile, email]);
    await db.clock.advance({ hours: 1 });
    const { currency } = (await db.database.row<{ currency: string }>('select currency from cortex.settings'))!;
    for (const [amount, refunded, status, of] of [
      [10_000, 4_000, 'partly_refunded', currency],
      [5_000, 0, 'paid', currency],
      [7_000, 7_000, 'refunded', currency],
      [9_000, 0, 'paid', currency === 'CHF' ? 'NOK' : 'CHF'],
    ] as const)
      await db.database.run(
        `insert into public.transactions (id, profile_id, external_id, amount_minor, refunded_minor, currency, status, occurred_at)
         values ($1, $2, $1::uuid::text, $3, $4, $5, $6, cortex.now())`,
        [newId(), profile, amount, refunded, of, status],
      );
    await line.settle();
    await db.clock.advance({ days: 3 });
    const { paths } = await report(automation);
    expect(paths.reduce((sum, { amount_minor }) => sum + amount_minor!, 0)).toBe(11_000);
    expect(paths.reduce((sum, { reached }) => sum + reached, 0)).toBe(1);
  });

  it('is not there where the split is none', async () => {
    const automation = await line.live(drawing([on('try.none'), ['split', 'random_split', { branches }]]));
    await expect(report(automation)).rejects.toMatchObject({ code: 'not_found' });
    await expect(experimentReport(db.database, automation, 'nowhere')).rejects.toMatchObject({ code: 'not_found' });
  });
});
