import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DraftSettings, Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';

const actor = systemActor('test');
const always: DraftSettings = { entry: { limit: 'always' } };
const telling = (from: string, to: string): Graph => ({
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: from } },
    { id: 'tell', type: 'record_activity', config: { activity_type: to } },
  ],
  edges: [{ source: 'start', port: 'next', target: 'tell' }],
});

describe('a circle through other automations', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await line.live(telling('b.told', 'c.told'), always);
    await line.live(telling('c.told', 'a.told'), always);
  });
  afterAll(() => db.drop());

  const circles = async (graph: Graph, settings: DraftSettings) => {
    const { id } = await line.automations.create(actor, { name: 'New', graph, settings });
    const { problems } = await line.publishing.validate(id, {}, { checkTemplates: async () => new Map() }, actor);
    return problems.filter(({ code }) => code === 'circle_through_others');
  };

  it('is said before publishing, however long it is', async () => {
    expect(await circles(telling('a.told', 'b.told'), always)).toMatchObject([{ severity: 'look', node_id: 'start' }]);
  });

  it('is none where everybody enters once, or where it leads elsewhere', async () => {
    expect(await circles(telling('a.told', 'b.told'), {})).toEqual([]);
    expect(await circles(telling('x.told', 'b.told'), always)).toEqual([]);
  });
});
