import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { dice } from '../replay/random-drawing.fixture.js';
import { automationStats } from './reports.queries.js';
import { automationRiver, type RiverSpan } from './river.queries.js';

const graph: Graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'cart.left' } },
    {
      id: 'split',
      type: 'random_split',
      config: {
        branches: [
          { id: 'a', percent: 50 },
          { id: 'b', percent: 50 },
        ],
      },
    },
    { id: 'short', type: 'wait', config: { for: { n: 5, unit: 'hours' } } },
    { id: 'long', type: 'wait', config: { for: { n: 6, unit: 'days' } } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'split' },
    { source: 'split', port: 'a', target: 'short' },
    { source: 'split', port: 'b', target: 'long' },
    { source: 'short', port: 'next', target: 'long' },
  ],
};

describe('the last days, played back', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let automation: string;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set('2026-03-01T09:17:00Z');
    for (let n = 0; n < 8; n += 1) await line.lead(`p${n}@example.com`);
    automation = await line.live(graph, { entry: { limit: 'always' } });
    // Others come by at the same time through a drawing whose steps have the same names.
    await line.live(graph, { entry: { limit: 'once' } });
    const roll = dice(7);
    for (let move = 0; move < 60; move += 1) {
      await db.clock.advance({ minutes: 20 + Math.floor(roll() * 700) });
      if (roll() < 0.6) await line.post(`p${Math.floor(roll() * 8)}@example.com`, { type: 'cart.left' });
      await line.settle();
    }
  }, 120_000);
  afterAll(() => db.drop());

  it.each(['day', 'week', 'month'] as const)(
    'says of each frame of a %s what was recorded, and invents nothing',
    async (span: RiverSpan) => {
      const { frames, from, to } = await automationRiver(db.database, automation, span);
      expect(frames).toHaveLength({ day: 25, week: 8, month: 31 }[span]);
      expect([frames[0]!.at, frames.at(-1)!.at]).toEqual([from, to]);
      for (const [n, { at, nodes }] of frames.entries()) {
        const since = frames[n - 1]?.at ?? at;
        const recorded = await db.database.rows<{ node_id: string; here: number; came: number }>(
          `select s.node_id, count(*) filter (where s.entered_at < $2 and (s.left_at is null or s.left_at >= $2))::int as here,
           count(*) filter (where s.entered_at >= $3 and s.entered_at < $2)::int as came
         from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
         where r.automation_id = $1 group by 1`,
          // What moves at this very instant is of the last frame.
          [automation, n === frames.length - 1 ? new Date(at.getTime() + 1) : at, since],
        );
        for (const { node_id, here, came } of recorded)
          expect({ node_id, here, came }).toEqual({
            node_id,
            here: nodes[node_id]?.here ?? 0,
            came: nodes[node_id]?.came ?? 0,
          });
      }
      const { nodes } = await automationStats(db.database, automation, {});
      for (const [id, { here_now }] of Object.entries(nodes))
        expect(frames.at(-1)!.nodes[id]?.here ?? 0).toBe(here_now);
      const left = frames.reduce((sum, frame) => sum + (frame.nodes.split?.ports.a ?? 0), 0);
      const before = await automationStats(db.database, automation, { from: from.toISOString() });
      expect(left).toBe(before.nodes.split?.ports.a ?? 0);
      expect(Math.max(...frames.map((frame) => frame.nodes.long?.here ?? 0))).toBeGreaterThan(0);
    },
  );
});
