import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AppError, systemActor } from '#platform';
import { seedLeads, testDatabase, type TestDatabase } from '#testing';
import { pino } from 'pino';
import { ActionJobs } from './action-jobs.js';
import { CarryOut } from './carry-out.js';
import { ContactActions } from './contact-actions.js';
import type { ActionDefinition, Effect, OutsideEffect, Outcome } from './definition.js';

const actor = systemActor('test');
const log = pino({ level: 'silent' });
const done = (detail: string, kept?: Record<string, unknown>): Outcome => ({ state: 'done', detail, kept });

/** What happens elsewhere: each call is noted, and answered as the test says. */
class Elsewhere {
  readonly calls: string[] = [];
  run: OutsideEffect<unknown>['outside']['run'] = async () => done('Paid back.');
  lookUp: OutsideEffect<unknown>['outside']['lookUp'] = async () => 'unclear';
}

describe('carrying out an action', () => {
  let db: TestDatabase;
  let elsewhere: Elsewhere;
  let actions: ContactActions;
  let jobs: ActionJobs;
  let id: string;
  let person = 0;

  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db?.drop());

  /** An action of two effects: one elsewhere, and one in the database that needs to know of it. */
  const definition = (effects?: readonly Effect<unknown>[], cooldown?: number): ActionDefinition => ({
    name: 'sync_orders',
    audit: 'contact.changed',
    cooldown,
    effects: effects ?? [
      {
        name: 'refund',
        label: 'Refund',
        outside: {
          run: (context, signal) => (elsewhere.calls.push('run'), elsewhere.run(context, signal)),
          lookUp: (context, signal) => (elsewhere.calls.push('look up'), elsewhere.lookUp(context, signal)),
        },
      },
      {
        name: 'note',
        label: 'Note the refund',
        needs: ['refund'],
        run: async (_tx, { kept }) => done(`Noted ${JSON.stringify(kept.get('refund') ?? null)}.`),
      },
    ],
    plan: async () => ({}),
    preview: () => ({ sentences: [], effects: {} }),
    summary: () => 'Did something',
  });

  const use = (one: ActionDefinition) => {
    const carryOut = new CarryOut(db.database, [one], log);
    actions = new ContactActions(db.database, [one], carryOut);
    jobs = new ActionJobs(db.database, carryOut, log);
  };
  const perform = (key?: string) => actions.perform('sync_orders', id, {}, actor, key);
  const told = ({ state, effects }: Awaited<ReturnType<typeof perform>>) => [
    state,
    ...effects.map((effect) => [effect.state, effect.detail]),
  ];

  beforeEach(async () => {
    await db.clock.set('2026-11-20T09:00:00Z');
    elsewhere = new Elsewhere();
    use(definition());
    const [made] = await seedLeads(db.database, [{ email: `person${(person += 1)}@carry.example` }]);
    id = made!.person_id;
  });

  it('hands what an effect keeps to those behind it', async () => {
    elsewhere.run = async () => done('Paid back.', { refund: 're_1' });
    expect(told(await perform())).toEqual(['done', ['done', 'Paid back.'], ['done', 'Noted {"refund":"re_1"}.']]);
    expect(elsewhere.calls).toEqual(['run']);
  });

  it('takes a refusal from elsewhere for certain, and does not try what needs it', async () => {
    elsewhere.run = async () => {
      throw new AppError('action_not_available', 'The charge is too old.');
    };
    expect(told(await perform())).toEqual([
      'failed',
      ['failed', 'The charge is too old.'],
      ['failed', 'Not tried, because “Refund” did not succeed.'],
    ]);
    expect(elsewhere.calls).toEqual(['run']);
  });

  it.each<[string, Awaited<ReturnType<Elsewhere['lookUp']>>, string, string]>([
    ['was done', done('Paid back after all.'), 'done', 'done'],
    ['was not done', 'not_done', 'failed', 'failed'],
    ['is not known either', 'unclear', 'unclear', 'failed'],
  ])('looks up a call whose answer never came: it %s', async (_what, seen, refund, note) => {
    elsewhere.run = async () => {
      throw new Error('socket hang up');
    };
    elsewhere.lookUp = async () => seen;
    const { effects } = await perform();
    expect(effects.map(({ state }) => state)).toEqual([refund, note]);
    expect(elsewhere.calls).toEqual(['run', 'look up']);
  });

  it('looks up what is unclear before it is tried again, and repeats it only when it was not done', async () => {
    elsewhere.run = async () => {
      throw new Error('socket hang up');
    };
    const first = await perform();
    elsewhere.run = async () => done('Paid back.');
    expect((await actions.retry(first.id, actor)).effects[0]).toMatchObject({ state: 'unclear' });
    elsewhere.lookUp = async () => 'not_done';
    expect((await actions.retry(first.id, actor)).state).toBe('done');
    expect(elsewhere.calls).toEqual(['run', 'look up', 'look up', 'look up', 'run']);
    await expect(actions.retry(first.id, actor)).rejects.toMatchObject({ code: 'action_not_failed' });
  });

  /** An action whose process died during the call. */
  async function leftBehind(key?: string) {
    elsewhere.run = () => new Promise(() => undefined);
    void perform(key);
    while (elsewhere.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    elsewhere.calls.length = 0;
    elsewhere.run = async () => done('Paid back.');
    use(definition());
  }
  const items = async () => (await actions.list(id, { limit: 10 })).items;

  it('goes on with what a dead process left, once it has been silent for a while, and looks up what it had begun', async () => {
    await leftBehind();
    expect([await jobs.goOn(), (await items())[0]!.state]).toEqual([0, 'running']);
    await expect(perform()).rejects.toMatchObject({ code: 'action_running' });
    await db.clock.advance({ minutes: 2 });
    elsewhere.lookUp = async () => done('Paid back after all.');
    expect(await jobs.goOn()).toBe(1);
    expect(told((await items())[0]!)).toEqual(['done', ['done', 'Paid back after all.'], ['done', 'Noted null.']]);
    expect(elsewhere.calls).toEqual(['look up']);
  });

  it('goes on with it at once for whoever asks again under the same key, and begins nothing new', async () => {
    await leftBehind('key-1');
    elsewhere.lookUp = async () => 'not_done';
    expect((await perform('key-1')).state).toBe('done');
    expect((await perform('key-1')).state).toBe('done');
    expect([elsewhere.calls, (await items()).length]).toEqual([['look up', 'run'], 1]);
    expect((await perform('key-2')).state).toBe('done');
    expect(await items()).toHaveLength(2);
  });

  it('gives up on what ends its process each time, and leaves it to people', async () => {
    await leftBehind();
    await db.database.run("update cortex.contact_actions set tries = 10 where state = 'running'");
    await db.clock.advance({ minutes: 2 });
    await jobs.goOn();
    expect((await items())[0]!).toMatchObject({
      state: 'failed',
      effects: [{ state: 'unclear' }, { state: 'failed' }],
    });
    expect(elsewhere.calls).toEqual([]);
  });

  it('does one thing at a time for a person, whoever asks', async () => {
    const both = await Promise.allSettled([perform(), perform(), perform()]);
    const refused = both.flatMap((one) => (one.status === 'rejected' ? [(one.reason as AppError).code] : []));
    expect(new Set(refused).difference(new Set(['action_running']))).toEqual(new Set());
    expect((await items()).every(({ state }) => state === 'done')).toBe(true);
    expect(elsewhere.calls).toHaveLength(both.length - refused.length);
  });

  it('says beforehand how long it rests after the last time', async () => {
    use(definition(undefined, 600));
    expect((await actions.available(id, actor))[0]).toMatchObject({ action: 'sync_orders', available: true });
    await perform();
    await db.clock.advance({ minutes: 4 });
    const reason = 'This was done a moment ago. It can be done again in 6 minutes.';
    expect((await actions.available(id, actor))[0]).toMatchObject({ available: false, reason });
    await expect(perform()).rejects.toMatchObject({ code: 'action_not_available', detail: reason });
    await db.clock.advance({ minutes: 7 });
    expect((await perform()).state).toBe('done');
  });
});
