import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { automationById } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { newId, systemActor } from '#platform';
import { pipeline, seedLeads, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { mailHelp } from '../effects/mail-help.js';
import { runPage, type RunView } from '../reports/reports.queries.js';

const actor = systemActor('test');
const always: DraftSettings = { entry: { limit: 'always' } };
const from = (type: string, config: Record<string, unknown>): Graph => ({
  schema: 1,
  nodes: [
    { id: 'start', type, config },
    { id: 'note', type: 'record_activity', config: { activity_type: 'clock.noted' } },
  ],
  edges: [{ source: 'start', port: 'next', target: 'note' }],
});

describe('starts by the clock', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let people = 0;

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 8 });
    line = await pipeline(db.database);
  });
  afterAll(() => db.drop());

  const someone = async (more: { attributes?: object; timezone?: string } = {}): Promise<string> => {
    people += 1;
    const email = `clock${people}@example.com`;
    await line.lead(email);
    await db.database.run('update public.purchase_leads set attributes = $2::jsonb, timezone = $3 where email = $1', [
      email,
      JSON.stringify(more.attributes ?? {}),
      more.timezone ?? null,
    ]);
    return email;
  };
  const list = async (...emails: string[]): Promise<string> => {
    const id = newId();
    await db.database.run(`insert into public.crm_smart_lists (id, name, kind) values ($1, $2, 'static')`, [
      id,
      `List ${id}`,
    ]);
    await db.database.run(
      `insert into cortex.list_members (smart_list_id, person_id)
       select $1, person_id from cortex.people where address = any($2::text[])`,
      [id, emails],
    );
    return id;
  };
  const runsOf = async (automation: string, contact_email?: string): Promise<RunView[]> =>
    (await runPage(db.database, automation, { contact_email, limit: 200 })).items;
  const entered = async (automation: string, email: string): Promise<string[]> =>
    (await runsOf(automation, email)).map((run) => run.entered_at.toISOString().slice(0, 16)).reverse();
  /** Goes on to an instant by minutes, as the ticks do, looking only near it. */
  const tickAt = async (...instants: string[]) => {
    for (const instant of instants) {
      await db.clock.set(new Date(Date.parse(instant)));
      await line.settle();
    }
  };

  it('takes in everybody of a list at its time, each once per time, and only who is in it then', async () => {
    await db.clock.set('2026-11-20T09:00:00Z');
    const [one, two, out] = [await someone(), await someone(), await someone()];
    const id = await list(one, two);
    const weekly = from('schedule', { cron: '0 9 * * 1', timezone: 'Europe/Berlin', smart_list_id: id });
    const [each, once] = [await line.live(weekly, always), await line.live(weekly)];
    await tickAt('2026-11-23T07:59:00Z');
    expect(await runsOf(each)).toEqual([]);
    await tickAt('2026-11-23T08:00:00Z', '2026-11-23T08:01:00Z', '2026-11-23T12:00:00Z');
    expect(await entered(each, one)).toEqual(['2026-11-23T08:00']);
    await db.database.run(
      `delete from cortex.list_members where smart_list_id = $1 and person_id =
         (select person_id from cortex.people where address = $2)`,
      [id, two],
    );
    await tickAt('2026-11-30T08:00:30Z');
    expect(await entered(each, one)).toEqual(['2026-11-23T08:00', '2026-11-30T08:00']);
    expect(await entered(each, two)).toEqual(['2026-11-23T08:00']);
    expect(await runsOf(each, out)).toEqual([]);
    expect(await entered(once, one)).toEqual(['2026-11-23T08:00']);
  });

  it('makes up for one missed time at most, and for none that is too late or fell into a pause', async () => {
    await db.clock.set('2026-12-01T00:00:00Z');
    const email = await someone();
    const id = await list(email);
    const hourly = await line.live(from('schedule', { cron: '0 */2 * * *', smart_list_id: id }), always);
    const daily = await line.live(from('schedule', { cron: '0 6 * * *', smart_list_id: id }), {
      ...always,
      late_after: { n: 1, unit: 'hours' },
    });
    await tickAt('2026-12-01T00:01:00Z', '2026-12-01T09:30:00Z', '2026-12-01T09:31:00Z');
    expect(await entered(hourly, email)).toEqual(['2026-12-01T09:30']);
    expect(await entered(daily, email)).toEqual([]);
    await line.lifecycle.pause(actor, hourly);
    await tickAt('2026-12-01T13:00:00Z');
    await line.lifecycle.resume(actor, hourly);
    await tickAt('2026-12-01T13:01:00Z', '2026-12-01T14:00:05Z');
    expect(await entered(hourly, email)).toEqual(['2026-12-01T09:30', '2026-12-01T14:00']);
  });

  it('ticks once for all workers: two in the same second take each person in once', async () => {
    await db.clock.set('2026-12-02T00:00:00Z');
    const others = await pipeline(db.database);
    const seeded = await seedLeads(
      db.database,
      Array.from({ length: 450 }, (_, at) => ({ email: `crowd${at}@example.com` })),
    );
    expect(seeded).toBeDefined();
    const id = await list(...Array.from({ length: 450 }, (_, at) => `crowd${at}@example.com`));
    const automation = await line.live(from('schedule', { cron: '0 5 * * *', smart_list_id: id }), always);
    await line.settle();
    await db.clock.set('2026-12-02T05:00:10Z');
    const work = async (worker: Pipeline) => {
      await worker.entries.tick();
      await worker.entries.takeIn(automation);
    };
    await Promise.all([work(line), work(others), work(line), work(others)]);
    await line.settle();
    const counts = await db.database.row<{ runs: number; people: number; waiting: number }>(
      `select count(*)::int as runs, count(distinct person_id)::int as people,
         (select count(*)::int from cortex.entry_queue) as waiting
       from cortex.automation_runs where automation_id = $1`,
      [automation],
    );
    expect(counts).toEqual({ runs: 450, people: 450, waiting: 0 });
  });

  it('takes those in the list now only where that is wished', async () => {
    await db.clock.set('2026-12-03T10:00:00Z');
    const email = await someone();
    const id = await list(email);
    const graph = from('schedule', { cron: '0 9 * * *', smart_list_id: id });
    const [asked, quiet] = [await line.live(graph, {}, { take_matching_now: true }), await line.live(graph)];
    const joins = await line.live(from('smart_list_entered', { smart_list_id: id }), {}, { take_matching_now: true });
    await line.settle();
    expect(await entered(asked, email)).toEqual(['2026-12-03T10:00']);
    expect(await entered(joins, email)).toEqual(['2026-12-03T10:00']);
    expect(await entered(quiet, email)).toEqual([]);
    const draft = await line.automations.create(actor, { name: 'Counts', graph });
    const { matching_now } = await line.publishing.publish(actor, draft.id, {}, mailHelp);
    expect(matching_now).toBe(1);
  });

  it('mautic#6439: a birthday comes each year in the person’s own time, and nobody is thrown out the day after', async () => {
    await db.clock.set('2027-02-01T00:00:00Z');
    const [leap, kolkata, none] = [
      await someone({ attributes: { birthday: '2000-02-29' }, timezone: 'America/New_York' }),
      await someone({ attributes: { birthday: '1990-03-01T20:00:00Z' }, timezone: 'Asia/Kolkata' }),
      await someone({ attributes: { birthday: 'in spring' } }),
    ];
    const graph: Graph = {
      schema: 1,
      nodes: [
        {
          id: 'start',
          type: 'date_reached',
          config: { date_field: 'attributes.birthday', time: '09:00', repeat: 'yearly' },
        },
        { id: 'wait', type: 'wait', config: { for: { n: 2, unit: 'days' } } },
        { id: 'note', type: 'record_activity', config: { activity_type: 'birthday.followed' } },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'wait' },
        { source: 'wait', port: 'next', target: 'note' },
      ],
    };
    const automation = await line.live(graph);
    // 28 February in a year without a 29th; 2 March in Kolkata, where it was past midnight.
    await tickAt('2027-02-28T13:59:00Z');
    expect(await runsOf(automation)).toEqual([]);
    await tickAt('2027-02-28T14:00:00Z', '2027-02-28T14:01:00Z', '2027-03-02T03:29:00Z', '2027-03-02T03:30:00Z');
    expect(await entered(automation, leap)).toEqual(['2027-02-28T14:00']);
    expect(await entered(automation, kolkata)).toEqual(['2027-03-02T03:30']);
    await tickAt('2027-03-04T12:00:00Z');
    expect((await runsOf(automation, leap)).map((run) => run.status)).toEqual(['completed']);
    await tickAt('2028-02-28T20:00:00Z', '2028-02-29T14:00:30Z');
    expect(await entered(automation, leap)).toEqual(['2027-02-28T14:00', '2028-02-29T14:00']);
    expect(await runsOf(automation, none)).toEqual([]);
  });

  it('comes before or after a date, once, and again when the date was moved and each time is wished', async () => {
    await db.clock.set('2029-05-01T00:00:00Z');
    const email = await someone({ attributes: { ends: '2029-05-10' } });
    const config = {
      date_field: 'attributes.ends',
      offset: { n: -3, unit: 'days' },
      time: '08:00',
      timezone: 'Europe/Berlin',
      repeat: 'once',
    };
    const [once, each] = [
      await line.live(from('date_reached', config)),
      await line.live(from('date_reached', config), always),
    ];
    await tickAt('2029-05-07T05:59:00Z', '2029-05-07T06:00:00Z', '2029-05-07T06:01:00Z');
    expect(await entered(once, email)).toEqual(['2029-05-07T06:00']);
    await db.database.run(`update public.purchase_leads set attributes = '{"ends": "2029-06-10"}' where email = $1`, [
      email,
    ]);
    await tickAt('2029-06-07T05:59:00Z', '2029-06-07T06:00:00Z');
    expect(await entered(once, email)).toHaveLength(1);
    expect(await entered(each, email)).toEqual(['2029-05-07T06:00', '2029-06-07T06:00']);
  });

  it('counts the anniversaries of the day somebody came, not that day itself', async () => {
    await db.clock.set('2030-07-01T06:00:00Z');
    const automation = await line.live(
      from('date_reached', { date_field: 'created_at', time: '09:00', timezone: 'UTC', repeat: 'yearly' }),
    );
    const email = await someone();
    await tickAt('2030-07-01T08:59:00Z', '2030-07-01T09:00:00Z');
    expect(await entered(automation, email)).toEqual([]);
    await tickAt('2031-07-01T08:59:00Z', '2031-07-01T09:00:00Z');
    expect(await entered(automation, email)).toEqual(['2031-07-01T09:00']);
  });

  it('lets nobody in after a stop, and tells everybody inside that they have left', async () => {
    await db.clock.set('2032-01-01T00:00:00Z');
    const email = await someone();
    const id = await list(email);
    const graph = from('schedule', { cron: '0 9 * * *', smart_list_id: id });
    graph.nodes.push({ id: 'wait', type: 'wait', config: { for: { n: 5, unit: 'days' } } });
    graph.edges.push({ source: 'note', port: 'next', target: 'wait' });
    const automation = await line.live(graph, always);
    await tickAt('2032-01-01T09:00:00Z');
    await db.clock.set('2032-01-02T09:00:00Z');
    expect(await line.entries.tick()).toContain(automation);
    const stopped = await line.lifecycle.stop(actor, automation, 1);
    expect(stopped).toMatchObject({ status: 'stopped', inside: 0 });
    await line.settle();
    expect(await runsOf(automation)).toMatchObject([{ status: 'exited', end_reason: 'stopped' }]);
    const left = await db.database.rows<{ metadata: object; history: boolean }>(
      `select metadata, history from public.crm_activities where type = 'automation.left' and contact_email = $1`,
      [email],
    );
    expect(left).toMatchObject([{ metadata: { automation_id: automation, reason: 'stopped' }, history: true }]);
    await line.lifecycle.resume(actor, automation);
    await tickAt('2032-01-02T10:00:00Z');
    expect(await runsOf(automation)).toHaveLength(1);
    expect(await automationById(db.database, automation)).toMatchObject({ status: 'live', inside: 0 });
  });
});
