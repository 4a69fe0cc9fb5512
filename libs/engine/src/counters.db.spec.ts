import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { Counters } from './counters.js';
import { automationStats, runPage } from './reports.queries.js';

const actor = systemActor('test');

const graph: Graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } },
    {
      id: 'filter',
      type: 'filter',
      config: {
        rules: { operator: 'AND', conditions: [{ field: 'email', operator: 'eq', value: 'p0@example.com' }] },
      },
    },
    { id: 'mail', type: 'send_email', config: { subject: 'Hi', html: '<p>Hello</p>', stream: 'broadcast' } },
    { id: 'wait', type: 'wait', config: { for: { n: 2, unit: 'hours' } } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'filter' },
    { source: 'filter', port: 'no', target: 'mail' },
    { source: 'filter', port: 'yes', target: 'wait' },
    { source: 'mail', port: 'next', target: 'wait' },
  ],
};

const MAIL_STATES = ['submitting', 'sent', 'skipped', 'failed', 'cancelled'];
const moves = fc.oneof(
  fc.record({ move: fc.constant('enter' as const), who: fc.nat(5) }),
  fc.record({ move: fc.constant('time' as const), hours: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ move: fc.constant('remove' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('advance' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('mail' as const), state: fc.constantFrom(...MAIL_STATES), opened: fc.boolean() }),
  fc.record({ move: fc.constant('delete' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('undone' as const) }),
  fc.record({ move: fc.constant('fold' as const) }),
);

describe('the counters behind the statistics', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let counters: Counters;
  beforeAll(async () => {
    db = await testDatabase({ poolSize: 6 });
    line = await pipeline(db.database);
    counters = new Counters(db.database);
    for (let n = 0; n < 6; n += 1) {
      await line.lead(`p${n}@example.com`, { consent: n % 3 === 0 ? 'unsubscribed' : 'subscribed' });
    }
    await line.settle();
  });
  afterAll(() => db.drop());

  const bothAgree = async (automation: string) => {
    const kept = await automationStats(db.database, automation, {});
    expect(kept).toEqual(await automationStats(db.database, automation, { from: '1990-01-01T00:00:00Z' }));
    return kept;
  };

  it('say what counting everything says, after whatever happened', async () => {
    let [entered, mails] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 4, maxLength: 14 }), async (history) => {
        const automation = await line.live(graph, { entry: { limit: 'always' } });
        for (const one of history) {
          const runs = (await runPage(db.database, automation, { limit: 200 })).items;
          const open = runs.filter(({ status }) => status === 'active' || status === 'waiting');
          if (one.move === 'enter') await line.post(`p${one.who}@example.com`, { type: 'checkout.abandoned' });
          else if (one.move === 'time') await db.clock.advance({ hours: one.hours });
          else if (one.move === 'remove' && open.length > 0) {
            await line.runs.remove(actor, open[one.who % open.length]!.id);
          } else if (one.move === 'advance' && open.length > 0) {
            await line.runs.advance(actor, open[one.who % open.length]!.id);
          } else if (one.move === 'mail') {
            await db.database.run(
              `update cortex.messages set state = $2, reason = case when $2 = 'skipped' then 'unsubscribed' end,
                 opened_at = case when $3::boolean then cortex.now() end
               where id in (select id from cortex.messages where automation_id = $1 order by random() limit 2)`,
              [automation, one.state, one.opened],
            );
          } else if (one.move === 'delete' && runs.length > 0) {
            await db.database.run('delete from cortex.automation_runs where id = $1', [
              runs[one.who % runs.length]!.id,
            ]);
          } else if (one.move === 'undone') {
            const undone = db.database.tx(async (tx) => {
              await tx.run('delete from cortex.automation_runs where automation_id = $1', [automation]);
              throw new Error('undone');
            });
            await expect(undone).rejects.toThrow('undone');
          } else if (one.move === 'fold') await counters.fold();
          await line.settle();
          await bothAgree(automation);
        }
        const before = await bothAgree(automation);
        await counters.fold();
        expect(await bothAgree(automation)).toEqual(before);
        entered += before.entered;
        mails += before.nodes.mail?.messages?.candidates ?? 0;
      }),
      { numRuns: 8 },
    );
    expect(entered).toBeGreaterThan(0);
    expect(mails).toBeGreaterThan(0);
    expect(await db.database.row('select 1 from cortex.automation_count_changes')).toBeUndefined();
  });

  it('are folded by one process at a time, and nothing is folded twice', async () => {
    const automation = await line.live(graph, { entry: { limit: 'always' } });
    await line.post('p1@example.com', { type: 'checkout.abandoned' });
    await line.settle();
    const before = await bothAgree(automation);
    expect(before.nodes.start).toMatchObject({ entered: 1, left: 1 });
    await Promise.all([counters.fold(), counters.fold(), counters.fold()]);
    expect(await bothAgree(automation)).toEqual(before);
  });
});
