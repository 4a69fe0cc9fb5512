import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runPage } from '../reports/reports.queries.js';

const actor = systemActor('test');
const graph: Graph = {
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type: 'batch.start' } },
    { id: 'change', type: 'update_contact', config: { set: { 'attributes.seen': true } } },
  ],
  edges: [{ source: 'start', port: 'next', target: 'change' }],
};

describe('one bad row', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeAll(async () => {
    db = await testDatabase({ poolSize: 6 });
    line = await pipeline(db.database);
    await db.clock.set('2026-11-20T09:00:00Z');
  });
  afterAll(() => db.drop());

  it('mautic#7226: harms nobody else of its batch; it is tried again, then failed with the reason, and all can be retried', async () => {
    const automation = await line.live(graph);
    const emails = Array.from({ length: 30 }, (_, at) => `batch${at}@example.com`);
    for (const email of emails) await line.lead(email);
    await line.settle();
    const bad = ['batch7@example.com', 'batch8@example.com'];
    await db.database.run(
      `alter table public.purchase_leads add constraint no_change check (attributes ->> 'seen' is null
         or email not in ('batch7@example.com', 'batch8@example.com')) not valid`,
    );
    for (const email of emails) await line.post(email, { type: 'batch.start' });
    await line.settle();
    const byEmail = async () =>
      new Map((await runPage(db.database, automation, { limit: 200 })).items.map((run) => [run.contact_email, run]));
    const first = await byEmail();
    expect([...first.values()].filter((run) => run.status === 'completed')).toHaveLength(28);
    for (const email of bad) expect(first.get(email)).toMatchObject({ status: 'active', node_id: 'change' });
    for (let attempt = 0; attempt < 7; attempt += 1) {
      await db.clock.advance({ hours: 12 });
      await line.settle();
    }
    for (const email of bad) {
      expect((await byEmail()).get(email)).toMatchObject({
        status: 'failed',
        end_reason: expect.stringMatching(/no_change/),
        steps: [{}, { node_id: 'change', outcome: { error: expect.stringMatching(/no_change/) } }],
      });
    }
    await db.database.run('alter table public.purchase_leads drop constraint no_change');
    expect(await line.runs.retryAll(actor, automation, 'start')).toBe(0);
    expect(await line.runs.retryAll(actor, automation, 'change')).toBe(2);
    await line.settle();
    for (const email of bad) expect((await byEmail()).get(email)).toMatchObject({ status: 'completed' });
    await line.lifecycle.pause(actor, automation);
    await expect(line.runs.retryAll(actor, automation)).rejects.toMatchObject({ code: 'automation_not_live' });
  });

  it('mautic#7881: whoever has been in once is not let in again by leaving the list and coming back', async () => {
    const [list] = await db.database.rows<{ id: string }>(
      `insert into public.crm_smart_lists (name, kind) values ('In and out', 'static') returning id`,
    );
    const automation = await line.live({
      schema: 1,
      nodes: [
        { id: 'start', type: 'smart_list_entered', config: { smart_list_id: list!.id } },
        { id: 'note', type: 'record_activity', config: { activity_type: 'batch.noted' } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'note' }],
    });
    const other = await pipeline(db.database);
    for (let round = 0; round < 3; round += 1) {
      for (const email of ['batch1@example.com', 'batch2@example.com']) {
        const metadata = { smart_list_id: list!.id };
        await line.post(email, { type: 'smart_list.entered', metadata }, { type: 'smart_list.left', metadata });
      }
      await Promise.all([line.matcher.once(), other.matcher.once()]);
      await db.clock.advance({ days: 1 });
    }
    await line.settle();
    expect((await runPage(db.database, automation, { limit: 50 })).items).toHaveLength(2);
  });

  it('one purchase starts once, whoever sends it how often, from two workers in the same second', async () => {
    const automation = await line.live(
      {
        ...graph,
        nodes: graph.nodes.map((node) =>
          node.id === 'start' ? { ...node, config: { activity_type: 'order.test' } } : node,
        ),
      },
      { entry: { limit: 'once', key: 'metadata.order_id' } },
    );
    const other = await pipeline(db.database);
    for (let at = 10; at < 20; at += 1)
      for (const order_id of ['a', 'b', 'a', 'b', 'a'])
        await line.post(`batch${at}@example.com`, { type: 'order.test', metadata: { order_id } });
    for (let round = 0; round < 10; round += 1) await Promise.all([line.matcher.once(), other.matcher.once()]);
    await line.settle();
    expect((await runPage(db.database, automation, { limit: 100 })).items).toHaveLength(20);
  });
});
