import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '#graph';
import { createDataSource, Database, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { effects } from '../effects/index.js';
import { runPage } from '../reports/reports.queries.js';

const actor = systemActor('test');
const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const graph = (type: string): Graph => ({
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: type } },
    { id: 'note', type: 'record_activity', config: { activity_type: `${type}.noted` } },
    { id: 'mail', type: 'send_email', config: { subject: 'Hi', html: '<p>Hi</p>', stream: 'broadcast' } },
    { id: 'wait', type: 'wait', config: { for: { n: 1, unit: 'hours' } } },
    { id: 'again', type: 'send_email', config: { subject: 'Hi again', html: '<p>Hi</p>', stream: 'broadcast' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'note' },
    { source: 'note', port: 'next', target: 'mail' },
    { source: 'mail', port: 'next', target: 'wait' },
    { source: 'wait', port: 'next', target: 'again' },
  ],
});

describe('the engine under faults', () => {
  let db: TestDatabase;
  let line: Pipeline;

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    await db.clock.set('2026-11-20T09:00:00Z');
  });
  afterAll(() => db.drop());

  const crowd = async (name: string, n: number): Promise<string[]> => {
    const emails = Array.from({ length: n }, (_, at) => `${name}${at}@example.com`);
    for (const email of emails) await line.lead(email);
    await line.settle();
    return emails;
  };

  /** Per person the ordered (node, visit, port), and the message keys without the run's id. */
  const traces = async (automation: string) => {
    const { items } = await runPage(db.database, automation, { limit: 200 });
    const keys = await db.database.rows<{ run_id: string; key: string }>(
      `select run_id, replace(dedupe_key, run_id::text, 'run') as key from cortex.messages where automation_id = $1 order by 2`,
      [automation],
    );
    return items
      .map((run) => ({
        person: run.contact_email.replace(/^\D+/, ''),
        steps: run.steps.map((step) => [step.node_id, step.visit, step.port]),
        messages: keys.filter((key) => key.run_id === run.id).map((key) => key.key),
      }))
      .sort((a, b) => (a.person < b.person ? -1 : 1));
  };

  it('carries out each step once, however often the worker’s connections are killed', async () => {
    const people = 60;
    const calm = await line.live(graph('calm.start'));
    for (const email of await crowd('calm', people)) await line.post(email, { type: 'calm.start' });
    await line.settle();

    const victim = new Database(
      await createDataSource({ url: db.url, applicationName: 'victim', poolSize: 4 }).initialize(),
    );
    const shaken = await line.live(graph('shaken.start'));
    const emails = await crowd('shaken', people);
    let seed = 7;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
    let kills = 0;
    const workers = [await pipeline(victim), await pipeline(victim)];
    /** Two workers at work while their connections are killed, until `done` or for so many milliseconds. */
    const shake = async (done: () => Promise<boolean>, most: number) => {
      let over = false;
      const work = async (worker: Pipeline) => {
        while (!over) {
          await worker.matcher.once().catch(() => undefined);
          await worker.waker.once().catch(() => undefined);
          await rest(2);
        }
      };
      const kill = async () => {
        while (!over) {
          await rest(15 + random() * 60);
          const killed = await db.database.rows(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'victim' and datname = current_database() and state <> 'idle'`,
          );
          kills += killed.length;
        }
      };
      const running = [...workers.map(work), kill()];
      const until = performance.now() + most;
      while (performance.now() < until && !(await done())) await rest(20);
      over = true;
      await Promise.all(running);
    };
    const standing = async (node_id: string | null) =>
      (await db.database.row<{ n: number }>(
        `select count(*)::int as n from cortex.automation_runs
         where automation_id = $1 and case when $2::text is null then ended_at is not null else node_id = $2 end`,
        [shaken, node_id],
      ))!.n;
    for (const email of emails) await line.post(email, { type: 'shaken.start' });
    await shake(async () => (await standing('wait')) === people, 6_000);
    await line.settle();
    await db.clock.advance({ hours: 1 });
    await shake(async () => (await standing(null)) === people, 4_000);
    await victim.source.destroy();
    await line.settle();
    expect(kills).toBeGreaterThan(5);
    expect(await traces(shaken)).toEqual(await traces(calm));
    const inbox = await db.database.row<{ n: number }>('select count(*)::int as n from cortex.activity_inbox');
    expect(inbox!.n).toBe(0);
  }, 60_000);

  it('isolates the run that fails, tries it again later and later, then shows the reason; a retry heals it', async () => {
    const automation = await line.live(graph('poison.start'));
    const emails = await crowd('poison', 5);
    const { person_id } = (await db.database.row<{ person_id: string }>(
      `select person_id from cortex.people where address = 'poison3@example.com'`,
    ))!;
    const original = effects['email.send'];
    let broken = true;
    effects['email.send'] = async (tx, calls, moment, checks) => {
      if (broken && calls.some((call) => call.journey.run.person_id === person_id)) {
        await tx.rows('select 1 / 0');
      }
      return original(tx, calls, moment, checks);
    };
    try {
      for (const email of emails) await line.post(email, { type: 'poison.start' });
      await line.settle();
      const runs = (await runPage(db.database, automation, { limit: 10 })).items;
      expect(runs.filter((run) => run.status === 'waiting')).toHaveLength(4);
      for (let tries = 0; tries < 5; tries += 1) {
        await db.clock.advance({ hours: 3 });
        await line.settle();
      }
      const [failed] = (await runPage(db.database, automation, { contact_email: 'poison3@example.com', limit: 1 }))
        .items;
      expect(failed).toMatchObject({ status: 'failed', node_id: 'mail', wake_at: null });
      expect(failed!.steps.at(-1)).toMatchObject({ node_id: 'mail', left_at: null });
      expect(failed!.steps.at(-1)!.outcome.error).toMatch(/division by zero/);
      broken = false;
      await line.runs.retry(actor, failed!.id);
      const [healed] = (await runPage(db.database, automation, { contact_email: 'poison3@example.com', limit: 1 }))
        .items;
      expect(healed).toMatchObject({ status: 'waiting', node_id: 'wait', ended_at: null });
    } finally {
      effects['email.send'] = original;
    }
  });

  it('puts an activity that cannot be matched aside, and matches it when that is mended', async () => {
    const automation = await line.live(graph('bad.start'));
    const emails = await crowd('bad', 4);
    const { person_id } = (await db.database.row<{ person_id: string }>(
      `select person_id from cortex.people where address = 'bad2@example.com'`,
    ))!;
    await db.database.run(
      `alter table cortex.automation_runs add constraint poisoned check (person_id <> '${person_id}') not valid`,
    );
    for (const email of emails) await line.post(email, { type: 'bad.start' });
    await line.settle();
    expect((await runPage(db.database, automation, { limit: 10 })).items).toHaveLength(3);
    const aside = await db.database.rows<{ attempts: number }>('select attempts from cortex.inbox_failures');
    expect(aside).toEqual([{ attempts: 1 }]);
    await db.database.run('alter table cortex.automation_runs drop constraint poisoned');
    await db.clock.advance({ minutes: 2 });
    const { retryPutAside } = await import('../inbox/failed-activities.js');
    await retryPutAside(db.database);
    await line.settle();
    expect((await runPage(db.database, automation, { limit: 10 })).items).toHaveLength(4);
    await retryPutAside(db.database);
    expect(await db.database.rows('select 1 from cortex.inbox_failures')).toEqual([]);
  });

  it('comes to the same traces however the activities are cut into claims', async () => {
    jest.setTimeout(60_000);
    const automation = await line.live(graph('cut.start'), { entry: { limit: 'always' } });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('cut.start', 'other.thing'), { minLength: 1, maxLength: 8 }),
        fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
        async (types, pauses) => {
          round += 1;
          const [email] = await crowd(`cut${round}x`, 1);
          for (const [at, type] of types.entries()) {
            await line.post(email!, { type });
            if (pauses[at]) await line.matcher.once();
          }
          await line.settle();
          const { items } = await runPage(db.database, automation, { contact_email: email!, limit: 20 });
          expect(items).toHaveLength(types.filter((type) => type === 'cut.start').length);
          for (const run of items) expect(run.steps.map((step) => step.port)).toEqual(['next', 'next', 'next', null]);
        },
      ),
      { numRuns: 15, seed: 42 },
    );
  });
});
