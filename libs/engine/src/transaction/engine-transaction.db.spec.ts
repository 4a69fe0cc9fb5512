import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import type { DraftSettings } from '#graph';
import { createLog, newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runById } from '../runs/runs.queries.js';
import { drawing, on, Walkers, type Step } from '../scenarios/steps.fixture.js';
import { CompiledVersions } from '../versions/compiled-versions.js';
import { engineTransaction } from './engine-transaction.js';

const actor = systemActor('test');
const always: DraftSettings = { entry: { limit: 'always' } };
const mail: Step = ['mail', 'send_email', { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' }];
/** A mail a minute, for ever: the eleventh of a day trips the guard. */
const round = (type: string) =>
  drawing(
    [on(type), mail, ['wait', 'wait', { for: { n: 1, unit: 'minutes' } }]],
    ['start', 'next', 'mail'],
    ['mail', 'next', 'wait'],
    ['wait', 'next', 'mail'],
  );
/** Entries within a day after which the guard refuses the next, where the start does not let everybody in each time. */
const USUAL = 20;

describe('a guard that trips pauses the automation at once, whichever door the run came through', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let walkers: Walkers;
  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
    walkers = new Walkers(db.database, line, 'door');
    await db.clock.set('2026-11-23T07:00:00Z');
  });
  afterAll(() => db.drop());

  const statusOf = async (automation: string) => (await automationById(db.database, automation)).status;
  const enterOften = async (automation: string, email: string, times: number) => {
    for (let n = 0; n < times; n += 1)
      expect(await line.runs.enter(actor, automation, email)).toMatchObject({ entered: true });
    expect(await statusOf(automation)).toBe('live');
  };
  /** One look of the wake loop at a time: settle would also run the tick that pauses what was left unpaused. */
  const wakeAll = async () => {
    while (await line.waker.once());
  };

  it('matching', async () => {
    const email = await walkers.someone();
    const automation = await line.live(drawing([on('door.match'), mail]), always);
    for (let n = 0; n < 11; n += 1) await line.post(email, { type: 'door.match', metadata: { n } });
    while (await line.matcher.once());
    expect(await statusOf(automation)).toBe('paused');
  });

  it('waking', async () => {
    const email = await walkers.someone();
    const automation = await line.live(round('door.wake'));
    await line.runs.enter(actor, automation, email);
    for (let minute = 0; minute < 10; minute += 1) {
      expect(await statusOf(automation)).toBe('live');
      await db.clock.advance({ minutes: 1 });
      await wakeAll();
    }
    expect(await statusOf(automation)).toBe('paused');
  });

  it('a monitor', async () => {
    const start: Step = [
      'start',
      'monitor',
      {
        over: 'people',
        rules: { operator: 'AND', conditions: [{ field: 'tags', operator: 'contains', value: 'door' }] },
      },
    ];
    const automation = await line.live(drawing([start, mail]), always);
    const email = await walkers.someone();
    await enterOften(automation, email, USUAL);
    await db.database.run(`update public.purchase_leads set tags = '{door}' where email = $1`, [email]);
    await db.clock.advance({ minutes: 5 });
    expect(await line.monitors.tick()).toBe(0);
    expect(await statusOf(automation)).toBe('paused');
  });

  it('a schedule', async () => {
    const email = await walkers.someone();
    const list = newId();
    await db.database.run(`insert into public.crm_smart_lists (id, name, kind) values ($1, 'Door', 'static')`, [list]);
    await db.database.run(
      `insert into cortex.list_members (smart_list_id, person_id)
       select $1, person_id from cortex.people where address = $2`,
      [list, email],
    );
    const start: Step = ['start', 'schedule', { cron: '0 12 * * *', timezone: 'Europe/Berlin', smart_list_id: list }];
    const automation = await line.live(drawing([start, mail]), always);
    await line.entries.tick();
    await enterOften(automation, email, USUAL);
    await db.clock.set('2026-11-23T11:00:00Z');
    expect(await line.entries.tick()).toEqual([automation]);
    expect(await statusOf(automation)).toBe('live');
    expect(await line.entries.takeIn(automation)).toBe(0);
    expect(await statusOf(automation)).toBe('paused');
  });

  it('entering by hand', async () => {
    const email = await walkers.someone();
    const automation = await line.live(drawing([on('door.hand'), mail]), always);
    await enterOften(automation, email, 10);
    expect(await line.runs.enter(actor, automation, email)).toMatchObject({ entered: false, run_id: null });
    expect(await statusOf(automation)).toBe('paused');
  });

  it('moving on by hand, and trying again by hand', async () => {
    const email = await walkers.someone();
    const automation = await line.live(round('door.advance'));
    const { run_id } = await line.runs.enter(actor, automation, email);
    for (let n = 0; n < 10; n += 1) {
      expect(await statusOf(automation)).toBe('live');
      await line.runs.advance(actor, run_id!);
    }
    expect(await statusOf(automation)).toBe('paused');

    // As if it had been resumed long ago: the mails of today count again.
    await line.lifecycle.resume(actor, automation);
    await db.database.run(
      `update cortex.attention set closed_at = cortex.now() - interval '2 days' where key = $1 and closed_at is not null`,
      [`guard:${automation}`],
    );
    await db.database.run(
      `update cortex.automation_runs set status = 'failed', wake_at = null, ended_at = cortex.now(), end_reason = 'test'
       where id = $1`,
      [run_id],
    );
    await line.runs.retry(actor, run_id!);
    expect(await statusOf(automation)).toBe('paused');
  });

  it('moves nobody whose lock is not held', async () => {
    const email = await walkers.someone();
    const automation = await line.live(round('door.unlocked'));
    const { run_id } = await line.runs.enter(actor, automation, email);
    const engine = { database: db.database, versions: new CompiledVersions(), log: createLog('silent', 'test') };
    const moved = engineTransaction(engine, async (transaction) =>
      transaction.move(await transaction.load([(await runById(transaction.tx, run_id!))!])),
    );
    await expect(moved).rejects.toThrow(/without its person's lock/);
  });
});
