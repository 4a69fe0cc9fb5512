import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import { createLog } from '#platform';
import { leadEntries } from '#rules';
import { testDatabase, pipeline, type Pipeline, type TestDatabase } from '#testing';
import { replay } from '../replay/index.js';
import { compile } from '../versions/compiled-version.js';
import { drawing, on, Walkers } from './steps.fixture.js';

const course = '00000000-0000-7000-8000-0000000000c1';
const same = (name: string, operator = 'eq') => ({
  operator: 'AND',
  conditions: [{ field: `metadata.${name}`, operator, value: { entry: `metadata.${name}` } }],
});
const entry = { limit: 'always' as const, key: 'metadata.cart' };
const hours = { n: 2, unit: 'hours' as const };

describe('H. A wait tied to its own case', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people: Walkers;
  beforeAll(async () => {
    db = await testDatabase();
    await db.clock.set('2026-03-02T09:00:00Z');
    line = await pipeline(db.database);
    people = new Walkers(db.database, line, 'case');
  });
  afterAll(() => db.drop());

  const steps = async (automation: string, email: string) =>
    (await people.runs(automation, email))
      .map((run) => `${run.status} ${run.steps.at(-1)!.node_id}:${run.steps.at(-1)!.port}`)
      .sort();

  it('ends by the payment of its own cart, and by no other', async () => {
    const wait = ['wait', 'wait_until', { activity_type: 'order.paid', where: same('cart'), timeout: hours }] as const;
    const automation = await line.live(drawing([on('checkout.opened'), [...wait]]), { entry });
    const email = await people.someone();
    for (const cart of ['A', 'B', 7]) await line.post(email, { type: 'checkout.opened', metadata: { cart } });
    await line.settle();
    await line.post(email, { type: 'order.paid', metadata: { cart: 'a' } });
    await line.post(email, { type: 'order.paid', metadata: { cart: '7' } });
    await line.settle();
    expect(await steps(automation, email)).toEqual([
      'completed wait:happened',
      'completed wait:happened',
      'waiting wait:null',
    ]);
    await line.post(email, { type: 'order.paid', metadata: { cart: 'B' } });
    await line.settle();
    expect(new Set(await steps(automation, email))).toEqual(new Set(['completed wait:happened']));
  });

  it('holds for exits, goals and rules of steps too', async () => {
    const asks = {
      operator: 'AND',
      conditions: [
        {
          field: 'activity',
          activity_type: 'order.paid',
          operator: 'count_gte',
          value: 1,
          where: same('cart'),
        },
      ],
    };
    const automation = await line.live(
      drawing([
        on('cart.filled'),
        ['pause', 'wait', { for: { n: 1, unit: 'hours' } }],
        ['paid', 'filter', { rules: asks }],
      ]),
      { entry, exit_when: { activity_type: 'cart.emptied', where: same('cart') as never } },
    );
    const email = await people.someone();
    for (const cart of ['A', 'B', 'C']) await line.post(email, { type: 'cart.filled', metadata: { cart } });
    await line.settle();
    await line.post(email, { type: 'cart.emptied', metadata: { cart: 'C' } });
    await line.post(email, { type: 'order.paid', metadata: { cart: 'B' } });
    await line.settle();
    await db.clock.advance({ hours: 1 });
    await line.settle();
    expect(await steps(automation, email)).toEqual(['completed paid:no', 'completed paid:yes', 'exited pause:null']);
  });

  it('a missing value counts as missing: nothing ends the wait', async () => {
    const wait = ['wait', 'wait_until', { activity_type: 'order.paid', where: same('order'), timeout: hours }] as const;
    const automation = await line.live(drawing([on('checkout.unnumbered'), [...wait]]));
    const email = await people.someone();
    await line.post(email, { type: 'checkout.unnumbered' });
    await line.settle();
    await line.post(email, { type: 'order.paid', metadata: {} }, { type: 'order.paid', metadata: { order: 'A' } });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:null']);
  });

  it('compares with the lead that started it', async () => {
    await db.database.run(`insert into public.courses (id, title) values ($1, 'Plants')`, [course]);
    const where = {
      operator: 'AND',
      conditions: [{ field: 'metadata.course', operator: 'eq', value: { entry: 'lead.course_id' } }],
    };
    const automation = await line.live(
      drawing([on('lead.created'), ['wait', 'wait_until', { activity_type: 'course.seen', where, timeout: hours }]]),
    );
    const email = 'led@example.com';
    await line.lead(email, { course_id: course });
    await line.settle();
    await line.post(email, { type: 'course.seen', metadata: { course: '00000000-0000-7000-8000-0000000000c2' } });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:null']);
    await line.post(email, { type: 'course.seen', metadata: { course } });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:happened']);
  });

  it('compares with every column of a lead but its address, tags and own times', async () => {
    const rows = await db.database.rows<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = 'purchase_leads'`,
    );
    const apart = ['id', 'email', 'tags', 'attributes', 'updated_at'];
    expect(rows.map(({ name }) => name).sort()).toEqual([...leadEntries, ...apart].sort());
    const where = {
      operator: 'AND',
      conditions: [{ field: 'metadata.checkout', operator: 'eq', value: { entry: 'lead.external_id' } }],
    };
    const automation = await line.live(
      drawing([on('lead.created'), ['wait', 'wait_until', { activity_type: 'checkout.paid', where, timeout: hours }]]),
    );
    const email = 'external@example.com';
    await db.database.run(`insert into public.purchase_leads (email, external_id) values ($1, 'c-1')`, [email]);
    await line.settle();
    await line.post(email, { type: 'checkout.paid', metadata: { checkout: 'c-2' } });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:null']);
    await line.post(email, { type: 'checkout.paid', metadata: { checkout: 'C-1' } });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:happened']);
  });

  describe('in counts', () => {
    const count = (operator: string, value: number, more: object = {}) => ({
      operator: 'AND',
      conditions: [{ field: 'activity', activity_type: 'page.read', operator, value, where: same('cart'), ...more }],
    });
    const within = { within: { n: 90, unit: 'minutes' } };
    const graph = drawing(
      [
        on('cart.counted'),
        ['ever', 'filter', { rules: count('count_gte', 2) }],
        ['pause', 'wait', { for: { n: 1, unit: 'hours' } }],
        ['again', 'filter', { rules: count('count_eq', 3, within) }],
      ],
      ['ever', 'yes', 'pause'],
      ['ever', 'no', 'pause'],
    );
    let automation: string;
    let email: string;
    let from: Date;

    beforeAll(async () => {
      email = await people.someone();
      const read = (cart: unknown, ago: number) => ({ type: 'page.read', metadata: { cart, page: ago }, ago });
      await line.post(email, read('A', 60), read('a', 50), read('B', 40), read('C', 7200), read(['B', 'C'], 30));
      await line.settle();
      await db.clock.advance({ seconds: 1 });
      from = (await db.database.row<{ now: Date }>('select cortex.now() as now'))!.now;
      automation = await line.live(graph, { entry });
      for (const cart of ['A', 'B', 'C', 'D']) await line.post(email, { type: 'cart.counted', metadata: { cart } });
      await line.settle();
      await db.clock.advance({ minutes: 20 });
      await line.post(email, read('A', 0), read('B', 0), read('D', 0));
      await line.settle();
      await db.clock.advance({ minutes: 40 });
      await line.settle();
    });

    const lived = async () => {
      const rows = await db.database.rows<{ way: string }>(
        `select substring(r.entry_key from 'key:.*') || (
             select string_agg(' ' || s.node_id || ':' || s.port, '' order by s.ord)
             from cortex.automation_run_steps s where s.run_id = r.id) as way
         from cortex.automation_runs r where r.automation_id = $1 order by 1`,
        [automation],
      );
      return rows.map(({ way }) => way);
    };

    it('each run counts its own', async () => {
      expect(await lived()).toEqual([
        'key:A start:next ever:yes pause:next again:yes',
        'key:B start:next ever:yes pause:next again:yes',
        'key:C start:next ever:yes pause:next again:no',
        'key:D start:next ever:no pause:next again:no',
      ]);
    });

    it('the record of a step shows the value it counted by', async () => {
      const row = await db.database.row<{ because: unknown }>(
        `select s.outcome -> 'because' as because from cortex.automation_run_steps s
         join cortex.automation_runs r on r.id = s.run_id
         where r.automation_id = $1 and r.entry_key like '%key:C' and s.node_id = 'ever'`,
        [automation],
      );
      expect(row!.because).toEqual([
        {
          operator: 'AND',
          result: true,
          children: [
            {
              field: 'activity',
              operator: 'count_gte',
              result: true,
              value_seen: 2,
              wanted: 2,
              where: { operator: 'AND', conditions: [{ field: 'metadata.cart', operator: 'eq', value: 'C' }] },
            },
          ],
        },
      ]);
    });

    it('a backtest counts the same, what was before its window included', async () => {
      const version = await db.database.tx(async (tx) => {
        const row = await tx.row<{ id: string }>('select id from cortex.automation_versions where automation_id = $1', [
          automation,
        ]);
        return compile((await storedVersions(tx, [row!.id]))[0]!);
      });
      const ways: string[] = [];
      await replay(
        db.database,
        version,
        { from, to: new Date(from.getTime() + 7_200_000) },
        createLog('silent', 'test'),
        {
          onRun: ({ journey }, script) => {
            const steps = script.stepsOf(journey).map((each) => `${each.node_id}:${each.port}`);
            const text = [journey.run.entry_key, ...steps].join(' ');
            ways.push(text.slice(text.indexOf('key:')));
          },
        },
      );
      expect(ways.sort()).toEqual(await lived());
    });
  });

  it('a payment received before its checkout but stamped after it ends the wait', async () => {
    const wait = ['wait', 'wait_until', { activity_type: 'order.paid', where: same('cart'), timeout: hours }] as const;
    const automation = await line.live(drawing([on('checkout.late'), [...wait]]), {
      entry,
      exit_when: { activity_type: 'order.refused' },
    });
    const [email, other, refused] = [await people.someone(), await people.someone(), await people.someone()];
    await line.post(email, { type: 'order.paid', metadata: { cart: 'A' }, ago: 60 });
    await line.post(other, { type: 'order.paid', metadata: { cart: 'A' }, ago: 600 });
    await line.post(refused, { type: 'order.refused', ago: 60 });
    await line.settle();
    await db.clock.advance({ seconds: 1 });
    for (const each of [email, other, refused])
      await line.post(each, { type: 'checkout.late', metadata: { cart: 'A' }, ago: 300 });
    await line.settle();
    expect(await people.path(automation, email)).toEqual(['start:next', 'wait:happened']);
    expect(await people.path(automation, other)).toEqual(['start:next', 'wait:null']);
    expect((await people.run(automation, refused)).status).toBe('exited');
  });
});
