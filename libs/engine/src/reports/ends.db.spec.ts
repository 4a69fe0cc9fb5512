import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { automationEnds, endedPage } from './ends.queries.js';

const rules = (value: string) => ({ operator: 'AND', conditions: [{ field: 'email', operator: 'eq', value }] });
const graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'cart.left' } },
    { id: 'ann', type: 'filter', config: { rules: rules('ann@example.com') } },
    { id: 'wait', type: 'wait', config: { for: { n: 2, unit: 'days' } } },
    { id: 'end', type: 'exit', config: { reason: 'done' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'ann' },
    { source: 'ann', port: 'no', target: 'wait' },
    { source: 'wait', port: 'next', target: 'end' },
  ],
} as unknown as Graph;

describe('what came of those whose way ended', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let automation: string;

  const pays = (email: string, minor: number, more: { refunded?: number; currency?: string; status?: string } = {}) =>
    db.database.run(
      `insert into public.transactions (profile_id, amount_minor, refunded_minor, currency, status, occurred_at)
       select id, $2, $3, $4, $5, cortex.now() from public.unified_profiles where email = $1`,
      [email, minor, more.refunded ?? 0, more.currency ?? 'EUR', more.status ?? 'paid'],
    );
  const enter = async (email: string) => {
    await line.post(email, { type: 'cart.left' });
    await line.settle();
  };

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set('2026-03-01T09:00:00Z');
    await db.database.run("update cortex.settings set currency = 'EUR'");
    for (const name of ['ann', 'ben', 'eve'])
      await db.database.run(`insert into public.unified_profiles (email) values ($1)`, [`${name}@example.com`]);
    automation = await line.live(graph, {
      entry: { limit: 'always' },
      goal: { activity_type: 'course.bought' },
    });
    await pays('ann@example.com', 9_900);
    await db.clock.advance({ hours: 1 });
    for (const name of ['ann', 'ben', 'eve']) await enter(`${name}@example.com`);
    await db.clock.advance({ hours: 1 });
    await pays('ann@example.com', 1_000);
    await pays('ann@example.com', 500, { refunded: 200, status: 'partly_refunded' });
    await pays('ben@example.com', 700, { currency: 'USD' });
    await pays('eve@example.com', 4_000);
    await line.post('eve@example.com', { type: 'course.bought' });
    await line.settle();
    await db.clock.advance({ days: 3 });
    await line.settle();
    // Entering again, what is paid counts for the new way and not for the old one as well.
    await enter('ann@example.com');
    await db.clock.advance({ hours: 1 });
    await pays('ann@example.com', 50);
  });
  afterAll(() => db.drop());

  it('counts by the place of the end who reached the goal and what was paid since entering, once', async () => {
    const { currency, ends, more } = await automationEnds(db.database, automation, {});
    expect({ currency, more }).toEqual({ currency: 'EUR', more: false });
    expect(ends).toEqual([
      { node_id: 'ann', port: 'yes', runs: 2, goal: 0, amount_minor: 1_350 },
      { node_id: 'end', port: null, runs: 1, goal: 0, amount_minor: 0 },
      { node_id: 'wait', port: null, runs: 1, goal: 1, amount_minor: 4_000 },
    ]);
  });

  it('lists exactly whom each figure counts, page by page, and in any span', async () => {
    for (const span of [{}, { from: '2026-03-02T00:00:00Z' }, { to: '2026-03-02T00:00:00Z' }]) {
      const { ends } = await automationEnds(db.database, automation, span);
      for (const { node_id, port, runs, goal, amount_minor } of ends) {
        const behind = async (only: { goal?: boolean }) => {
          const found = [];
          let cursor: string | null | undefined;
          do {
            const at = { node_id, ...(port === null ? {} : { port }), ...span, ...only };
            const page = await endedPage(db.database, automation, { ...at, limit: 1, ...(cursor ? { cursor } : {}) });
            found.push(...page.items);
            cursor = page.next_cursor;
          } while (cursor);
          return found;
        };
        const listed = await behind({});
        expect(listed).toHaveLength(runs);
        expect(listed.reduce((sum, run) => sum + run.amount_minor, 0)).toBe(amount_minor);
        expect(await behind({ goal: true })).toHaveLength(goal);
      }
    }
  });
});
