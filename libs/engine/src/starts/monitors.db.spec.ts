import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Graph } from '#graph';
import { newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { runPage } from '../reports/reports.queries.js';

const enrolled = { operator: 'AND' as const, conditions: [{ field: 'lead', operator: 'enrolled' }] };
const mail = (subject: string) => ({ subject, html: '<p>Hello {{ contact.first_name }}</p>', stream: 'broadcast' });

const abandonment: Graph = {
  schema: 1,
  nodes: [
    {
      id: 'start',
      type: 'monitor',
      config: {
        over: 'leads',
        lead: { older_than: { n: 30, unit: 'minutes' }, within: { n: 24, unit: 'hours' }, enrolled: false },
      },
    },
    { id: 'first', type: 'send_email', config: mail('You left something behind') },
    { id: 'wait', type: 'wait_until', config: { rules: enrolled, timeout: { n: 2, unit: 'days' } } },
    { id: 'ask', type: 'filter', config: { rules: enrolled } },
    { id: 'second', type: 'send_email', config: mail('Still there?') },
    { id: 'done', type: 'exit', config: { reason: 'enrolled' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'first' },
    { source: 'first', port: 'next', target: 'wait' },
    { source: 'wait', port: 'happened', target: 'ask' },
    { source: 'wait', port: 'timed_out', target: 'ask' },
    { source: 'ask', port: 'yes', target: 'done' },
    { source: 'ask', port: 'no', target: 'second' },
  ],
};

describe('abandoned checkout, end to end', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let automation: string;
  let course: string;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set('2026-11-20T09:00:00Z');
    course = newId();
    await db.database.run(`insert into public.courses (id, title) values ($1, 'Photography 101')`, [course]);
    await line.lead('old@example.com', { course_id: course });
    await db.clock.advance({ hours: 1 });
    automation = await line.live(abandonment);
  });
  afterAll(() => db.drop());

  const mails = async (email: string): Promise<string[]> =>
    (
      await db.database.rows<{ subject: string }>(
        `select c.subject from cortex.messages m join cortex.mail_contents c on c.id = m.content_id
         where m.contact_email = $1 order by m.created_at`,
        [email],
      )
    ).map((row) => row.subject);
  const runOf = async (email: string) =>
    (await runPage(db.database, automation, { contact_email: email, limit: 1 })).items[0];
  const enroll = (email: string, lead?: string) =>
    db.database.tx(async (tx) => {
      await tx.run('insert into public.unified_profiles (email) values ($1) on conflict (email) do nothing', [email]);
      await tx.run(
        `insert into public.enrollments (profile_id, course_id, lead_id)
         select id, $2, $3 from public.unified_profiles where email = $1`,
        [email, course, lead ?? null],
      );
    });

  it('leaves those alone who matched before it was published', async () => {
    await line.settle();
    expect(await mails('old@example.com')).toEqual([]);
  });

  it('writes after 30 minutes, not sooner, and again after two days without an enrollment', async () => {
    await line.lead('ann@example.com', { course_id: course });
    await db.clock.advance({ minutes: 29 });
    await line.settle();
    expect(await mails('ann@example.com')).toEqual([]);
    await db.clock.advance({ minutes: 2 });
    await line.settle();
    expect(await mails('ann@example.com')).toEqual(['You left something behind']);
    expect(await runOf('ann@example.com')).toMatchObject({ status: 'waiting', node_id: 'wait' });
    await db.clock.advance({ days: 1, hours: 23 });
    await line.settle();
    expect(await mails('ann@example.com')).toHaveLength(1);
    await db.clock.advance({ hours: 1 });
    await line.settle();
    expect(await mails('ann@example.com')).toEqual(['You left something behind', 'Still there?']);
    const run = await runOf('ann@example.com');
    expect(run).toMatchObject({ status: 'completed', wake_at: null });
    expect(run!.steps.map((step) => [step.node_id, step.visit, step.port])).toEqual([
      ['start', 1, 'next'],
      ['first', 1, 'next'],
      ['wait', 1, 'timed_out'],
      ['ask', 1, 'no'],
      ['second', 1, 'next'],
    ]);
  });

  it('ends at once when that lead enrolls meanwhile', async () => {
    const lead = await line.lead('bob@example.com', { course_id: course });
    await db.clock.advance({ minutes: 31 });
    await line.settle();
    expect(await mails('bob@example.com')).toEqual(['You left something behind']);
    await db.clock.advance({ hours: 5 });
    await enroll('bob@example.com', lead);
    await line.settle();
    const run = await runOf('bob@example.com');
    expect(run).toMatchObject({ status: 'exited', end_reason: 'enrolled' });
    expect(run!.steps.map((step) => step.port)).toEqual(['next', 'next', 'happened', 'yes', null]);
    expect(run!.steps[3]!.outcome).toMatchObject({
      because: [{ operator: 'AND', result: true, children: [{ field: 'lead', operator: 'enrolled', result: true }] }],
    });
    expect(await mails('bob@example.com')).toHaveLength(1);
  });

  it('writes nothing to somebody who enrolled within the half hour', async () => {
    await line.lead('cid@example.com', { course_id: course });
    await db.clock.advance({ minutes: 20 });
    await enroll('cid@example.com');
    await db.clock.advance({ minutes: 20 });
    await line.settle();
    expect(await runOf('cid@example.com')).toBeUndefined();
  });

  it('lets a person in again for another lead only after seven days', async () => {
    await line.lead('ann@example.com', { course_id: course });
    await db.clock.advance({ minutes: 31 });
    await line.settle();
    expect(await mails('ann@example.com')).toHaveLength(2);
    await db.clock.advance({ days: 8 });
    await line.lead('ann@example.com', { course_id: course });
    await db.clock.advance({ minutes: 31 });
    await line.settle();
    expect(await mails('ann@example.com')).toHaveLength(3);
  });

  it('says under Needs attention that it failed, until it works again', async () => {
    const open = () =>
      db.database.rows("select title from cortex.attention where key like 'monitor:%' and closed_at is null");
    await db.clock.advance({ minutes: 1 });
    await db.database.run('alter table public.purchase_leads rename column source to renamed');
    await line.monitors.tick();
    await db.database.run('alter table public.purchase_leads rename column renamed to source');
    expect(await open()).toEqual([{ title: 'A monitor failed' }]);
    await db.clock.advance({ minutes: 1 });
    await line.monitors.tick();
    expect(await open()).toEqual([]);
  });
});
