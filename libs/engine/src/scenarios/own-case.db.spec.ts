import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { testDatabase, pipeline, type Pipeline, type TestDatabase } from '#testing';
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
