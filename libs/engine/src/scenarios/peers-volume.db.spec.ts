import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mail, Shop, wait } from './peers.fixture.js';
import { drawing, on } from './steps.fixture.js';

/** Bytes: of the row alone, and with its share of pages and indexes. Elsewhere it was thirteen thousand. */
const ROW = 400;
const WITH_INDEXES = 700;

describe('what is written down, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make('volume');
  });
  afterAll(() => shop.close());

  it('mautic#8261: a step that somebody visits is one narrow row, whatever they are like, and waiting writes nothing', async () => {
    const { db, line } = shop;
    const important = { field: 'attributes.notes', operator: 'contains', value: 'very important' };
    const graph = drawing(
      [
        on('volume.start'),
        ['ask', 'filter', { rules: { operator: 'AND', conditions: [important] } }],
        mail('first', 'transactional'),
        wait('day', 1, 'days'),
        ['tag', 'update_contact', { add_tags: ['seen'] }],
        wait('month', 30, 'days'),
        mail('second', 'transactional'),
      ],
      ['start', 'next', 'ask'],
      ['ask', 'no', 'first'],
      ['first', 'next', 'day'],
      ['day', 'next', 'tag'],
      ['tag', 'next', 'month'],
      ['month', 'next', 'second'],
    );
    const automation = await line.live(graph);
    const emails: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      // Some have very much written about them, which the filter reads.
      const notes = Array.from({ length: n % 10 === 0 ? 10_000 : 2 }, (_, at) => Math.sin(at + 1).toString(36)).join(
        ' ',
      );
      emails.push(await shop.people.someone({ attributes: { notes } }));
    }
    for (const email of emails) await line.post(email, { type: 'volume.start' });
    await shop.settle();
    await db.clock.advance({ days: 1 });
    await shop.settle();
    const written = async () => ({
      steps: await shop.count('cortex.automation_run_steps'),
      runs: await shop.count('cortex.automation_runs'),
      messages: await shop.count('cortex.messages'),
      activities: await shop.count('public.crm_activities'),
    });
    const before = await written();
    for (let hour = 0; hour < 29 * 24; hour += 8) {
      await db.clock.advance({ hours: 8 });
      await line.waker.once();
      await line.matcher.once();
    }
    expect(await written()).toEqual(before);
    await db.clock.advance({ days: 2 });
    await shop.settle();
    for (const email of emails) expect(await shop.people.run(automation, email)).toMatchObject({ status: 'completed' });
    expect(await written()).toMatchObject({ steps: 60 * 7, runs: 60, messages: 60 * 2 });
    // Of the engine itself the timeline keeps coming in and leaving, however many steps there are.
    expect(await shop.count('public.crm_activities', `type like 'automation.%'`)).toBe(60 * 2);

    await db.database.run('vacuum full cortex.automation_run_steps');
    const size = await db.database.row<{ widest: number; mean: number; whole: number }>(
      `select max(pg_column_size(s.*))::float8 as widest, avg(pg_column_size(s.*))::float8 as mean,
         pg_total_relation_size('cortex.automation_run_steps')::float8 / count(*) as whole
       from cortex.automation_run_steps s`,
    );
    expect(size!.widest).toBeLessThan(1_500);
    expect(size!.mean).toBeLessThan(ROW);
    expect(size!.whole).toBeLessThan(WITH_INDEXES);
  });
});
