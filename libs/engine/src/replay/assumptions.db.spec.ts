import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assume as schema, startBacktest, type Assume } from '#contracts';
import type { Graph } from '#graph';
import { createLog, newId, systemActor } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { randomShare } from '../deciding/random-branch.js';
import { BacktestLoop, Backtests, drawn } from './backtests.js';
import { replay } from './replay.js';

const PEOPLE = 60;
const FROM = new Date('2026-03-01T00:00:00Z');
const TO = new Date('2026-04-01T00:00:00Z');
const log = createLog('silent', 'test');

const all = (...conditions: object[]) => ({ operator: 'AND', conditions });
const mail = { subject: 'Hello', html: '<p>Hello</p>', stream: 'broadcast' };
const drawing = (steps: [string, string, object][], edges: [string, string, string][]): Graph => ({
  schema: 1,
  nodes: [['start', 'activity_received', { activity_type: 'cart.left' }] as const, ...steps].map(
    ([id, type, config]) => ({ id, type, config: config as Record<string, unknown> }),
  ),
  edges: edges.map(([source, port, target]) => ({ source, port, target })),
});

/** A mail, a wait for a click, and whether it was clicked asked once more; a second mail for who did not. */
const clicks = drawing(
  [
    ['first', 'send_email', mail],
    ['clicks', 'wait_until', { activity_type: 'email.clicked', timeout: { n: 1, unit: 'days' } }],
    ['did', 'filter', { rules: all({ field: 'step', node_id: 'first', operator: 'clicked' }) }],
    ['second', 'send_email', mail],
  ],
  [
    ['start', 'next', 'first'],
    ['first', 'next', 'clicks'],
    ['clicks', 'happened', 'did'],
    ['clicks', 'timed_out', 'did'],
    ['did', 'no', 'second'],
  ],
);

describe('what a backtest assumes, and what is changed about it', () => {
  let db: TestDatabase;
  let line: Pipeline;
  const list = newId();

  beforeAll(async () => {
    db = await testDatabase();
    line = await pipeline(db.database);
    await db.clock.set('2026-03-01T09:00:00Z');
    await db.database.run(`insert into public.crm_smart_lists (id, name, kind) values ($1, 'Some', 'static')`, [list]);
    for (let n = 0; n < PEOPLE; n += 1) await line.lead(`p${n}@example.com`);
    await line.settle();
    await db.clock.set('2026-03-02T09:00:00Z');
    for (let n = 0; n < PEOPLE; n += 1) await line.post(`p${n}@example.com`, { type: 'cart.left' });
    // One in four is in the list today. Of the first it is recorded that they came into it after their cart.
    await db.database.run(
      `insert into cortex.list_members (smart_list_id, person_id)
       select $1, person_id from cortex.people where address in (select 'p' || n || '@example.com' from generate_series(0, $2, 4) n)`,
      [list, PEOPLE - 1],
    );
    await db.clock.set('2026-03-20T09:00:00Z');
    await line.post('p0@example.com', { type: 'smart_list.entered', metadata: { smart_list_id: list } });
    await line.settle();
    await db.clock.set('2026-04-02T00:00:00Z');
  });
  afterAll(() => db.drop());

  const run = async (graph: Graph, assume: Partial<Assume> = {}) => {
    const clicked = new Set<string>();
    const automation = newId();
    const result = await replay(db.database, drawn(automation, 'Test', graph, {}), { from: FROM, to: TO }, log, {
      assume: schema.parse(assume),
      onRun: ({ journey }, script) => {
        const steps = script.stepsOf(journey);
        if (steps.some(({ node_id, port }) => node_id === 'clicks' && port === 'happened'))
          clicked.add(journey.run.person_id);
      },
    });
    const assumed = Object.fromEntries(result.assumed.map((one) => [one.code, one]));
    return { result, assumed, clicked };
  };

  it('lets so many per cent click, always the same people, by the chance that a random split uses', async () => {
    const none = await run(clicks);
    expect(none.result.nodes.clicks!.ports).toEqual({ timed_out: PEOPLE });
    expect(none.result.messages).toBe(2 * PEOPLE);
    expect(none.assumed.mail_clicked).toMatchObject({ key: 'clicked', value: 0, said: '0%', count: 2 * PEOPLE });
    expect(none.assumed.mail_opened).toMatchObject({ key: 'opened', count: 0 });
    const people = await db.database.rows<{ person_id: string }>('select person_id from cortex.people');
    let before = new Set<string>();
    for (const clicked of [30, 60, 100]) {
      const some = await run(clicks, { clicked });
      const expected = people.filter(({ person_id }) => randomShare(person_id, 'first') * 100 < clicked);
      expect(some.clicked).toEqual(new Set(expected.map(({ person_id }) => person_id)));
      expect([...before].every((one) => some.clicked.has(one))).toBe(true);
      expect(some.clicked.size).toBeGreaterThan(before.size);
      expect(some.result.nodes.did!.ports).toEqual({
        yes: some.clicked.size,
        ...(clicked < 100 ? { no: PEOPLE - some.clicked.size } : {}),
      });
      expect(some.result.messages).toBe(2 * PEOPLE - some.clicked.size);
      expect(some.assumed.mail_clicked).toMatchObject({ value: clicked, said: `${clicked}%` });
      expect(some.assumed.mail_clicked!.text).toContain(`${clicked}%`);
      before = some.clicked;
    }
    expect(before.size).toBe(PEOPLE);
  });

  it('sends nothing more to an address at which a mail did not arrive, and nobody opens or clicks it', async () => {
    const { result, clicked } = await run(clicks, { delivered: 0, opened: 100, clicked: 100 });
    expect(clicked.size).toBe(0);
    expect(result).toMatchObject({ messages: PEOPLE, skipped: { suppressed: PEOPLE } });
  });

  it('puts everybody or nobody into lists whose history is not known; what was recorded stays', async () => {
    const asks = drawing(
      [
        ['in', 'filter', { rules: all({ field: 'smart_list', operator: 'in', value: [list] }) }],
        ['mail', 'send_email', mail],
      ],
      [
        ['start', 'next', 'in'],
        ['in', 'yes', 'mail'],
      ],
    );
    const today = await run(asks);
    expect(today.result.messages).toBe(PEOPLE / 4 - 1);
    expect(today.assumed.lists_as_now).toMatchObject({ key: 'list_members', value: 'today', count: PEOPLE });
    expect(today.assumed.lists_as_now!.options!.map(({ value }) => value)).toEqual(['today', 'nobody', 'everybody']);
    expect((await run(asks, { list_members: 'nobody' })).result.messages).toBe(0);
    const everybody = await run(asks, { list_members: 'everybody' });
    expect(everybody.result.messages).toBe(PEOPLE - 1);
    expect(everybody.assumed.lists_as_now!.text).toContain(everybody.assumed.lists_as_now!.said!);
  });

  it('lets every call of another system fail', async () => {
    const calls = drawing(
      [
        ['call', 'webhook', { url: 'https://example.com/hook' }],
        ['mail', 'send_email', mail],
      ],
      [
        ['start', 'next', 'call'],
        ['call', 'failed', 'mail'],
      ],
    );
    const well = await run(calls);
    expect(well.result.nodes.call!.ports).toEqual({ next: PEOPLE });
    expect(well.assumed.calls_succeed).toMatchObject({ key: 'webhooks', value: 'succeed', count: PEOPLE });
    const badly = await run(calls, { webhooks: 'fail' });
    expect(badly.result.nodes.call!.ports).toEqual({ failed: PEOPLE });
    expect(badly.result.messages).toBe(PEOPLE);
  });

  it('keeps what it was told with its result, and refuses what it does not know', async () => {
    const id = await line.live(clicks);
    const backtests = new Backtests(db.database);
    const window = { from: FROM, to: TO };
    const usual = await backtests.start(systemActor('test'), id, window);
    const other = await backtests.start(systemActor('test'), id, { ...window, assume: schema.parse({ clicked: 100 }) });
    const loop = new BacktestLoop(db.database, log);
    expect([await loop.once(), await loop.once(), await loop.once()]).toEqual([true, true, false]);
    expect(await backtests.get(usual)).toMatchObject({ assume: { clicked: 0 }, result: { messages: 2 * PEOPLE } });
    expect(await backtests.get(other)).toMatchObject({
      assume: { delivered: 100, opened: 0, clicked: 100, list_members: 'today', webhooks: 'succeed' },
      result: { messages: PEOPLE },
    });
    const body = (assume: object) =>
      startBacktest.body!.safeParse({ from: FROM.toISOString(), to: TO.toISOString(), assume });
    expect(body({ clicked: 12 }).success).toBe(true);
    for (const wrong of [{ clicked: 101 }, { clicked: -1 }, { clicked: 1.5 }, { bought: 5 }, { webhooks: 'perhaps' }])
      expect(body(wrong).success).toBe(false);
  });
});
