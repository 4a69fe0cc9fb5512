/**
 * What deciding about an activity costs PostgreSQL beside storing it, and where that goes, statement by statement. One
 * activity per request over 64 connections, one live automation with three conditions. First they are stored without a
 * worker; then a worker decides about all of them (many wait, so it takes 500 people at a time); then both at once.
 * Processor time is that of all of PostgreSQL's processes; the times of statements are PostgreSQL's own
 * (`pg_stat_statements`, planning and running, what runs inside triggers included).
 */
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { clearActivities, withDatabase } from '../data/ingest-database.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';
import { publishAutomation } from './ingest-automation.js';
import { sendAll, ServerProcess } from './load.js';
import { toActivities } from './requests.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const POSTS = 20_000;
const CONNECTIONS = 64;
const SHOWN = 25;

const measured = { storing: [] as number[], 'deciding, many waiting': [] as number[], 'both at once': [] as number[] };
const workers = { 'deciding, many waiting': [] as number[], 'both at once': [] as number[] };
interface Statement {
  statement: string;
  calls: number;
  'planning, µs': number;
  'running, µs': number;
}
const statements = new Map<string, Statement[]>();

await withDatabase(
  async ({ url, pid, database }) => {
    await database.run('create extension pg_stat_statements');
    await database.run('vacuum analyze');
    const api = await ServerProcess.start('cortex', url);
    await publishAutomation(api.port);
    const requests = toActivities(POSTS);
    const worker = await ServerProcess.start('worker', url);
    const during = async (what: keyof typeof measured, round: number, work: () => Promise<unknown>) => {
      await database.run('select pg_stat_statements_reset()');
      const [before, behind] = [await readServerCpu(pid), what === 'storing' ? 0 : await worker.cpu()];
      await work();
      const micros = microsecondsBetween(before, await readServerCpu(pid)) / POSTS;
      const own = what === 'storing' ? 0 : (await worker.cpu()) - behind;
      // The first round warms up.
      if (round === 0) return;
      measured[what].push(micros);
      if (what !== 'storing') workers[what].push(own / POSTS);
      statements.set(what, await dearest(database));
    };
    for (let round = 0; round <= ROUNDS; round += 1) {
      await clearActivities(database);
      worker.pause();
      await during('storing', round, () => sendAll(api.port, requests, CONNECTIONS));
      worker.resume();
      await during('deciding, many waiting', round, () => inboxIsEmpty(database));
      await clearActivities(database);
      await during('both at once', round, async () => {
        await sendAll(api.port, requests, CONNECTIONS);
        await inboxIsEmpty(database);
      });
    }
    worker.stop();
    api.stop();
  },
  { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track_planning': 'on' },
);

async function inboxIsEmpty(database: Database): Promise<void> {
  for (let tries = 0; tries < 6_000; tries++) {
    if (!(await database.row('select from cortex.activity_inbox limit 1'))) return;
    await rest(20);
  }
  throw new Error('The worker did not empty its inbox within two minutes.');
}

/** Of the last round, the dearest first; for each activity. */
async function dearest(database: Database): Promise<Statement[]> {
  return database.rows<Statement>(
    `select left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as statement, calls::int,
       (1000 * total_plan_time / $1)::numeric(10, 2)::float8 as "planning, µs",
       (1000 * total_exec_time / $1)::numeric(10, 2)::float8 as "running, µs"
     from pg_stat_statements where query not like '%pg_stat_statements%'
     order by total_plan_time + total_exec_time desc limit $2`,
    [POSTS, SHOWN],
  );
}

const shown = (values: number[]) =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;
for (const [what, rows] of statements) {
  console.log(`${what}, the last round, µs for each activity:`);
  console.table(rows);
}
console.log(`${ROUNDS} rounds of ${POSTS} activities, µs of processor for each, medians (spread).`);
console.table(
  Object.entries(measured).map(([what, micros]) => ({
    what,
    PostgreSQL: shown(micros),
    worker: what === 'storing' ? '' : shown(workers[what as keyof typeof workers]),
  })),
);
const more = median(measured['both at once'].map((micros, at) => micros - measured.storing[at]!));
console.log(
  `Storing costs PostgreSQL ${median(measured.storing).toFixed(1)} µs; deciding at the same time ${more.toFixed(1)} µs more, when many wait ${median(measured['deciding, many waiting']).toFixed(1)} µs.`,
);
