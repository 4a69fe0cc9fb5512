import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Automations } from '#automations';
import type { DraftSettings, Graph } from '#graph';
import { createLog, newId, readConfig, systemActor, Vault } from '#platform';
import { ListMembers } from '#smart-lists';
import { besideOthers, pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { EngineVersions } from '../versions/engine-versions.js';
import { explainEntry } from '../reports/explain.js';
import { automationStats } from '../reports/reports.queries.js';
import { BacktestLoop, Backtests } from './backtests.js';
import { simulate } from './simulate.js';

const actor = systemActor('test');
const log = createLog('silent', 'test');
const rules = (...conditions: object[]) => ({ operator: 'AND', conditions });
const graph: Graph = {
  schema: 1,
  nodes: [
    {
      id: 'start',
      type: 'activity_received',
      config: {
        activity_type: 'cart.left',
        where: rules({ field: 'metadata.total', operator: 'gte', value: 50 }),
        rules: rules({ field: 'country', operator: 'eq', value: 'DE' }),
      },
    },
    { id: 'pause', type: 'wait', config: { for: { n: 2, unit: 'days' } } },
    { id: 'vip', type: 'filter', config: { rules: rules({ field: 'tags', operator: 'contains', value: 'vip' }) } },
    { id: 'mail', type: 'send_email', config: { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' } },
  ],
  edges: [
    { source: 'start', port: 'next', target: 'pause' },
    { source: 'pause', port: 'next', target: 'vip' },
    { source: 'vip', port: 'no', target: 'mail' },
  ],
};

describe('what would have been, and why', () => {
  let db: TestDatabase;
  let line: Pipeline;
  let id: string;

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set('2026-04-01T09:00:00Z');
    for (const email of ['a@example.com', 'b@example.com']) await line.lead(email);
    await db.database.run("update public.purchase_leads set country = 'de' where email = 'a@example.com'");
    await line.settle();
    id = await line.live(graph);
  });
  afterAll(() => db.drop());

  const explain = (email: string) => explainEntry(db.database, new EngineVersions(), id, email);

  it('explains who would not enter by their conditions, with the smallest change', async () => {
    expect(await explain('b@example.com')).toMatchObject({
      would_enter: false,
      stopped_by: 'rules',
      proof: { operator: 'AND', result: false, children: [{ field: 'country', value_seen: null, wanted: 'de' }] },
      smallest_change: { changes: [{ field: 'country', must: true }] },
      activity: { type: 'cart.left', last_at: null, fits: false },
      mail: { broadcast: null },
    });
  });

  it('explains that nothing keeps somebody out but what never happened, or did not fit; then the entry limit', async () => {
    expect(await explain('a@example.com')).toMatchObject({ would_enter: true });
    await line.post('a@example.com', { type: 'cart.left', metadata: { total: 10 } });
    await line.settle();
    expect(await explain('a@example.com')).toMatchObject({ would_enter: true, activity: { fits: false }, runs: [] });
    await line.post('a@example.com', { type: 'cart.left', metadata: { total: 90 } });
    await line.settle();
    const again = await explain('a@example.com');
    expect(again).toMatchObject({ would_enter: false, stopped_by: 'been_here', proof: { result: true } });
    expect(again.runs).toHaveLength(1);
  });

  it('says of a monitor rule by rule what it asks of each lead, and what it saw', async () => {
    const monitored = await line.live({
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
      ],
      edges: [],
    });
    await line.lead('new@example.com');
    await line.settle();
    const said = await explainEntry(db.database, new EngineVersions(), monitored, 'new@example.com');
    expect(said).toMatchObject({ would_enter: false, stopped_by: 'no_matching_lead' });
    const { lead, rules: asked } = said.checks![0]!;
    expect(asked.filter(({ met }) => !met)).toEqual([
      { text: 'It began at least 30 minutes ago.', met: false, at: lead!.created_at, seen: null },
    ]);
    expect(asked.map(({ text }) => text)).toContain('It has not led to an enrollment.');
    await db.clock.advance({ minutes: 31 });
    const later = await explainEntry(db.database, new EngineVersions(), monitored, 'new@example.com');
    expect(later.would_enter).toBe(true);
    expect(later.checks![0]!.rules.every(({ met }) => met)).toBe(true);
  });

  it('mautic#2307, mautic#3225: lets one person, real or made up, go through the draft at once; nothing of it happens or is counted', async () => {
    const everything = async () => ({
      stats: await automationStats(db.database, id, {}),
      rows: await db.database.row(
        `select (select count(*)::int from cortex.messages) as messages, (select count(*)::int from cortex.outgoing) as queued,
           (select count(*)::int from cortex.automation_runs) as runs, (select count(*)::int from cortex.people) as people,
           (select count(*)::int from public.crm_activities) as activities, (select count(*)::int from public.purchase_leads) as leads,
           (select array_agg(tags order by address) from cortex.people) as tags,
           (select count(*)::int from cortex.automation_hour_changes) as counted`,
      ),
    });
    const before = await everything();
    const at = new Date('2026-04-02T00:00:00Z');
    const real = await simulate(db.database, id, { contact_email: 'b@example.com', at }, log);
    expect(real.steps.map((step) => [step.node_id, step.port, step.entered_at.toISOString()])).toEqual([
      ['start', 'next', '2026-04-02T00:00:00.000Z'],
      ['pause', 'next', '2026-04-02T00:00:00.000Z'],
      ['vip', 'no', '2026-04-04T00:00:00.000Z'],
      ['mail', 'next', '2026-04-04T00:00:00.000Z'],
    ]);
    expect(real.messages).toMatchObject([{ node_id: 'mail', visit: 1 }]);
    const vip = await simulate(db.database, id, { sample: { tags: ['VIP'] }, at }, log);
    expect(vip).toMatchObject({ status: 'completed', messages: [], contact_email: 'sample@example.com' });
    expect(await everything()).toEqual(before);
  });

  it('lets others have their turn while one person goes through the largest drawing', async () => {
    const conditions = Array.from({ length: 12 }, (_, n) => ({
      field: `attributes.a${n}`,
      operator: 'eq',
      value: 'x',
    }));
    const step = (n: number) =>
      n % 3 === 0
        ? { id: `n${n}`, type: 'wait', config: { for: { n: 1, unit: 'days' } } }
        : { id: `n${n}`, type: 'filter', config: { rules: rules(...conditions) } };
    const steps = [{ id: 'n0', type: 'manual', config: {} }, ...Array.from({ length: 399 }, (_, n) => step(n + 1))];
    const largest: Graph = {
      schema: 1,
      nodes: steps,
      // Round and round, until a run has been through as many steps as it may.
      edges: steps.map(({ id, type }, n) => ({
        source: id,
        port: type === 'filter' ? 'no' : 'next',
        target: `n${(n % 399) + 1}`,
      })),
    };
    const wish = { sample: {}, at: new Date('2026-04-02T00:00:00Z'), graph: largest };
    const { result, took, held } = await besideOthers(() => simulate(db.database, id, wish, log));
    expect(result).toMatchObject({ status: 'exited', end_reason: 'went through 1000 steps' });
    expect(result.steps).toHaveLength(1000);
    expect(held).toBeLessThan(took / 3);
  });

  it('replays as a job: queued, completed, cancelled, and taken over when its worker is gone', async () => {
    await db.clock.set('2026-04-03T00:00:00Z');
    const backtests = new Backtests(db.database);
    const loop = new BacktestLoop(db.database, log);
    const window = { from: new Date('2026-03-20T00:00:00Z'), to: new Date('2026-05-01T00:00:00Z') };
    const done = await backtests.start(actor, id, window);
    expect(await backtests.get(done)).toMatchObject({ status: 'queued', progress: 0 });
    expect(await loop.once()).toBe(true);
    const row = await backtests.get(done);
    expect(row).toMatchObject({
      status: 'completed',
      to: new Date('2026-04-03T00:00:00Z'),
      result: {
        entered: 1,
        people: 1,
        messages: 0,
        nodes: { start: { entered: 1, ports: { next: 1 } }, pause: { entered: 1, ports: {} } },
        per_day: [{ day: '2026-04-01', entered: 1, messages: 0 }],
        without_mail: { still_inside: 1 },
        samples: [{ contact_email: 'a@example.com' }],
      },
    });
    const cancelled = await backtests.start(actor, id, window);
    await backtests.cancel(cancelled);
    await expect(backtests.cancel(cancelled)).rejects.toMatchObject({ code: 'backtest_ended' });
    const left = await backtests.start(actor, id, window);
    await db.database.run(
      "update cortex.backtests set status = 'running', attempts = 1, heartbeat_at = clock_timestamp() - interval '1 minute' where id = $1",
      [left],
    );
    expect(await loop.once()).toBe(true);
    expect(await backtests.get(left)).toMatchObject({ status: 'completed' });
    expect(await loop.once()).toBe(false);
  });

  it('can be cancelled while it is carried out, and then has no result', async () => {
    await db.clock.set('2026-04-03T00:00:00Z');
    const backtests = new Backtests(db.database);
    const wanted = await backtests.start(actor, id, {
      from: new Date('2026-03-20T00:00:00Z'),
      to: new Date('2026-04-03T00:00:00Z'),
    });
    const locked = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    // The replay stops in its first reading of activities for as long as this is held.
    const holding = db.database.tx(async (tx) => {
      await tx.run('lock table public.crm_activities in access exclusive mode');
      locked.resolve();
      await free.promise;
    });
    await locked.promise;
    const loop = new BacktestLoop(db.database, log);
    const carriedOut = loop.once();
    try {
      while ((await backtests.get(wanted)).status === 'queued') await new Promise(setImmediate);
      expect(await backtests.get(wanted)).toMatchObject({ status: 'running' });
      expect(await backtests.cancel(wanted)).toMatchObject({ status: 'cancelled' });
    } finally {
      free.resolve();
      await holding;
    }
    expect(await carriedOut).toBe(true);
    expect(await backtests.get(wanted)).toMatchObject({ status: 'cancelled', result: null });
    expect(await loop.once()).toBe(false);
  });

  it('G: a wait for somebody to be in a list ends when a colleague puts them in, simulated as lived', async () => {
    const list = newId();
    const inList = rules({ field: 'smart_list', operator: 'in', value: [list] });
    const at = new Date('2026-05-01T09:00:00Z');
    await db.clock.set(at);
    await db.database.run("insert into public.crm_smart_lists (id, name, kind) values ($1, 'By hand', 'static')", [
      list,
    ]);
    const waiting = await line.live({
      schema: 1,
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'list.asked' } },
        { id: 'in', type: 'wait_until', config: { rules: inList, timeout: { n: 2, unit: 'days' } } },
      ],
      edges: [{ source: 'start', port: 'next', target: 'in' }],
    });
    await line.post('b@example.com', { type: 'list.asked' });
    await line.settle();
    await db.clock.advance({ hours: 5 });
    await new ListMembers(db.database).add(actor, list, { emails: ['b@example.com'] });
    await line.settle();
    await line.move();
    const lived = await db.database.rows<{ node_id: string; port: string; left_at: Date }>(
      `select s.node_id, s.port, s.left_at from cortex.automation_run_steps s
       join cortex.automation_runs r on r.id = s.run_id where r.automation_id = $1 order by s.ord`,
      [waiting],
    );
    expect(lived.map(({ port, left_at }) => [port, left_at.toISOString()])).toEqual([
      ['next', '2026-05-01T09:00:00.000Z'],
      ['happened', '2026-05-01T14:00:00.000Z'],
    ]);
    const { steps } = await simulate(db.database, waiting, { contact_email: 'b@example.com', at }, log);
    expect(steps.map(({ node_id, port, left_at }) => ({ node_id, port, left_at }))).toEqual(lived);
  });

  it('refuses a window that is none, and a drawing without a start', async () => {
    const backtests = new Backtests(db.database);
    const at = new Date('2026-03-20T00:00:00Z');
    await expect(backtests.start(actor, id, { from: at, to: at })).rejects.toMatchObject({ code: 'invalid_request' });
    const nothing: Graph = { schema: 1, nodes: [], edges: [] };
    await expect(
      backtests.start(actor, id, { from: at, to: new Date('2026-03-21T00:00:00Z'), graph: nothing }),
    ).rejects.toMatchObject({ code: 'no_start' });
  });

  it('brings in a drawing without what it names and does not exist here', async () => {
    const automations = new Automations(db.database, new Vault(db.database, readConfig({})));
    const list = newId();
    const settings: DraftSettings = { goal: { rules: rules({ field: 'smart_list', operator: 'in', value: [list] }) } };
    const row = await automations.bringIn(actor, {
      name: 'From elsewhere',
      graph: {
        ...graph,
        nodes: [
          { id: 'in', type: 'smart_list_entered', config: { smart_list_id: list } },
          { id: 'mail', type: 'send_email', config: { template_id: newId(), stream: 'broadcast' } },
        ],
        edges: [{ source: 'in', port: 'next', target: 'mail' }],
      },
      settings,
    });
    expect(row.draft_graph.nodes.map((node) => node.config)).toEqual([{}, { stream: 'broadcast' }]);
    expect(JSON.stringify(row.settings)).not.toContain(list);
  });
});
