/**
 * Goal 16: two worker processes against one, the same load: so many activities of as many people become visible at
 * once, each starts a run that goes through a condition into a wait, and the time until the inbox is empty counts.
 * Rounds of one worker (the other stands still), then two, in turn. Says what was the limit: how many processors the
 * workers and PostgreSQL had, how many the rest of the machine took, and how often a session waited for another's
 * lock. CPU per activity tells whether workers stand in each other's way, also where processors are too few to show it.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { publishAutomation } from './ingest-automation.js';
import { clearActivities, withDatabase } from './ingest-database.js';
import { ServerProcess } from './load.js';
import { median, microsecondsBetween, readServerCpu } from './server-cpu.js';

const ROUNDS = Number(process.argv[2] ?? 3);
const ACTIVITIES = Number(process.argv[3] ?? 10_000);
const MUST = 1.6;
const STRETCH = 1.9;
const PATIENCE_MS = 600_000;
const CLOCK_TICK_MICROS = 10_000;

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

interface Round {
  /** Activities a second. */
  rate: number;
  /** Microseconds per activity. */
  worker: number;
  postgres: number;
  /** Processors used meanwhile: by the workers and PostgreSQL, and by the whole machine. */
  ours: number;
  machine: number;
  /** Share of the looks at a session that found it waiting for a lock. */
  locked: number;
}
const measured: Record<1 | 2, Round[]> = { 1: [], 2: [] };

await withDatabase(async ({ url, pid, database }) => {
  const api = await ServerProcess.start('cortex', url);
  await publishAutomation(api.port, AUTOMATION);
  api.stop();
  const workers = [await ServerProcess.start('worker', url), await ServerProcess.start('worker', url)] as const;
  await database.run('vacuum analyze');

  const workersMicros = async () => {
    // A process that stands still does not answer.
    workers[1].resume();
    const each = await Promise.all(workers.map((worker) => worker.cpu()));
    return each[0]! + each[1]!;
  };
  const elsewhere = async () => ({ postgres: await readServerCpu(pid), machine: await machineMicros() });
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const count of [1, 2] as const) {
      await clear(database);
      const idle = await workersMicros();
      if (count === 1) workers[1].pause();
      await load(database);
      const before = await elsewhere();
      const began = performance.now();
      const locked = await drained(database);
      const seconds = (performance.now() - began) / 1000;
      const after = await elsewhere();
      const micros = (await workersMicros()) - idle;
      await check(database);
      const postgres = microsecondsBetween(before.postgres, after.postgres);
      // The first round warms up.
      if (round === 0) continue;
      measured[count].push({
        rate: ACTIVITIES / seconds,
        worker: micros / ACTIVITIES,
        postgres: postgres / ACTIVITIES,
        ours: (micros + postgres) / 1e6 / seconds,
        machine: (after.machine - before.machine) / 1e6 / seconds,
        locked,
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

/** Waits until all is matched. @returns the share of working sessions that were seen waiting for a lock */
async function drained(database: Database): Promise<number> {
  let [sessions, waiting] = [0, 0];
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const seen = await database.row<{ left: boolean; active: number; locked: number }>(
      `select exists (select from cortex.activity_inbox) as left, count(*)::int as active,
         (count(*) filter (where wait_event_type = 'Lock'))::int as locked
       from pg_stat_activity
       where application_name = 'bench worker' and state <> 'idle'`,
    );
    if (!seen!.left) return sessions === 0 ? 0 : waiting / sessions;
    sessions += seen!.active;
    waiting += seen!.locked;
    if (performance.now() > until) throw new Error('The workers did not empty the inbox in time.');
    await rest(20);
  }
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

const shown = (rounds: readonly Round[], what: keyof Round, digits = 0) => {
  const values = rounds.map((round) => round[what]);
  return `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
};
const middle = (count: 1 | 2, what: keyof Round) => median(measured[count].map((round) => round[what]));
console.log(`Goal 16: ${ROUNDS} rounds A B of ${ACTIVITIES} activities that each start a run, medians (spread).`);
console.table(
  ([1, 2] as const).map((count) => ({
    workers: count,
    'activities/s': shown(measured[count], 'rate'),
    'worker CPU, µs each': shown(measured[count], 'worker'),
    'PostgreSQL CPU, µs each': shown(measured[count], 'postgres'),
    'processors, ours': shown(measured[count], 'ours', 2),
    'processors, machine': shown(measured[count], 'machine', 2),
    'waiting for locks': shown(measured[count], 'locked', 2),
  })),
);
const faster = middle(2, 'rate') / middle(1, 'rate');
const cpu = (count: 1 | 2) => middle(count, 'worker') + middle(count, 'postgres');
const processors = availableParallelism();
console.log(`${faster.toFixed(2)} × (must ${MUST} until something else is the limit, stretch ${STRETCH}).`);
console.log(`An activity costs ${(cpu(2) / cpu(1)).toFixed(2)} × the CPU with two workers that it costs with one.`);
const full = middle(2, 'machine') > processors * 0.9;
console.log(
  full
    ? `The limit were the processors: ${processors}, busy to ${((middle(2, 'machine') / processors) * 100).toFixed(0)} %; two workers and their PostgreSQL had ${middle(2, 'ours').toFixed(2)} of them, other programs the rest.`
    : `Processors were free; ${(middle(2, 'locked') * 100).toFixed(0)} % of the working sessions waited for locks.`,
);
if (faster < MUST && !full) process.exitCode = 1;
