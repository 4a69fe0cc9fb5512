/**
 * Goal 16: two worker processes against one, the same load: so many activities of as many people become visible at
 * once, each starts a run that goes through a condition into a wait, and the time until the inbox is empty counts.
 * Rounds of one worker (the other stands still), then two, in turn. Says what was the limit: how much of a processor
 * each process had, how many the rest of the machine took, and what the workers' sessions were at whenever they were
 * looked at. CPU per activity tells whether workers stand in each other's way, also where processors are too few to
 * show it.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { publishAutomation } from './ingest-automation.js';
import { clearActivities, withDatabase } from '../data/ingest-database.js';
import { ServerProcess } from './load.js';
import { median, microsecondsBetween, readServerCpu, sessionsOf } from '../measuring/server-cpu.js';

const ROUNDS = Number(process.argv[2] ?? 3);
const ACTIVITIES = Number(process.argv[3] ?? 10_000);
const MUST = 1.6;
const STRETCH = 1.9;
const PATIENCE_MS = 600_000;
const CLOCK_TICK_MICROS = 10_000;
const processors = availableParallelism();

const AUTOMATION = {
  name: 'Two workers',
  graph: {
    nodes: [
      {
        id: 'start',
        type: 'activity_received',
        config: {
          activity_type: 'checkout.started',
          where: { operator: 'AND', conditions: [{ field: 'metadata.amount_minor', operator: 'gt', value: 1000 }] },
        },
      },
      {
        id: 'known',
        type: 'filter',
        config: { rules: { operator: 'AND', conditions: [{ field: 'first_name', operator: 'eq', value: 'Ann' }] } },
      },
      { id: 'wait', type: 'wait', config: { for: { n: 1, unit: 'days' } } },
    ],
    edges: [
      { source: 'start', port: 'next', target: 'known' },
      { source: 'known', port: 'yes', target: 'wait' },
    ],
  },
};

/** What a session of a worker was at when it was looked at. */
const AT = {
  postgres: 'PostgreSQL works',
  worker: 'the worker works',
  disk: 'waits for the disk',
  lock: 'waits for a lock',
  inner: 'waits inside PostgreSQL',
} as const;
type At = keyof typeof AT;

interface Round {
  /** Activities a second. */
  rate: number;
  /** Microseconds per activity. */
  worker: number;
  postgres: number;
  /** Processors used meanwhile: by each worker, PostgreSQL's sessions, the rest of it, this program and the whole machine. */
  first: number;
  second: number;
  sessions: number;
  beside: number;
  bench: number;
  machine: number;
  /** Share of the looks at working sessions. */
  at: Record<At, number>;
}
const measured: Record<1 | 2, Round[]> = { 1: [], 2: [] };

await withDatabase(async ({ url, pid, database }) => {
  const api = await ServerProcess.start('cortex', url);
  await publishAutomation(api.port, AUTOMATION);
  api.stop();
  const workers = [await ServerProcess.start('worker', url), await ServerProcess.start('worker', url)] as const;
  await database.run('vacuum analyze');

  const workersMicros = async (): Promise<[number, number]> => {
    // A process that stands still does not answer.
    workers[1].resume();
    return [await workers[0].cpu(), await workers[1].cpu()];
  };
  const elsewhere = async () => {
    const all = await readServerCpu(pid);
    const { user, system } = process.cpuUsage();
    return { all, sessions: await sessionsOf(all), bench: user + system, machine: await machineMicros() };
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const count of [1, 2] as const) {
      await clear(database);
      const idle = await workersMicros();
      if (count === 1) workers[1].pause();
      await load(database);
      const before = await elsewhere();
      const began = performance.now();
      const at = await drained(database);
      const seconds = (performance.now() - began) / 1000;
      const after = await elsewhere();
      const used = await workersMicros();
      await check(database);
      // The first round warms up.
      if (round === 0) continue;
      const share = (micros: number) => micros / 1e6 / seconds;
      const [first, second] = [used[0] - idle[0], used[1] - idle[1]];
      const postgres = microsecondsBetween(before.all, after.all);
      const sessions = microsecondsBetween(before.sessions, after.sessions);
      measured[count].push({
        rate: ACTIVITIES / seconds,
        worker: (first + second) / ACTIVITIES,
        postgres: postgres / ACTIVITIES,
        first: share(first),
        second: share(second),
        sessions: share(sessions),
        beside: share(postgres - sessions),
        bench: share(after.bench - before.bench),
        machine: share(after.machine - before.machine),
        at,
      });
    }
  }
  for (const worker of workers) worker.stop();
});

async function clear(database: Database): Promise<void> {
  await database.run('truncate cortex.automation_runs cascade');
  await clearActivities(database);
}

/** Everything becomes visible with one commit; the trigger puts it into the inbox. */
async function load(database: Database): Promise<void> {
  await database.run(
    `insert into crm_activities (contact_email, type, metadata, occurred_at, source, person_id)
     select p.address, 'checkout.started', '{"amount_minor": 4900, "course_id": "course-9"}', cortex.now(), 'bench', p.person_id
     from (select * from cortex.people where address like 'person%@example.com' order by address limit $1) p`,
    [ACTIVITIES],
  );
}

/** Waits until all is matched. @returns what the workers' working sessions were at, as shares of all looks at them */
async function drained(database: Database): Promise<Round['at']> {
  const seen: Round['at'] = { postgres: 0, worker: 0, disk: 0, lock: 0, inner: 0 };
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const rows = await database.rows<{ at: At; n: number }>(
      `select case when wait_event_type is null then 'postgres' when wait_event_type = 'Client' then 'worker'
           when wait_event_type = 'IO' then 'disk' when wait_event_type = 'Lock' then 'lock' else 'inner' end as at,
         count(*)::int as n
       from pg_stat_activity
       where application_name = 'bench worker' and state <> 'idle' group by 1`,
    );
    for (const { at, n } of rows) seen[at] += n;
    if (!(await database.row('select from cortex.activity_inbox limit 1'))) break;
    if (performance.now() > until) throw new Error('The workers did not empty the inbox in time.');
    await rest(20);
  }
  const looks = Math.max(
    1,
    Object.values(seen).reduce((sum, n) => sum + n, 0),
  );
  return Object.fromEntries(Object.entries(seen).map(([at, n]) => [at, n / looks])) as Round['at'];
}

async function check(database: Database): Promise<void> {
  const found = await database.row<{ n: number }>(
    "select count(*)::int as n from cortex.automation_runs where status = 'waiting' and node_id = 'wait'",
  );
  if (found!.n !== ACTIVITIES) throw new Error(`${found!.n} of ${ACTIVITIES} runs stand where they should wait.`);
}

/** Microseconds that all processors were busy so far, with whatever. Linux only. */
async function machineMicros(): Promise<number> {
  const [line] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const [user, nice, system, , , irq, soft] = line!.trim().split(/\s+/).slice(1).map(Number) as number[];
  return (user! + nice! + system! + irq! + soft!) * CLOCK_TICK_MICROS;
}

type Figure = (round: Round) => number;
const of = (count: 1 | 2, figure: Figure) => median(measured[count].map(figure));
const shown = (figure: Figure, digits: number) =>
  Object.fromEntries(
    ([1, 2] as const).map((count) => {
      const values = measured[count].map(figure);
      const spread = `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`;
      return [count === 1 ? 'one worker' : 'two workers', `${median(values).toFixed(digits)} (${spread})`];
    }),
  );
const ours: Figure = ({ first, second, sessions, beside }) => first + second + sessions + beside;
const cost: Figure = ({ worker, postgres }) => worker + postgres;

console.log(`Goal 16: ${ROUNDS} rounds A B of ${ACTIVITIES} activities that each start a run, medians (spread).`);
console.table({
  'activities/s': shown((round) => round.rate, 0),
  'worker CPU, µs each': shown((round) => round.worker, 0),
  'PostgreSQL CPU, µs each': shown((round) => round.postgres, 0),
});
console.log('Processors that each had, of all that there were:');
console.table({
  'first worker': shown((round) => round.first, 2),
  'second worker': shown((round) => round.second, 2),
  'PostgreSQL, sessions': shown((round) => round.sessions, 2),
  'PostgreSQL, beside them': shown((round) => round.beside, 2),
  'this program': shown((round) => round.bench, 2),
  'other programs': shown((round) => round.machine - ours(round) - round.bench, 2),
  idle: shown((round) => processors - round.machine, 2),
});
console.log('What the workers’ sessions were at, of all looks at one that had something to do:');
console.table(
  Object.fromEntries((Object.keys(AT) as At[]).map((at) => [AT[at], shown((round) => round.at[at] * 100, 0)])),
);
const faster = of(2, (round) => round.rate) / of(1, (round) => round.rate);
const dearer = of(2, cost) / of(1, cost);
const alone = of(1, ours);
// What is left of the processors for ours, shared by what ours needs for one activity.
const possible = (processors - of(2, (round) => round.machine - ours(round))) / alone / dearer;
console.log(`${faster.toFixed(2)} × (must ${MUST} until something else is the limit, stretch ${STRETCH}).`);
console.log(
  `One worker and its PostgreSQL had ${alone.toFixed(2)} processors of ${processors}; an activity costs ${dearer.toFixed(2)} × the CPU with two ` +
    `workers that it costs with one. With all processors that others left, two could be ${possible.toFixed(2)} × as fast.`,
);
const full = of(2, (round) => round.machine) > processors * 0.9;
const locked = of(2, (round) => round.at.lock) * 100;
console.log(
  full
    ? `The limit were the processors: ${processors}, busy to ${((of(2, (round) => round.machine) / processors) * 100).toFixed(0)} %, by PostgreSQL ` +
        `${of(2, ({ sessions, beside }) => sessions + beside).toFixed(2)}, by the workers ${of(2, ({ first, second }) => first + second).toFixed(2)}; ${locked.toFixed(0)} % of the looks found a session waiting for a lock.`
    : `Processors were free; ${locked.toFixed(0)} % of the looks found a session waiting for a lock.`,
);
if (faster < MUST && !full) process.exitCode = 1;
