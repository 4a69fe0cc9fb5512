import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, pipeline, type Pipeline, type TestDatabase } from '#testing';
import { drawing, on, Walkers } from '../scenarios/steps.fixture.js';

const list = '00000000-0000-7000-8000-0000000000a1';
const course = '00000000-0000-7000-8000-0000000000c1';

describe('G. wait_until with rules is woken by whatever can change its answer', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people: Walkers;
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    people = new Walkers(db.database, line, 'woken');
    await db.database.run(`insert into public.crm_smart_lists (id, name, kind) values ($1, 'By hand', 'static')`, [
      list,
    ]);
    await db.database.run(`insert into public.courses (id, title) values ($1, 'Plants')`, [course]);
  });
  beforeEach(async () => {
    await db.clock.set('2026-03-02T09:00:00Z');
    await db.database.run(`update cortex.settings set timezone = 'UTC', mail_unanswered = false`);
  });
  afterAll(() => db.drop());

  let made = 0;
  /** Somebody who stands in a wait for the condition. */
  const waiting = async (condition: object, consent = 'subscribed') => {
    made += 1;
    const rules = { operator: 'AND', conditions: [condition] };
    const type = `go.${made}`;
    const steps = drawing([on(type), ['wait', 'wait_until', { rules, timeout: { n: 60, unit: 'days' } }]]);
    const automation = await line.live(steps);
    const email = await people.someone();
    await db.database.run('update cortex.people set consent_status = $2 where address = $1', [email, consent]);
    await line.post(email, { type });
    await line.settle();
    const path = () => people.path(automation, email);
    expect(await path()).toEqual(['start:next', 'wait:null']);
    return { email, path };
  };

  it.each<[string, object, string, unknown[]]>([
    [
      'a static list',
      { field: 'smart_list', operator: 'in', value: [list] },
      `insert into cortex.list_members (smart_list_id, person_id) select $2, person_id from cortex.people where address = $1`,
      [list],
    ],
    [
      'a suppression',
      { field: 'can_be_emailed', operator: 'is_false' },
      `update cortex.people set suppressed_broadcast = true where address = $1`,
      [],
    ],
    [
      'a tag',
      { field: 'tags', operator: 'contains', value: 'vip' },
      `update cortex.people set tags = '{vip}' where address = $1`,
      [],
    ],
  ])('%s', async (_name, condition, change, values) => {
    const { email, path } = await waiting(condition);
    await db.database.run(change, [email, ...values]);
    await line.settle();
    expect(await path()).toEqual(['start:next', 'wait:happened']);
  });

  it('a setting of the workspace', async () => {
    const { path } = await waiting({ field: 'can_be_emailed', operator: 'is_true' }, 'unknown');
    await db.database.run('update cortex.settings set mail_unanswered = true');
    await line.settle();
    expect(await path()).toEqual(['start:next', 'wait:happened']);
  });

  it.each<[string, object, string, string]>([
    [
      'not_in_last',
      { field: 'last_activity', operator: 'not_in_last', value: { n: 3, unit: 'days' } },
      '2026-03-05T09:00:00Z',
      '2026-03-05T09:00:01Z',
    ],
    [
      '{ago}',
      { field: 'last_activity', operator: 'lt', value: { ago: { n: 2, unit: 'hours' } } },
      '2026-03-02T11:00:00Z',
      '2026-03-02T11:00:01Z',
    ],
    [
      'count within',
      { field: 'activity', activity_type: 'page_view', operator: 'never', within: { n: 1, unit: 'days' } },
      '2026-03-03T08:59:59Z',
      '2026-03-03T09:00:01Z',
    ],
  ])('the clock, within its own resolution: %s', async (_name, condition, before, after) => {
    const { path } = await waitingAfterView(condition);
    await db.clock.set(before);
    await line.settle();
    expect(await path()).toEqual(['start:next', 'wait:null']);
    await db.clock.set(after);
    await line.settle();
    expect(await path()).toEqual(['start:next', 'wait:happened']);
  });

  const waitingAfterView = async (condition: object) => {
    made += 1;
    const rules = { operator: 'AND', conditions: [condition] };
    const steps = drawing([on('page_view'), ['wait', 'wait_until', { rules, timeout: { n: 60, unit: 'days' } }]]);
    const automation = await line.live(steps);
    const email = await people.someone();
    await line.post(email, { type: 'page_view' });
    await line.settle();
    return { path: () => people.path(automation, email) };
  };
});
