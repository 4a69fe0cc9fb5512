import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DIRECTORY_DIFFERENCES, seedLeads, testDatabase, type TestDatabase } from '#testing';
import { PatientCaller, Processes, productOf } from './fault-harness.js';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-people-test';
const WORKER = 1;
/** Rows of the file, and people who are started; `npm run test:people-faults` takes more, and kills more often. */
const peopleCount = Number(process.env.CORTEX_FAULT_PEOPLE ?? 1_200);
/** Kills in each job: in turn when a step is written and not committed, and at any moment. */
const killsOfEach = Number(process.env.CORTEX_FAULT_KILLS ?? 1);
const [knownLeads, knownCustomers] = [100, 50];

interface Job {
  id: string;
  status: string;
  can_undo: boolean;
  progress: { done: number; total: number; counts: Record<string, number> };
}

describe('many people, while the worker is killed', () => {
  let db: TestDatabase;
  let processes: Processes;
  let caller: PatientCaller;
  let kills = 0;

  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    db = await testDatabase({ poolSize: 6 });
    // The end of a step waits as long as the test holds the lock: all is written, nothing is committed.
    await db.database.run(
      `create function public.hold() returns trigger language plpgsql as
         $$ begin perform pg_advisory_xact_lock_shared(4711); return new; end $$`,
    );
    await db.database.run(
      `create trigger hold before update on cortex.jobs for each row
         when (new.progress is distinct from old.progress or new.result is distinct from old.result)
       execute function public.hold()`,
    );
    await seedLeads(db.database, named('lead', knownLeads));
    await seedLeads(db.database, named('start', peopleCount));
    const env: Record<string, string> = { ...productOf(db.url, 'http://127.0.0.1:9', key) };
    delete env.POSTMARK_SERVER_TOKEN;
    delete env.POSTMARK_API_URL;
    processes = new Processes(env);
    await processes.start(['api', 'worker']);
    caller = new PatientCaller(`http://127.0.0.1:${await processes.port}`, key);
    await caller.call('POST', '/profiles', named('customer', knownCustomers));
  }, 240_000);

  afterAll(async () => {
    await processes?.stop();
    await db?.drop();
  });

  const named = (name: string, n: number) =>
    Array.from({ length: n }, (_, at) => ({ email: `${name}${at}@school.example`, first_name: 'Before' }));
  const one = async <T>(sql: string, values: unknown[] = []) => (await db.database.row<T>(sql, values))!;
  const raw = async (path: string, more: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${await processes.port}${path}`, {
      ...more,
      headers: { authorization: `Bearer ${key}`, ...more.headers },
    });
  const jobOf = (id: string): Promise<Job> => caller.call('GET', `/jobs/${id}`);

  const until = async (what: string, ask: () => Promise<boolean>) => {
    const limit = Date.now() + 120_000;
    while (!(await ask())) {
      if (Date.now() > limit) throw new Error(`Waited in vain for ${what}.\n${processes.said}`);
      await pause(20);
    }
  };
  const isHeld = async () =>
    (
      await one<{ held: boolean }>(
        `select exists (select from pg_locks l join pg_database d on d.oid = l.database
           where d.datname = current_database() and locktype = 'advisory' and objid = 4711 and not granted) as held`,
      )
    ).held;

  /** Begins a job, kills the worker that does it again and again, and answers it when it has ended. */
  async function survived(begin: () => Promise<Job>): Promise<Job> {
    let job: Job | undefined;
    for (let nth = 0; nth < killsOfEach && job?.status !== 'completed'; nth += 1) {
      if (nth % 2 === 0) {
        await db.database.tx(async (tx) => {
          await tx.rows('select pg_advisory_xact_lock(4711)');
          job ??= await begin();
          await until('a step to be written', isHeld);
          await processes.kill(WORKER);
        });
      } else {
        const { id, progress } = job!;
        await until('the job to go on', async () => {
          const now = await jobOf(id);
          return now.status !== 'running' || now.progress.done > progress.done;
        });
        await pause((nth * 337) % 500);
        await processes.kill(WORKER);
      }
      kills += 1;
      job = await jobOf(job!.id);
    }
    await until('the job to end', async () => (job = await jobOf(job!.id)).status !== 'running');
    return job!;
  }

  /** The rows of a job's file, without its first line. */
  const linesOf = async (job: Job): Promise<string[]> => {
    const text = await (await raw(`/jobs/${job.id}/file`)).text();
    return text.trimEnd().split('\r\n').slice(1);
  };

  /** Each person's name, tags and consent. */
  const everybody = () =>
    db.database.rows(
      `select p.address, p.type, p.first_name, p.tags, p.consent_status, p.consent_by from cortex.people p
       where p.type is not null and p.address not like 'start%' order by p.address`,
    );

  it('go out into a file once each, under one heading, when the worker dies between two pages of it', async () => {
    const rules = { operator: 'AND', conditions: [{ field: 'email', operator: 'contains', value: '@school.example' }] };
    let job!: Job;
    const waiting = async () =>
      (
        await one<{ n: number }>(`select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
        where d.datname = current_database() and locktype = 'advisory' and objid = 4711 and not granted`)
      ).n;
    let second!: Promise<void>;
    await db.database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(4711)');
      job = await caller.call('POST', '/contacts/export', { rules, columns: ['email'] });
      await until('the first page to be written', isHeld);
      // Who asks next gets the lock as soon as the first page is committed, before the second is.
      second = db.database.tx(async (next) => {
        await next.rows('select pg_advisory_xact_lock(4711)');
        await until('the second page to be written', isHeld);
        await processes.kill(WORKER);
      });
      await until('the next to ask', async () => (await waiting()) === 2);
    });
    await second;
    kills += 1;
    expect(await jobOf(job.id)).toMatchObject({ status: 'running', progress: { done: 1_000 } });
    await until('the job to end', async () => (job = await jobOf(job.id)).status !== 'running');
    const everyone = knownLeads + knownCustomers + peopleCount;
    expect(job).toMatchObject({ status: 'completed', progress: { done: everyone } });
    const people = await db.database.rows<{ address: string }>(
      'select address from cortex.people where type is not null',
    );
    const [heading, ...lines] = (await (await raw(`/jobs/${job.id}/file`)).text()).trimEnd().split('\r\n');
    expect(heading).toMatch(/^\W*email\W*$/);
    expect(lines.map((line) => line.replaceAll('"', '')).toSorted()).toEqual(
      people.map(({ address }) => address).toSorted(),
    );
    expect(lines).toHaveLength(everyone);
  }, 3_600_000);

  it('come in by a file once each, with all counts right, and go again as if they had never come', async () => {
    const welcome = {
      nodes: [
        { id: 'start', type: 'activity_received', config: { activity_type: 'lead.created' } },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [{ source: 'start', port: 'next', target: 'end' }],
    };
    const { id: automation } = await caller.call('POST', '/automations', { name: 'Welcome', graph: welcome });
    await caller.call('POST', `/automations/${automation}/publish`, {});
    const before = await everybody();
    const isWrong = (n: number) => n % 97 === 3;
    const emailOf = (n: number) => {
      if (isWrong(n)) return 'nobody';
      if (n < knownLeads) return `lead${n}@school.example`;
      if (n < knownLeads + knownCustomers) return `customer${n - knownLeads}@school.example`;
      return `new${n}@school.example`;
    };
    const rows = Array.from({ length: peopleCount }, (_, n) =>
      [emailOf(n), 'After', 'imported', ['yes', 'no'][n % 10] ?? '', '2024-02-29'].join(','),
    );
    // Somebody stands in the file twice, at its beginning and at its end.
    const twice = knownLeads + knownCustomers + 2;
    const csv = ['email,first_name,tags,consent,created_at', ...rows, `${emailOf(twice)},Last,,,`].join('\n');
    const kept = await raw('/contacts/import/files', {
      method: 'POST',
      headers: { 'content-type': 'text/csv' },
      body: csv,
    });
    const { media_id } = (await kept.json()) as { media_id: string };

    const job = await survived(() =>
      caller.call('POST', '/contacts/import', { media_id, consent_source: 'Form of the old shop' }),
    );
    const all = Array.from({ length: peopleCount }, (_, n) => n).filter((n) => !isWrong(n));
    const created = all.filter((n) => n >= knownLeads + knownCustomers).length;
    const changed = all.length - created + 1;
    const counts = { created, changed, refused: peopleCount - all.length };
    expect(job).toMatchObject({ status: 'completed', can_undo: true, progress: { done: peopleCount + 1, counts } });
    const lines = await linesOf(job);
    expect(lines.map((line) => Number(line.split('"')[1]))).toEqual(rows.concat('').map((_, n) => n + 2));
    const sums = `select (select count(*)::int from public.purchase_leads where source = 'import') as leads,
      (select count(distinct email)::int from public.purchase_leads where source = 'import') as addresses,
      (select count(*)::int from cortex.import_changes) as changes,
      (select count(*)::int from public.crm_activities where type = 'lead.created' and history) as told,
      (select count(*)::int from cortex.people where first_name = 'Last') as last,
      (select count(*)::int from cortex.people where consent_by = 'import' and consent_status = 'subscribed') as yes,
      (select count(*)::int from cortex.people where consent_by = 'import' and consent_status = 'unsubscribed') as no`;
    expect(await one(sums)).toEqual({
      leads: created,
      addresses: created,
      changes: created + changed,
      told: created,
      last: 1,
      yes: all.filter((n) => n % 10 === 0).length,
      no: all.filter((n) => n % 10 === 1).length,
    });
    await until(
      'the inbox to be empty',
      async () => !(await db.database.row('select from cortex.activity_inbox limit 1')),
    );
    expect(await one('select count(*)::int as n from cortex.automation_runs')).toEqual({ n: 0 });

    const undone = await survived(() => caller.call('POST', `/jobs/${job.id}/undo`, {}));
    expect(undone).toMatchObject({
      status: 'completed',
      progress: { counts: { removed: created, restored: changed } },
    });
    expect(undone.progress.counts['kept']).toBeUndefined();
    expect(await linesOf(undone)).toHaveLength(created + changed);
    expect(await one(sums)).toMatchObject({ leads: 0, changes: 0, yes: 0, no: 0 });
    expect(await everybody()).toEqual(before);
    expect(await db.database.rows(DIRECTORY_DIFFERENCES)).toEqual([]);
  }, 3_600_000);

  it('are tagged once each, all or none, and are as before when that is taken back', async () => {
    const rules = { operator: 'AND', conditions: [{ field: 'email', operator: 'starts_with', value: 'start' }] };
    const tagged = () =>
      one(
        `select count(*)::int as people,
           (select count(*)::int from public.crm_activities
             where type = 'contact.updated' and contact_email::text like 'start%') as told
         from cortex.people where address like 'start%' and tags @> '{spring}'`,
      );
    let job!: Job & { result: { changed: number } };
    await db.database.tx(async (tx) => {
      await tx.rows('select pg_advisory_xact_lock(4711)');
      job = await caller.call('POST', '/contacts/bulk', { rules, action: { type: 'add_tags', tags: ['spring'] } });
      await until('everybody to be tagged', isHeld);
      await processes.kill(WORKER);
    });
    kills += 1;
    expect(await tagged()).toEqual({ people: 0, told: 0 });
    await until(
      'the job to end',
      async () => (job = await caller.call('GET', `/jobs/${job.id}`)).status === 'completed',
    );
    expect(job).toMatchObject({ can_undo: true, result: { changed: peopleCount } });
    expect(await tagged()).toEqual({ people: peopleCount, told: peopleCount });
    const undone = await survived(() => caller.call('POST', `/jobs/${job.id}/undo`, {}));
    expect(undone).toMatchObject({ status: 'completed', progress: { counts: { restored: peopleCount } } });
    expect(await tagged()).toEqual({ people: 0, told: 2 * peopleCount });
    expect(await db.database.rows(DIRECTORY_DIFFERENCES)).toEqual([]);
  }, 3_600_000);

  it('enter an automation once each, and are taken out again', async () => {
    const graph = {
      nodes: [
        { id: 'start', type: 'manual', config: {} },
        { id: 'note', type: 'record_activity', config: { activity_type: 'person.started' } },
        { id: 'wait', type: 'wait', config: { for: { n: 7, unit: 'days' } } },
        { id: 'end', type: 'exit', config: {} },
      ],
      edges: [
        { source: 'start', port: 'next', target: 'note' },
        { source: 'note', port: 'next', target: 'wait' },
        { source: 'wait', port: 'next', target: 'end' },
      ],
    };
    const { id: automation } = await caller.call('POST', '/automations', { name: 'By hand', graph });
    await caller.call('POST', `/automations/${automation}/publish`, {});
    const rules = { operator: 'AND', conditions: [{ field: 'email', operator: 'starts_with', value: 'start' }] };
    const action = { type: 'enter_automation', automation_id: automation };

    const job = await survived(() => caller.call('POST', '/contacts/bulk', { rules, action }));
    expect(job).toMatchObject({
      status: 'completed',
      can_undo: true,
      progress: { done: peopleCount, counts: { entered: peopleCount } },
    });
    expect(new Set(await linesOf(job)).size).toBe(peopleCount);
    const sums = `select count(*)::int as runs, count(distinct r.person_id)::int as people,
        (select count(*)::int from public.crm_activities where type = 'person.started') as told,
        (select count(*)::int from cortex.entered_by_jobs where job_id = $2) as noted
      from cortex.automation_runs r where r.automation_id = $1`;
    const all = { runs: peopleCount, people: peopleCount, told: peopleCount, noted: peopleCount };
    expect(await one(sums, [automation, job.id])).toEqual(all);

    const undone = await survived(() => caller.call('POST', `/jobs/${job.id}/undo`, {}));
    expect(undone).toMatchObject({ status: 'completed', progress: { counts: { removed: peopleCount } } });
    expect(await one(sums, [automation, job.id])).toEqual(all);
    const left = await one(
      `select count(*)::int as n from cortex.automation_runs where automation_id = $1 and status in ('active', 'waiting')`,
      [automation],
    );
    expect(left).toEqual({ n: 0 });
    process.stdout.write(`${kills} kills of the worker survived by ${peopleCount} people in seven jobs.\n`);
  }, 3_600_000);
});
