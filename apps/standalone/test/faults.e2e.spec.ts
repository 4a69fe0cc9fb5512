import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { newId } from '#platform';
import { keyHash } from '#send';
import { pipeline, type FakeReport, type TestDatabase } from '#testing';
import { abandonment, faults, readers } from './fault-automations.js';
import type { FakePostmarkProcess, PatientCaller, Processes } from './fault-harness.js';
import { Killer, patiently, startProduct, stopProduct, type Point, type Product } from './killer.js';

/** New people come until there were so many: each victim once, and 200 for `npm run test:faults`. */
const wantedKills = Number(process.env.CORTEX_FAULT_KILLS ?? 7);
const peopleCount = 1000;
const enrolledCount = peopleCount * 0.15;
const viewCount = peopleCount / 2;
const MOST_ROUNDS = 100;

/** Where the way is hit: when nobody knows, and right inside what must not be done twice. */
const points: Record<string, Point> = {
  'at any moment': 'at any moment',
  'as Postmark takes a batch': 'next call',
  'with mails being submitted': { seen: "exists (select from cortex.messages where state = 'submitting')" },
  'with activities in the inbox': { seen: 'exists (select from cortex.activity_inbox)' },
  'with runs that are due': { seen: 'exists (select from cortex.automation_runs where wake_at <= cortex.now())' },
};

describe('the whole product while its processes are killed and Postmark misbehaves', () => {
  let product: Product;
  let db: TestDatabase;
  let fake: FakePostmarkProcess;
  let processes: Processes;
  let caller: PatientCaller;
  let automation: string;
  let reading: string;
  let killer: Killer;
  let sums = 0;
  let rounds = 0;

  beforeAll(async () => {
    product = await startProduct(faults);
    ({ db, fake, processes, caller } = product);
    killer = new Killer(product, points, wantedKills);
  }, 240_000);

  afterAll(async () => {
    await killer?.stop().catch(() => undefined);
    if (product) await stopProduct(product);
  });

  /** Moves the clock on while waiting; in every state seen on the way, mails and steps add up. */
  async function until(what: string, condition: string, seconds: number): Promise<void> {
    const limit = Date.now() + 300_000;
    for (;;) {
      const seen = await patiently(() =>
        db.database.row<{ good: boolean; visits: number; mails: number; states: Record<string, number> }>(
          `select (${condition}) as good,
             (select count(*)::int from cortex.automation_run_steps s join cortex.automation_runs r on r.id = s.run_id
               where r.automation_id = $1 and s.node_id in ('first', 'second')) as visits,
             (select count(*)::int from cortex.messages where automation_id = $1) as mails,
             (select coalesce(jsonb_object_agg(state, n), '{}') from (
               select state, count(*) n from cortex.messages where automation_id = $1 group by state) c) as states`,
          [automation],
        ),
      );
      expect(seen!.mails).toBe(seen!.visits);
      expect(Object.values(seen!.states).reduce((a, b) => a + b, 0)).toBe(seen!.mails);
      sums += 1;
      if (seen!.good) return;
      if (Date.now() > limit) {
        const found = await db.database.row(
          `select (select jsonb_object_agg(status, n) from (select status, count(*) n from cortex.automation_runs group by 1) r) as runs,
             (select count(*)::int from cortex.activity_inbox) as inbox,
             (select jsonb_object_agg(name || ' ' || state, n) from (select name, state, count(*) n from pgboss.job group by 1, 2) j) as jobs,
             (select jsonb_agg(distinct concat(trigger_name, ' ', sqlstate, ' ', message)) from cortex.trigger_errors) as trigger_errors`,
        );
        throw new Error(`Waited in vain for ${what}: ${JSON.stringify({ ...seen, ...found })}\n${processes.said}`);
      }
      await patiently(() => db.clock.advance({ seconds }));
      await pause(250);
    }
  }

  const settled = "not exists (select from cortex.messages where state in ('queued', 'submitting', 'uncertain'))";
  const activityIds: string[] = [];

  it('keeps every promise', async () => {
    const { id: course } = await caller
      .call('POST', '/courses', { id: newId(), title: 'Photography 101' })
      .then((answer) => answer.results?.[0] ?? answer);
    automation = (await caller.call('POST', '/automations', { name: 'Abandoned checkout', graph: abandonment })).id;
    reading = (await caller.call('POST', '/automations', { name: 'Readers', graph: readers })).id;
    for (const id of [automation, reading]) await caller.call('POST', `/automations/${id}/publish`, {});

    killer.start();
    const engine = await pipeline(db.database);
    for (rounds = 1; ; rounds += 1) {
      await goRound(course, engine.monitors);
      if (killer.isDone || rounds === MOST_ROUNDS) break;
    }
    await killer.stop();

    const report = await fake.report();
    await everyActivityIsThere();
    await everybodyWentOneWay();
    await everyReaderWentOneWay();
    await noMailWasTakenTwice(report);
    expect(await processes.stop()).toEqual([0, 0, 0, 0]);
    await tell(report);
  }, 3_600_000);

  /** New people leave checkouts and read pages, some enroll, and all come to an end. */
  async function goRound(course: string, monitors: { tick(): Promise<unknown> }): Promise<void> {
    const round = activityIds.length / viewCount;
    const addresses = Array.from({ length: peopleCount }, (_, at) => `person${round}-${at}@school.example`);
    const ids = Array.from({ length: viewCount }, () => newId());
    activityIds.push(...ids);
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
        const activities = ids
          .slice(from / 2, (from + 200) / 2)
          .map((id, at) => ({ id, contact_email: addresses[from + at], type: 'page.viewed' }));
        await caller.call('POST', '/activities', activities);
      }
    };
    // Several at once, so that a kill meets requests in every state, and waiting for a restart costs little.
    await Promise.all([shop(), shop(), shop(), shop()]);

    await patiently(() => db.clock.advance({ minutes: 31 }));
    // Here and not as a job: the queue gives a killed job to another worker after seconds, which nobody waits for.
    await patiently(() => monitors.tick());
    const everybody = (round + 1) * peopleCount;
    await until(
      'everybody to enter',
      `(select count(*) from cortex.automation_runs where automation_id = $1) = ${everybody}`,
      0.25,
    );
    await until(
      'the first mails to be settled',
      `(select count(*) from cortex.messages where automation_id = $1 and node_id = 'first') = ${everybody} and ${settled}`,
      12,
    );

    for (let from = 0; from < enrolledCount; from += 100) {
      const enrollments = addresses
        .slice(from, Math.min(from + 100, enrolledCount))
        .map((email) => ({ email, course_id: course }));
      await caller.call('POST', '/enrollments', enrollments);
    }
    await until(
      'the enrolled to leave',
      `(select count(*) from cortex.automation_runs where automation_id = $1 and end_reason = 'enrolled') = ${(round + 1) * enrolledCount}`,
      0.25,
    );
    await patiently(() => db.clock.advance({ days: 2 }));
    await until(
      'everybody to come to an end',
      `not exists (select from cortex.automation_runs where status in ('active', 'waiting'))`,
      0.25,
    );
    await until('all mail to be settled', settled, 12);
    await until('the inbox to be empty', 'not exists (select from cortex.activity_inbox)', 0.25);
  }

  async function everyActivityIsThere(): Promise<void> {
    const rows = await db.database.row<{ n: number; known: number }>(
      'select count(*)::int as n, count(person_id)::int as known from public.crm_activities where id = any($1::uuid[])',
      [activityIds],
    );
    expect(rows).toEqual({ n: activityIds.length, known: activityIds.length });
    const leads = await db.database.row<{ n: number }>(
      "select count(*)::int as n from public.crm_activities where type = 'lead.created'",
    );
    expect(leads!.n).toBe(rounds * peopleCount);
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
      ['first#1', rounds * enrolledCount],
      ['first#1 second#1', rounds * (peopleCount - enrolledCount)],
    ]);
    expect(ways[0]!.way).toContain('ask#1>yes');
    expect(ways[0]!.way).toContain('done#1');
    expect(ways[1]!.way).toContain('ask#1>no');
  }

  /** One of the two ways, once, with one tag and one activity for it. */
  async function everyReaderWentOneWay(): Promise<void> {
    const ways = await db.database.rows<{ way: string; n: number; noted: number; tags: number }>(
      `select way, count(*)::int as n, sum(noted)::int as noted, sum(tags)::int as tags from (
         select (select string_agg(s.node_id || '#' || s.visit || '>' || coalesce(s.port, ''), ' ' order by s.entered_at, s.node_id)
             from cortex.automation_run_steps s where s.run_id = r.id and s.node_id in ('rest', 'split')) as way,
           (select count(*) from public.crm_activities a
             where a.person_id = r.person_id and a.type = 'course.suggested') as noted,
           (select count(*) from cortex.people p, unnest(p.tags) tag where p.person_id = r.person_id and tag = 'reader') as tags
         from cortex.automation_runs r where r.automation_id = $1) w
       group by way order by way`,
      [reading],
    );
    const all = rounds * viewCount;
    expect(ways.map(({ way }) => way)).toEqual([
      expect.stringMatching(/^(rest#1>next split#1>a|split#1>a rest#1>next)$/),
      'split#1>b',
    ]);
    for (const field of ['n', 'noted', 'tags'] as const)
      expect(ways.reduce((sum, way) => sum + way[field], 0)).toBe(all);
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
    expect(mails.filter((one) => one.state === 'unknown').length).toBeLessThanOrEqual(500 * (killer.kills + unclear));
    expect(taken.size).toBe(mails.filter((one) => one.state === 'sent').length);
  }

  async function tell(report: FakeReport): Promise<void> {
    const kinds = Map.groupBy(report.calls, (call) => [call.kind, call.status].filter(Boolean).join(' '));
    const unknown = await db.database.row<{ n: number }>(
      "select count(*)::int as n from cortex.messages where state = 'unknown'",
    );
    process.stdout.write(
      `${killer.kills} kills survived (${killer.told()}) by ${rounds * peopleCount} people; ` +
        `${processes.restarts} processes ended by themselves; ${caller.repeats} requests repeated; ${report.accepted.length} mails taken once, ` +
        `${unknown!.n} unknown; the sums held in ${sums} states; calls: ` +
        `${[...kinds].map(([kind, calls]) => `${calls.length} ${kind}`).join(', ')}; ${report.searches} searches.\n`,
    );
  }
});
