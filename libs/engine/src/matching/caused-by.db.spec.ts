import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DraftSettings, Graph } from '#graph';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runPage } from '../reports/reports.queries.js';

const byKey = (key: string): DraftSettings => ({ entry: { limit: 'once', key } });
const twoSteps = (activity_type: string, type: string, config: Record<string, unknown>): Graph => ({
  schema: 1,
  nodes: [
    { id: 'start', type: 'activity_received', config: { activity_type } },
    { id: 'act', type, config },
  ],
  edges: [{ source: 'start', port: 'next', target: 'act' }],
});

describe('what an automation causes', () => {
  let db: TestDatabase;
  let line: Pipeline;
  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
  });
  afterAll(() => db.drop());

  const runs = async (automation: string) => (await runPage(db.database, automation, { limit: 50 })).items;
  const someone = async (email: string) => {
    await line.lead(email);
    await line.settle();
    return email;
  };

  it('names the automation and the run in the change, and in nobody else’s', async () => {
    const email = await someone('changed@example.com');
    const automation = await line.live(
      twoSteps('cause.start', 'update_contact', { add_tags: ['bounced'], set: { country: 'DE' } }),
    );
    await line.post(email, { type: 'cause.start' });
    await line.settle();
    const [run] = await runs(automation);
    await db.database.run("update public.purchase_leads set country = 'AT' where email = $1", [email]);
    const changes = await db.database.rows<{ metadata: Record<string, unknown> }>(
      `select metadata from public.crm_activities where contact_email = $1 and type = 'contact.updated'
       order by received_at, id`,
      [email],
    );
    expect(changes).toHaveLength(2);
    expect(changes[0]!.metadata).toMatchObject({ by: 'automation', automation_id: automation, run_id: run!.id });
    expect(changes[1]!.metadata).not.toHaveProperty('automation_id');
  });

  it('does not start it again: neither by a change of the person', async () => {
    const email = await someone('loop1@example.com');
    const automation = await line.live(
      twoSteps('contact.updated', 'update_contact', { set: { country: 'DE' } }),
      byKey('metadata.changes.country.new'),
    );
    await db.database.run("update public.purchase_leads set country = 'AT' where email = $1", [email]);
    await line.settle();
    expect(await runs(automation)).toMatchObject([{ status: 'completed' }]);
    await db.database.run("update public.purchase_leads set country = 'DE' where email = $1", [email]);
    await db.database.run("update public.purchase_leads set country = 'CH' where email = $1", [email]);
    await line.settle();
    expect(await runs(automation)).toHaveLength(2);
  });

  it('nor by an activity that it records, but others start by it', async () => {
    const email = await someone('loop2@example.com');
    const recording = twoSteps('loop.told', 'record_activity', {
      activity_type: 'loop.told',
      metadata: { order: 'b' },
    });
    const automation = await line.live(recording, byKey('metadata.order'));
    const other = await line.live(
      twoSteps('loop.told', 'record_activity', { activity_type: 'loop.other' }),
      byKey('metadata.order'),
    );
    await line.post(email, { type: 'loop.told', metadata: { order: 'a' } });
    await line.settle();
    expect(await runs(automation)).toHaveLength(1);
    expect(await runs(other)).toHaveLength(2);
  });

  it('starts it again by what the person does with its mail', async () => {
    const email = await someone('loop3@example.com');
    const automation = await line.live(
      twoSteps('email.clicked', 'record_activity', { activity_type: 'loop.clicked' }),
      byKey('metadata.url'),
    );
    const click = (url: string) => ({ type: 'email.clicked', metadata: { automation_id: automation, url } });
    await line.post(email, click('https://a.example'), click('https://b.example'));
    await line.settle();
    expect(await runs(automation)).toHaveLength(2);
  });
});
