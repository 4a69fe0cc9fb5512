import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import type { Graph, GraphNode } from '#graph';
import { createLog, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { compile } from '../versions/compiled-version.js';
import { replay } from './replay.js';

const from = new Date('2026-03-10T00:00:00Z');
const to = new Date('2026-03-10T12:00:00Z');
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });

describe('T2. What arrives at one instant is matched together, in the replay as in life', () => {
  let db: TestDatabase;
  let line: Pipeline;
  const list = newId();
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set(from);
    await line.lead('ann@example.com');
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, 'By hand', 'static')", [
      list,
    ]);
    await line.settle();
  });
  afterAll(() => db.drop());

  /** The ways out that the runs of two activities of one instant take, as lived and as replayed. */
  async function ways(
    type: string,
    start: object,
    ...steps: GraphNode[]
  ): Promise<{ lived: string; replayed: string }> {
    const nodes: GraphNode[] = [
      { id: 'start', type: 'activity_received', config: { activity_type: type, ...start } },
      ...steps,
    ];
    const edges = nodes.slice(1).map(({ id }, at) => {
      const port = nodes[at]!.type === 'filter' ? 'no' : 'next';
      return { source: nodes[at]!.id, port, target: id };
    });
    const graph: Graph = { schema: 1, nodes, edges };
    const automation = await line.live(graph, { entry: { limit: 'always' } });
    await db.clock.advance({ hours: 1 });
    await line.post('ann@example.com', { type }, { type });
    await line.settle();
    const lived = await db.database.rows<{ ports: string }>(
      `select string_agg(s.port, ' ' order by s.ord) as ports from cortex.automation_runs r
       join cortex.automation_run_steps s on s.run_id = r.id where r.automation_id = $1 group by r.id`,
      [automation],
    );
    const versions = await db.database.rows<{ id: string }>(
      'select id from cortex.automation_versions where automation_id = $1',
      [automation],
    );
    const [stored] = await db.database.tx((tx) => storedVersions(tx, [versions[0]!.id]));
    const replayed: string[] = [];
    await replay(db.database, compile(stored!), { from, to }, createLog('silent', 'test'), {
      onRun: ({ journey }, script) =>
        replayed.push(
          script
            .stepsOf(journey)
            .map(({ port }) => port)
            .join(' '),
        ),
    });
    const told = (each: string[]) => each.sort().join(', ');
    return { lived: told(lived.map(({ ports }) => ports)), replayed: told(replayed) };
  }

  it('starts runs that move side by side: neither sees what the other does', async () => {
    const inList = { rules: all({ field: 'smart_list', operator: 'in', value: [list] }) };
    const add = { smart_list_id: list, action: 'add' };
    expect(
      await ways(
        'list.asked',
        {},
        { id: 'in', type: 'filter', config: inList },
        { id: 'add', type: 'update_list', config: add },
      ),
    ).toEqual({ lived: 'next no next, next no next', replayed: 'next no next, next no next' });
  });

  it('is seen by rules as a whole: each start counts both', async () => {
    const rules = all({ field: 'activity', activity_type: 'count.asked', operator: 'count_gte', value: 2 });
    expect(await ways('count.asked', { rules })).toEqual({ lived: 'next, next', replayed: 'next, next' });
  });
});
