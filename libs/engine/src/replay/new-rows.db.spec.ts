import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { createLog } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { compile } from '../versions/compiled-version.js';
import { replay } from './replay.js';

const from = new Date('2026-03-10T00:00:00Z');
const to = new Date('2026-03-10T12:00:00Z');
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });

describe('T2. A lead or a customer who appears inside the window', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeEach(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set(new Date(from.getTime() - 3_600_000));
    await line.lead('ann@example.com');
    await db.database.run("update public.purchase_leads set tags = '{cold}'");
    await line.settle();
    await db.clock.set(from);
  });
  afterEach(() => db.drop());

  const shown = (step: { node_id: string; port: string | null; left_at: Date | null }) =>
    `${step.node_id}/${step.port ?? '-'} ${step.left_at?.toISOString().slice(11, 16) ?? '-'}`;

  /** The steps of every run, as lived so far and as replayed. */
  async function ways(automation: string): Promise<{ lived: string[]; replayed: string[] }> {
    const lived = await db.database.rows<{ node_id: string; port: string | null; left_at: Date | null }>(
      `select s.node_id, s.port, s.left_at from cortex.automation_run_steps s
       join cortex.automation_runs r on r.id = s.run_id where r.automation_id = $1 order by r.entered_at, s.ord`,
      [automation],
    );
    const versions = await db.database.rows<{ id: string }>(
      'select id from cortex.automation_versions where automation_id = $1',
      [automation],
    );
    const [stored] = await db.database.tx((tx) => storedVersions(tx, [versions[0]!.id]));
    const replayed: string[] = [];
    await replay(db.database, compile(stored!), { from, to }, createLog('silent', 'test'), {
      onRun: ({ journey }, script) => replayed.push(...script.stepsOf(journey).map(shown)),
    });
    return { lived: lived.map(shown), replayed };
  }

  it('is found by the next round of a monitor, when their newest lead is what fits', async () => {
    const graph: Graph = {
      schema: 1,
      nodes: [
        {
          id: 'look',
          type: 'monitor',
          config: {
            over: 'people',
            rules: all({ field: 'tags', operator: 'not_contains', value: 'cold' }),
            every: { n: 1, unit: 'hours' },
          },
        },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [{ source: 'look', port: 'next', target: 'end' }],
    };
    const settings: DraftSettings = { entry: { limit: { every: { n: 6, unit: 'hours' } } } };
    const automation = await line.live(graph, settings);
    for (let hour = 1; hour < 12; hour += 1) {
      await db.clock.set(new Date(from.getTime() + hour * 3_600_000));
      await line.monitors.tick();
      await line.settle();
      await db.clock.advance({ minutes: 30 });
      if (hour === 4) await line.lead('ann@example.com');
      await line.settle();
    }
    await db.clock.set(to);
    const { lived, replayed } = await ways(automation);
    expect(lived).toEqual(['look/next 05:00', 'end/- 05:00', 'look/next 11:00', 'end/- 11:00']);
    expect(replayed).toEqual(lived);
  });

  it('ends a wait for rules that their newest lead fits, when it comes', async () => {
    const rules = all({ field: 'tags', operator: 'not_contains', value: 'cold' });
    const graph: Graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'a.one' } },
        { id: 'warm', type: 'wait_until', config: { rules, timeout: { n: 5, unit: 'hours' } } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'warm' }],
    };
    const automation = await line.live(graph);
    await db.clock.advance({ hours: 1 });
    await line.post('ann@example.com', { type: 'a.one' });
    await line.settle();
    await db.clock.advance({ hours: 2 });
    await line.lead('ann@example.com');
    await line.settle();
    await db.clock.set(to);
    const { lived, replayed } = await ways(automation);
    expect(lived).toEqual(['start/next 01:00', 'warm/happened 03:00']);
    expect(replayed).toEqual(lived);
  });

  it('is not yet there for a wait that ends at the same instant', async () => {
    const graph: Graph = {
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'a.one' } },
        { id: 'pause', type: 'wait', config: { for: { n: 2, unit: 'hours' } } },
        { id: 'lead', type: 'filter', config: { rules: all({ field: 'type', operator: 'eq', value: 'lead' }) } },
        { id: 'more', type: 'wait', config: { for: { n: 1, unit: 'hours' } } },
        { id: 'later', type: 'filter', config: { rules: all({ field: 'type', operator: 'eq', value: 'lead' }) } },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'pause' },
        { source: 'pause', port: 'next', target: 'lead' },
        { source: 'lead', port: 'yes', target: 'more' },
        { source: 'more', port: 'next', target: 'later' },
      ],
    };
    const automation = await line.live(graph);
    await db.clock.advance({ hours: 1 });
    await line.post('ann@example.com', { type: 'a.one' });
    await line.settle();
    await db.clock.advance({ hours: 2 });
    await line.settle();
    await db.database.run("insert into public.unified_profiles (email) values ('ann@example.com')");
    await line.settle();
    await db.clock.advance({ hours: 1 });
    await line.settle();
    await db.clock.set(to);
    const { lived, replayed } = await ways(automation);
    expect(lived).toEqual([
      'start/next 01:00',
      'pause/next 03:00',
      'lead/yes 03:00',
      'more/next 04:00',
      'later/no 04:00',
    ]);
    expect(replayed).toEqual(lived);
  });
});
