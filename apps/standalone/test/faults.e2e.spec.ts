import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '#platform';
import { keyHash } from '#send';
import { pipeline, testDatabase, type Behavior, type FakeReport, type TestDatabase } from '#testing';
import { FakePostmarkProcess, PatientCaller, Processes } from './fault-harness.js';

const root = join(import.meta.dirname, '../../..');
const peopleCount = 2000;
const enrolledCount = 300;
/** So many that every part of the way meets some, and the test still ends on a busy machine. */
const killCount = 12;
const key = 'a-server-key-for-the-fault-test';

/** In turn; about every other call goes wrong, after having taken the mails or before. */
const faults: Behavior[] = [
  { kind: 'accept' },
  { kind: 'accept_and_drop' },
  { kind: 'accept' },
  { kind: 'status', status: 429 },
  { kind: 'accept' },
  { kind: 'status', status: 500 },
  { kind: 'hang', accept: true },
  { kind: 'accept' },
  { kind: 'accept_and_cut' },
  { kind: 'status', status: 500, accept: true },
  { kind: 'drop' },
  { kind: 'accept' },
];

const enrolled = { operator: 'AND', conditions: [{ field: 'lead', operator: 'enrolled' }] };
const mail = (subject: string) => ({
  subject,
  html: '<p>Hello {{ contact.first_name | default: "there" }}</p>',
  stream: 'broadcast',
});
const graph = {
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

describe('the whole product while its processes are killed and Postmark misbehaves', () => {
  let db: TestDatabase;
  let fake: FakePostmarkProcess;
  let processes: Processes;
  let caller: PatientCaller;
  let automation: string;
  let killing = true;
  let killer: Promise<void>;
  let sums = 0;

  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    db = await testDatabase({ poolSize: 6 });
    await db.clock.set('2026-11-20T09:00:00Z');
    fake = await FakePostmarkProcess.start(faults);
    processes = new Processes({
      DATABASE_URL: db.url,
      CORTEX_API_KEY: key,
      CORTEX_ADMIN_EMAIL: 'admin@school.example',
      CORTEX_ADMIN_PASSWORD: 'correct horse battery staple',
      CORTEX_PUBLIC_URL: 'https://cortex.school.example',
      CORTEX_SENDER: 'School <news@school.example>',
      CORTEX_POSTAL_ADDRESS: '1 Main Street',
      CORTEX_DEMO: '0',
      POSTMARK_SERVER_TOKEN: 'fake-token',
      POSTMARK_API_URL: fake.url,
      POSTMARK_TIMEOUT_SECONDS: '2',
      LOG_LEVEL: 'fatal',
    });
    await processes.start(['api', 'worker', 'worker']);
    await db.database.run('update cortex.settings set settle_seconds = 60');
    caller = new PatientCaller(`http://127.0.0.1:${await processes.port}`, key);
  }, 240_000);

  afterAll(async () => {
    killing = false;
    await processes?.stop();
    await fake?.close();
    await db?.drop();
  });

  /** Kills one process after the other, at points that nobody chose, in every part of the way. */
  async function keepKilling(): Promise<void> {
    for (let turn = 0; killing && turn < killCount; turn += 1) {
      await pause(1500 + ((turn * 337) % 1300));
      // The workers twice as often as the api.
      if (killing) await processes.kill([1, 2, 0, 2, 1][turn % 5]!);
    }
  }

  /** Moves the clock on while waiting; in every state seen on the way, mails and steps add up. */
  async function until(what: string, condition: string, seconds: number): Promise<void> {
    const limit = Date.now() + 200_000;
    for (;;) {
      const seen = await db.database.row<{
        good: boolean;
        visits: number;
        mails: number;
        states: Record<string, number>;
      }>(
        `select (${condition}) as good,
           (select count(*)::int from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
             where r.automation_id = $1 and s.node_id in ('first', 'second')) as visits,
           (select count(*)::int from cortex.messages where automation_id = $1) as mails,
           (select coalesce(jsonb_object_agg(state, n), '{}') from (
             select state, count(*) n from cortex.messages where automation_id = $1 group by state) c) as states`,
        [automation],
      );
      expect(seen!.mails).toBe(seen!.visits);
      expect(Object.values(seen!.states).reduce((a, b) => a + b, 0)).toBe(seen!.mails);
      sums += 1;
      if (seen!.good) return;
      if (Date.now() > limit) throw new Error(`Waited in vain for ${what}: ${JSON.stringify(seen)}`);
      await db.clock.advance({ seconds });
      await pause(250);
    }
  }

  const settled = "not exists (select from cortex.messages where state in ('queued', 'submitting', 'uncertain'))";
  const addresses = Array.from({ length: peopleCount }, (_, at) => `person${at}@school.example`);
  const activityIds = Array.from({ length: 1000 }, () => newId());

  it('keeps every promise', async () => {
    const { id: course } = await caller
      .call('POST', '/courses', { id: newId(), title: 'Photography 101' })
      .then((answer) => answer.results?.[0] ?? answer);
    automation = (await caller.call('POST', '/automations', { name: 'Abandoned checkout', graph })).id;
    await caller.call('POST', `/automations/${automation}/publish`, {});

    killer = keepKilling();
    const parts = Array.from({ length: peopleCount / 200 }, (_, at) => at * 200);
    const shop = async () => {
      for (let from = parts.shift(); from !== undefined; from = parts.shift()) {
        const leads = addresses.slice(from, from + 200).map((email) => ({
          email,
          first_name: 'Ada',
          course_id: course,
          external_id: `checkout ${email}`,
          consent: 'subscribed',
        }));
        await caller.call('POST', '/purchase-leads', leads);
        const activities = activityIds
          .slice(from / 2, (from + 200) / 2)
          .map((id, at) => ({ id, contact_email: addresses[from + at], type: 'page.viewed' }));
        await caller.call('POST', '/activities', activities);
      }
    };
    // Several at once, so that a kill meets requests in every state, and waiting for a restart costs little.
    await Promise.all([shop(), shop(), shop(), shop()]);

    await db.clock.advance({ minutes: 31 });
    // Here and not as a job: the queue gives a killed job to another worker after minutes, which nobody waits for.
    await (await pipeline(db.database)).monitors.tick();
    await until(
      'everybody to enter',
      `(select count(*) from cortex.automation_runs where automation_id = $1) = ${peopleCount}`,
      0.25,
    );
    await until(
      'the first mails to be settled',
      `(select count(*) from cortex.messages where automation_id = $1) = ${peopleCount} and ${settled}`,
      12,
    );

    for (let from = 0; from < enrolledCount; from += 100) {
      const enrollments = addresses.slice(from, from + 100).map((email) => ({ email, course_id: course }));
      await caller.call('POST', '/enrollments', enrollments);
    }
    await until(
      'the enrolled to leave',
      `(select count(*) from cortex.automation_runs where automation_id = $1 and status in ('completed', 'exited')) = ${enrolledCount}`,
      0.25,
    );
    await db.clock.advance({ days: 2 });
    await until(
      'everybody to come to an end',
      `not exists (select from cortex.automation_runs where automation_id = $1 and status in ('active', 'waiting'))`,
      0.25,
    );
    await until('all mail to be settled', settled, 12);
    await until('the inbox to be empty', 'not exists (select from cortex.activity_inbox)', 0.25);
    killing = false;
    await killer;

    const report = await fake.report();
    await everyActivityIsThere();
    await everybodyWentOneWay();
    await noMailWasTakenTwice(report);
    expect(await processes.stop()).toEqual([0, 0, 0]);
    await tell(report);
  }, 600_000);

  async function everyActivityIsThere(): Promise<void> {
    const rows = await db.database.row<{ n: number; known: number }>(
      'select count(*)::int as n, count(person_id)::int as known from public.crm_activities where id = any($1::uuid[])',
      [activityIds],
    );
    expect(rows).toEqual({ n: activityIds.length, known: activityIds.length });
    const leads = await db.database.row<{ n: number }>(
      "select count(*)::int as n from public.crm_activities where type = 'lead.created'",
    );
    expect(leads!.n).toBe(peopleCount);
  }

  /** As an undisturbed run: the same visits and ports per person, once each, and the mails that belong to them. */
  async function everybodyWentOneWay(): Promise<void> {
    const ways = await db.database.rows<{ way: string; mails: string; n: number }>(
      `select way, mails, count(*)::int as n from (
         select (select string_agg(s.node_id || '#' || s.visit || '>' || coalesce(s.port, ''), ' ' order by s.entered_at, s.node_id)
             from cortex.automation_run_steps s where s.run_id = r.id and s.node_id <> 'start') as way,
           (select string_agg(m.node_id || '#' || m.visit, ' ' order by m.node_id) from cortex.messages m where m.run_id = r.id) as mails
         from cortex.automation_runs r where r.automation_id = $1) w
       group by way, mails order by n`,
      [automation],
    );
    expect(ways.map(({ mails, n }) => [mails, n])).toEqual([
      ['first#1', enrolledCount],
      ['first#1 second#1', peopleCount - enrolledCount],
    ]);
    expect(ways[0]!.way).toContain('ask#1>yes');
    expect(ways[0]!.way).toContain('done#1');
    expect(ways[1]!.way).toContain('ask#1>no');
  }

  async function noMailWasTakenTwice(report: FakeReport): Promise<void> {
    const taken = new Map<string, number>();
    for (const { k } of report.accepted) taken.set(k, (taken.get(k) ?? 0) + 1);
    expect([...taken.values()].filter((times) => times > 1)).toEqual([]);
    const mails = await db.database.rows<{ dedupe_key: string; state: string; activities: number }>(
      `select m.dedupe_key, m.state, (select count(*)::int from public.crm_activities a
         where a.person_id = m.person_id and a.type = 'email.sent' and a.metadata ->> 'message_id' = m.id::text) as activities
       from cortex.messages m`,
    );
    const wrong = mails.filter((one) => {
      const times = taken.get(keyHash(one.dedupe_key)) ?? 0;
      if (one.state === 'sent') return times !== 1 || one.activities !== 1;
      return one.state !== 'unknown' || times !== 0 || one.activities !== 0;
    });
    expect(wrong).toEqual([]);
    const unclear = report.calls.filter((call) => !(call.kind === 'accept' || call.status === 429)).length;
    expect(mails.filter((one) => one.state === 'unknown').length).toBeLessThanOrEqual(
      500 * (processes.kills + unclear),
    );
    expect(taken.size).toBe(mails.filter((one) => one.state === 'sent').length);
  }

  async function tell(report: FakeReport): Promise<void> {
    const kinds = Map.groupBy(report.calls, (call) => [call.kind, call.status].filter(Boolean).join(' '));
    const unknown = await db.database.row<{ n: number }>(
      "select count(*)::int as n from cortex.messages where state = 'unknown'",
    );
    process.stdout.write(
      `${processes.kills} kills survived; ${caller.repeats} requests repeated; ${report.accepted.length} mails taken once, ` +
        `${unknown!.n} unknown; the sums held in ${sums} states; calls: ` +
        `${[...kinds].map(([kind, calls]) => `${calls.length} ${kind}`).join(', ')}; ${report.searches} searches.\n`,
    );
  }
});
