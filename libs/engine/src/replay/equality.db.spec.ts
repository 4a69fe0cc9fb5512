import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { storedVersions } from '#automations';
import { setConsent } from '#directory';
import type { DraftSettings, Graph } from '#graph';
import { createLog, newId } from '#platform';
import { pipeline, testDatabase, type Pipeline, type TestDatabase } from '#testing';
import { compile } from '../versions/compiled-version.js';
import { replay } from './replay.js';
import type { BacktestResult } from './tally.js';

const FROM = new Date('2026-03-10T00:00:00Z');
const DAYS = 31;
const TO = new Date(FROM.getTime() + DAYS * 86_400_000);
const ROUND = 6 * 3_600_000;
const log = createLog('silent', 'test');

type Step = [id: string, type: string, config: Record<string, unknown>];
type Edge = [source: string, port: string, target: string];
const drawing = (steps: Step[], edges: Edge[]): Graph => ({
  schema: 1,
  nodes: steps.map(([id, type, config]) => ({ id, type, config })),
  edges: edges.map(([source, port, target]) => ({ source, port, target })),
});
const all = (...conditions: object[]) => ({ operator: 'AND', conditions });
const mail = (subject: string): Record<string, unknown> => ({
  subject,
  html: `<p>${subject}</p>`,
  stream: 'broadcast',
});
const span = (n: number, unit: string) => ({ n, unit });

/** Rules about tags, money, counts and time; waits for an activity and for rules; its own changes; an exit and a goal. */
const visits: [Graph, DraftSettings] = [
  drawing(
    [
      [
        'start',
        'activity_received',
        {
          activity_type: 'page.visited',
          where: all({ field: 'metadata.page', operator: 'in', value: ['pricing', 'course'] }),
          rules: all({ field: 'tags', operator: 'not_contains', value: 'staff' }),
        },
      ],
      [
        'often',
        'filter',
        {
          rules: all({
            field: 'activity',
            operator: 'count_gte',
            value: 2,
            activity_type: 'page.visited',
            within: span(5, 'days'),
          }),
        },
      ],
      ['pause', 'wait', { for: span(20, 'hours') }],
      ['spoke', 'wait_until', { activity_type: 'video.watched', timeout: span(3, 'days') }],
      ['warm', 'update_contact', { add_tags: ['warm'], set: { attributes: { stage: 'warm' } } }],
      ['first', 'send_email', mail('Come and see')],
      [
        'rich',
        'filter',
        {
          rules: {
            operator: 'OR',
            conditions: [
              { field: 'lifetime_value', operator: 'gte', value: 100 },
              { field: 'attributes.plan', operator: 'eq', value: 'pro' },
            ],
          },
        },
      ],
      ['note', 'record_activity', { activity_type: 'sales.ripe' }],
      ['bought', 'wait_until', { rules: all({ field: 'enrollment', operator: 'exists' }), timeout: span(4, 'days') }],
      ['last', 'send_email', mail('Still there?')],
      ['bye', 'exit', { reason: 'no interest' }],
    ],
    [
      ['start', 'next', 'often'],
      ['often', 'yes', 'pause'],
      ['often', 'no', 'spoke'],
      ['pause', 'next', 'spoke'],
      ['spoke', 'happened', 'warm'],
      ['spoke', 'timed_out', 'bye'],
      ['warm', 'next', 'first'],
      ['first', 'next', 'rich'],
      ['rich', 'yes', 'note'],
      ['rich', 'no', 'bought'],
      ['note', 'next', 'bought'],
      ['bought', 'timed_out', 'last'],
    ],
  ),
  {
    entry: { limit: { every: { n: 4, unit: 'days' } } },
    exit_when: { activity_type: 'support.complaint' },
    goal: {
      rules: { operator: 'AND', conditions: [{ field: 'consent', operator: 'eq', value: 'unsubscribed' }] },
    } as never,
  },
];

/** The abandoned checkout, over leads. */
const checkout: [Graph, DraftSettings] = [
  drawing(
    [
      [
        'start',
        'monitor',
        {
          over: 'leads',
          lead: { older_than: span(30, 'minutes'), within: span(24, 'hours'), enrolled: false },
          every: span(6, 'hours'),
        },
      ],
      ['wait', 'wait', { for: span(45, 'minutes') }],
      ['still', 'filter', { rules: all({ field: 'lead', operator: 'not_enrolled' }) }],
      ['mail', 'send_email', mail('You left something')],
      ['then', 'wait_until', { rules: all({ field: 'lead', operator: 'enrolled' }), timeout: span(2, 'days') }],
      ['again', 'send_email', mail('Last call')],
    ],
    [
      ['start', 'next', 'wait'],
      ['wait', 'next', 'still'],
      ['still', 'yes', 'mail'],
      ['mail', 'next', 'then'],
      ['then', 'timed_out', 'again'],
    ],
  ),
  {},
];

/** A monitor whose answer time alone can change. */
const quiet: [Graph, DraftSettings] = [
  drawing(
    [
      [
        'start',
        'monitor',
        {
          over: 'people',
          rules: all(
            { field: 'last_activity', operator: 'lt', value: { ago: span(3, 'days') } },
            { field: 'tags', operator: 'contains', value: 'warm' },
          ),
          every: span(6, 'hours'),
        },
      ],
      ['mail', 'send_email', mail('We miss you')],
      ['tag', 'update_contact', { add_tags: ['quiet'], remove_tags: ['warm'] }],
    ],
    [
      ['start', 'next', 'mail'],
      ['mail', 'next', 'tag'],
    ],
  ),
  { entry: { limit: { every: { n: 10, unit: 'days' } } } },
];

describe('a backtest of a month that was lived', () => {
  let db: TestDatabase;
  let line: Pipeline;
  const ids: Record<string, string> = {};
  const course = newId();

  beforeAll(async () => {
    db = await testDatabase({ poolSize: 6 });
    line = await pipeline(db.database);
    await db.database.run('insert into public.courses (id, title, price_minor, currency) values ($1, $2, 9900, $3)', [
      course,
      'Bread',
      'EUR',
    ]);
    await live();
  }, 240_000);
  afterAll(() => db.drop());

  /** People do things at random, the same ones each time; due waits and rounds of the monitors come in between. */
  async function live(): Promise<void> {
    const random = dice(20_260_310);
    await db.clock.set(new Date(FROM.getTime() - 86_400_000));
    const people = Array.from({ length: 30 }, (_, at) => `person${at}@example.com`);
    for (const email of people) await line.lead(email, { consent: 'unknown' });
    await line.settle();
    await db.clock.set(FROM);
    for (const [name, [graph, settings]] of Object.entries({ visits, checkout, quiet }))
      ids[name] = await line.live(graph, settings);
    await line.settle();
    const events = Array.from({ length: 480 }, () => ({
      at: awayFromRounds(FROM.getTime() + 1000 + random() * (TO.getTime() - FROM.getTime() - 2000)),
      email: people[Math.floor(random() * people.length)]!,
      what: random(),
      dice: random,
    })).sort((a, b) => a.at - b.at);
    let now = FROM.getTime();
    for (const event of [...events, undefined]) {
      const limit = event?.at ?? TO.getTime() - 1;
      for (;;) {
        const row = await db.database.row<{ at: Date | null }>(
          "select min(wake_at) as at from cortex.automation_runs where status in ('active', 'waiting')",
        );
        const round = FROM.getTime() + (Math.floor((now - FROM.getTime()) / ROUND) + 1) * ROUND;
        const next = Math.min(round, row?.at?.getTime() ?? Number.POSITIVE_INFINITY);
        if (next > limit) break;
        now = Math.max(now, next);
        await db.clock.set(new Date(now));
        await line.settle();
      }
      if (!event) break;
      now = event.at;
      await db.clock.set(new Date(now));
      await happen(event.email, event.what, random);
      await line.settle();
    }
    await db.clock.set(TO);
  }

  async function happen(email: string, what: number, random: () => number): Promise<void> {
    const one = async (type: string, metadata: Record<string, unknown> = {}) =>
      void (await line.post(email, { type, metadata }));
    if (what < 0.42) return one('page.visited', { page: ['pricing', 'course', 'blog'][Math.floor(random() * 3)] });
    if (what < 0.6) return one('video.watched');
    if (what < 0.64) return one('support.complaint');
    if (what < 0.74) {
      await db.database.run('insert into public.purchase_leads (email, course_id) values ($1, $2)', [
        email,
        random() < 0.7 ? course : null,
      ]);
      return;
    }
    if (what < 0.84) return enroll(email, random);
    if (what < 0.88) {
      await db.database.run(
        `update public.purchase_leads set tags = array_append(tags, $2), updated_at = cortex.now()
         where id = (select id from public.purchase_leads where email = $1 order by created_at desc limit 1)`,
        [email, random() < 0.3 ? 'staff' : `t${Math.floor(random() * 5)}`],
      );
      return;
    }
    if (what < 0.94) {
      await db.database.run(
        `update public.unified_profiles set attributes = attributes || jsonb_build_object('plan', $2::text), updated_at = cortex.now() where email = $1`,
        [email, random() < 0.5 ? 'pro' : 'basic'],
      );
      return;
    }
    await db.database.tx(async (tx) => {
      const person = await tx.row<{ person_id: string }>('select person_id from cortex.people where address = $1', [
        email,
      ]);
      await setConsent(tx, person!.person_id, random() < 0.4 ? 'unsubscribed' : 'subscribed', 'person');
    });
  }

  async function enroll(email: string, random: () => number): Promise<void> {
    await db.database.tx(async (tx) => {
      await tx.run('insert into public.unified_profiles (email) values ($1) on conflict do nothing', [email]);
      await tx.run(
        `insert into public.enrollments (profile_id, course_id, status)
         select id, $2, 'active' from public.unified_profiles where email = $1`,
        [email, course],
      );
      await tx.run(
        `insert into public.transactions (profile_id, amount_minor, currency, refunded_minor)
         select id, $2, $3, 0 from public.unified_profiles where email = $1`,
        [email, 5_000 + Math.floor(random() * 12_000), random() < 0.8 ? 'EUR' : 'USD'],
      );
    });
    if (random() < 0.3)
      await db.database.run(
        `update public.enrollments set status = 'cancelled', updated_at = cortex.now() where id =
           (select e.id from public.enrollments e join public.unified_profiles u on u.id = e.profile_id where u.email = $1 order by e.created_at limit 1)`,
        [email],
      );
  }

  /** Each run as one line: who, by which occasion, and every step with visit and way out; and its mails. */
  async function lived(automation: string): Promise<string[]> {
    const rows = await db.database.rows<{ line: string }>(
      `select r.person_id || ' ' || r.entry_key || ' ' || (
           select string_agg(s.node_id || '/' || s.visit || '/' || coalesce(s.port, '-'), ' ' order by s.ord)
           from cortex.automation_run_steps s where s.run_id = r.id)
         || ' mails ' || coalesce((select string_agg(m.node_id || '/' || m.visit, ' ' order by m.node_id, m.visit)
           from cortex.messages m where m.run_id = r.id), '') as line
       from cortex.automation_runs r where r.automation_id = $1 order by 1`,
      [automation],
    );
    return rows.map((row) => row.line).sort();
  }

  async function replayed(automation: string): Promise<{ lines: string[]; result: BacktestResult }> {
    const version = await db.database.tx(async (tx) => {
      const row = await tx.row<{ id: string }>('select id from cortex.automation_versions where automation_id = $1', [
        automation,
      ]);
      return compile((await storedVersions(tx, [row!.id]))[0]!);
    });
    const lines: string[] = [];
    const result = await replay(db.database, version, { from: FROM, to: TO }, log, {
      onRun: ({ journey, mails }, script) => {
        const steps = script.stepsOf(journey).map((step) => `${step.node_id}/${step.visit}/${step.port ?? '-'}`);
        const sent = mails.map((each) => `${each.node_id}/${each.visit}`).sort();
        lines.push(`${journey.run.person_id} ${journey.run.entry_key} ${steps.join(' ')} mails ${sent.join(' ')}`);
      },
    });
    return { lines: lines.sort(), result };
  }

  it.each([
    ['visits', 8],
    ['checkout', 3],
    ['quiet', 1],
  ])('comes to the same runs, ways and mails: %s', async (name, ways) => {
    const truth = await lived(ids[name]!);
    const { lines, result } = await replayed(ids[name]!);
    expect(truth.length).toBeGreaterThan(5);
    expect(lines).toEqual(truth);
    expect(result.entered).toBe(truth.length);
    expect(result.nodes.start).toEqual({ entered: truth.length, ports: { next: truth.length } });
    expect(result.per_day.reduce((sum, day) => sum + day.entered, 0)).toBe(truth.length);
    expect(new Set(truth.map((each) => each.replace(/^\S+ \S+ /, ''))).size).toBeGreaterThanOrEqual(ways);
  });

  it('says the same twice, and changes nothing', async () => {
    const before = await db.database.row('select count(*)::int as n from public.crm_activities');
    const [one, two] = [await replayed(ids.visits!), await replayed(ids.visits!)];
    expect(two).toEqual(one);
    expect(await db.database.row('select count(*)::int as n from public.crm_activities')).toEqual(before);
  });
});

/** Not near a round of the monitors, which may come some seconds early. */
const awayFromRounds = (at: number): number => {
  const into = (at - FROM.getTime()) % ROUND;
  return Math.floor(into > ROUND - 60_000 ? at - 120_000 : at);
};

const dice = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
};
