import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { Counters } from './counters.js';
import { countedOneByOne } from './counting.fixture.js';
import { automationStats, runPage } from './reports.queries.js';
import type { MailFigure, VisitFigure } from '#contracts';
import { visitPage } from './visits.queries.js';

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
  { weight: 5, arbitrary: fc.record({ move: fc.constant('enter' as const), who: fc.nat(5) }) },
  {
    weight: 4,
    arbitrary: fc.record({ move: fc.constant('time' as const), minutes: fc.integer({ min: 1, max: 190 }) }),
  },
  fc.record({ move: fc.constant('remove' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('advance' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('mail' as const), state: fc.constantFrom(...MAIL_STATES), opened: fc.boolean() }),
  fc.record({ move: fc.constant('delete' as const), who: fc.nat(20) }),
  fc.record({ move: fc.constant('undone' as const) }),
  fc.record({ move: fc.constant('fold' as const) }),
);

/** A bound of a span: so many minutes after the beginning, the full hour before it, the instant of a row, or open. */
const bound = fc.oneof(
  fc.record({ by: fc.constantFrom('minute' as const, 'hour' as const), minutes: fc.integer({ min: -70, max: 500 }) }),
  fc.record({ by: fc.constant('row' as const), which: fc.nat(100) }),
  fc.constant({ by: 'nothing' as const }),
);
const spans = fc.array(fc.record({ from: bound, to: bound }), { minLength: 6, maxLength: 10 });
type Bound = typeof bound extends fc.Arbitrary<infer T> ? T : never;

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

  const bothAgree = async (automation: string, span: { from?: string; to?: string } = {}) => {
    const kept = await automationStats(db.database, automation, span);
    expect(kept).toEqual(await countedOneByOne(db.database, automation, span));
    return kept;
  };

  /** As many visits behind each figure of each step as it says, none of them twice. */
  const figuresHold = async (automation: string, span: { from?: string; to?: string } = {}) => {
    const { nodes } = await automationStats(db.database, automation, span);
    for (const [node_id, { entered, here_now, left, ports, messages }] of Object.entries(nodes)) {
      const behind = async (figure: VisitFigure | MailFigure, narrowed: { port?: string; reason?: string } = {}) => {
        const seen = new Set<string>();
        let cursor: string | null | undefined;
        do {
          const asked = { node_id, figure, limit: 3, ...span, ...narrowed };
          const page = await visitPage(db.database, automation, { ...asked, ...(cursor ? { cursor } : {}) });
          for (const { run_id, visit } of page.items) seen.add(`${run_id} ${visit}`);
          cursor = page.next_cursor;
        } while (cursor);
        return seen.size;
      };
      expect([await behind('entered'), await behind('here'), await behind('left')]).toEqual([entered, here_now, left]);
      for (const [port, n] of Object.entries(ports)) expect(await behind('left', { port })).toBe(n);
      if (!messages) continue;
      const { skipped, queued, submitting, sent, failed, cancelled, opened } = messages;
      const mails = [
        await behind('mail_waiting'),
        await behind('mail_sent'),
        await behind('mail_failed'),
        await behind('mail_cancelled'),
        await behind('mail_opened'),
      ];
      expect(mails).toEqual([queued + submitting, sent, failed, cancelled, opened]);
      for (const [reason, n] of Object.entries(skipped))
        if (n > 0 || reason === 'unsubscribed') expect(await behind('mail_skipped', { reason })).toBe(n);
    }
  };

  const instants = (automation: string) =>
    db.database.rows<{ at: string }>(
      `select distinct entered_at::text as at from cortex.automation_run_steps
       where run_id in (select id from cortex.automation_runs where automation_id = $1) order by 1`,
      [automation],
    );

  const written = (one: Bound, began: number, rows: { at: string }[]): string | undefined => {
    if (one.by === 'row') return rows.length > 0 ? rows[one.which % rows.length]!.at : undefined;
    if (one.by === 'nothing') return undefined;
    const at = began + one.minutes * 60_000;
    return new Date(one.by === 'hour' ? Math.floor(at / 3_600_000) * 3_600_000 : at).toISOString();
  };

  it('mautic#15834: say what counting everything says, of all time and of any span, after whatever happened', async () => {
    let [entered, mails, partly, tidied] = [0, 0, 0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 8, maxLength: 20 }), spans, async (history, asked) => {
        const { now } = (await db.database.row<{ now: Date }>('select cortex.now() as now'))!;
        const automation = await line.live(graph, { entry: { limit: 'always' } });
        for (const one of history) {
          const runs = (await runPage(db.database, automation, { limit: 200 })).items;
          const open = runs.filter(({ status }) => status === 'active' || status === 'waiting');
          if (one.move === 'enter') await line.post(`p${one.who}@example.com`, { type: 'checkout.abandoned' });
          else if (one.move === 'time') await db.clock.advance({ minutes: one.minutes });
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
        const rows = await instants(automation);
        const some = asked.map(({ from, to }) => ({
          from: written(from, now.getTime(), rows),
          to: written(to, now.getTime(), rows),
        }));
        const ofSpans = [];
        for (const span of some) ofSpans.push(await bothAgree(automation, span));
        await figuresHold(automation);
        for (const span of some) await figuresHold(automation, span);
        await counters.fold();
        expect(await bothAgree(automation)).toEqual(before);
        for (const [at, span] of some.entries()) expect(await bothAgree(automation, span)).toEqual(ofSpans[at]);
        tidied += await counters.tidy();
        expect(await bothAgree(automation)).toEqual(before);
        for (const [at, span] of some.entries()) expect(await bothAgree(automation, span)).toEqual(ofSpans[at]);
        partly += ofSpans.filter(({ entered: n }) => n > 0 && n < before.entered).length;
        entered += before.entered;
        mails += before.nodes.mail?.messages?.candidates ?? 0;
      }),
      { numRuns: 8 },
    );
    expect(entered).toBeGreaterThan(0);
    expect(mails).toBeGreaterThan(0);
    expect(partly).toBeGreaterThan(0);
    expect(tidied).toBeGreaterThan(0);
    expect(await db.database.row('select 1 from cortex.automation_hour_counts where n = 0')).toBeUndefined();
    expect(await db.database.row('select 1 from cortex.automation_hour_changes')).toBeUndefined();
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
