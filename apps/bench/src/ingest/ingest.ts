/**
 * Goal 1 (and figures for 2, 3, 5): processor time per activity of server and PostgreSQL, posts of one activity over
 * 64 connections, answered after a durable commit. Against bare node:http with the same group commit into a table of
 * the same partitions and indexes, without triggers. One automation with three conditions is live. Two series, each
 * A B A B: first without a worker, which is the way in alone; then with one that matches meanwhile, in a process of
 * its own, until its inbox is empty: then its processor time and what it makes PostgreSQL do count too.
 */
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { publishAutomation } from './ingest-automation.js';
import { addReadIndexes, clearActivities, KEY, sampleActivity, withDatabase } from '../data/ingest-database.js';
import { sendAll, ServerProcess } from './load.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const POSTS = Number(process.argv[3] ?? 20_000);
const CONNECTIONS = 64;
const MUST = 2.0;
const STRETCH = 1.4;

const empty = () => ({
  server: [] as number[],
  worker: [] as number[],
  postgres: [] as number[],
  rate: [] as number[],
  p99: [] as number[],
});
type Measured = ReturnType<typeof empty>;
const alone = { bare: empty(), cortex: empty() };
const matched = { bare: empty(), cortex: empty() };

async function inboxIsEmpty(database: Database): Promise<void> {
  for (let tries = 0; tries < 6_000; tries++) {
    if (!(await database.row('select from cortex.activity_inbox limit 1'))) return;
    await rest(20);
  }
  throw new Error('The worker did not empty its inbox within two minutes.');
}

await withDatabase(async ({ url, pid, database }) => {
  await database.run('create schema bench');
  await database.run(
    'create table bench.activities (like crm_activities including defaults) partition by range (occurred_at)',
  );
  await database.run(`do $$ declare part record; begin
    for part in select c.relname, pg_get_expr(c.relpartbound, c.oid) as bound from pg_inherits i
      join pg_class c on c.oid = i.inhrelid where i.inhparent = 'crm_activities'::regclass loop
      execute format('create table bench.%I partition of bench.activities %s', part.relname, part.bound);
    end loop; end $$`);
  await addReadIndexes(database, 'bench.activities');
  await database.run('vacuum analyze');

  const bodies = Array.from({ length: POSTS }, (_, n) => JSON.stringify(sampleActivity(n)));
  const servers = { bare: await ServerProcess.start('bare', url), cortex: await ServerProcess.start('cortex', url) };
  await publishAutomation(servers.cortex.port);

  const measure = async (kind: 'bare' | 'cortex', into: Measured | undefined, worker?: ServerProcess) => {
    if (worker) await inboxIsEmpty(database);
    await clearActivities(database, 'bench.activities');
    const [postgres, server, behind] = [
      await readServerCpu(pid),
      await servers[kind].cpu(),
      (await worker?.cpu()) ?? 0,
    ];
    const { seconds, latencies } = await sendAll(servers[kind].port, KEY, bodies, CONNECTIONS);
    if (worker && kind === 'cortex') await inboxIsEmpty(database);
    const serverMicros = ((await servers[kind].cpu()) - server) / POSTS;
    const workerMicros = kind === 'cortex' && worker ? ((await worker.cpu()) - behind) / POSTS : 0;
    const postgresMicros = microsecondsBetween(postgres, await readServerCpu(pid)) / POSTS;
    if (!into) return;
    into.server.push(serverMicros);
    into.worker.push(workerMicros);
    into.postgres.push(postgresMicros);
    into.rate.push(POSTS / seconds);
    into.p99.push(latencies[Math.floor(latencies.length * 0.99)]!);
  };
  const series = async (into: typeof alone, worker?: ServerProcess) => {
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const kind of ['bare', 'cortex'] as const) await measure(kind, round === 0 ? undefined : into[kind], worker);
    }
  };
  await series(alone);
  const stored = await database.row<{ n: string }>('select count(*) n from crm_activities where person_id is not null');
  if (Number(stored!.n) !== POSTS)
    throw new Error(`${stored!.n} of ${POSTS} activities were stored with their person.`);
  const worker = await ServerProcess.start('worker', url);
  await series(matched, worker);
  const runs = await database.row<{ n: number }>('select count(*)::int n from cortex.automation_runs');
  if (runs!.n === 0) throw new Error('The automation started no run.');
  worker.stop();
  servers.bare.stop();
  servers.cortex.stop();
});

const together = ({ server, worker, postgres }: Measured) =>
  server.map((micros, at) => micros + worker[at]! + postgres[at]!);
const shown = (values: number[], digits = 0) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
const row = (name: string, measured: Measured) => ({
  server: name,
  'server CPU, µs': shown(measured.server),
  'worker CPU, µs': shown(measured.worker),
  'PostgreSQL CPU, µs': shown(measured.postgres),
  'together, µs': shown(together(measured)),
  'activities/s': shown(measured.rate),
  'p99, ms': shown(measured.p99, 1),
});
const ratioOf = ({ bare, cortex }: typeof alone) => median(together(cortex)) / median(together(bare));
console.log(
  `Goal 1: two series of ${ROUNDS} rounds A B A B of ${POSTS} posts over ${CONNECTIONS} connections, medians (spread).`,
);
console.table([
  row('bare node:http', alone.bare),
  row('Cortex, worker not running', alone.cortex),
  row('bare node:http', matched.bare),
  row('Cortex and its worker', matched.cortex),
]);
console.log(
  `The way in alone: ${ratioOf(alone).toFixed(2)} × bare. With the worker counted: ${ratioOf(matched).toFixed(2)} ×.`,
);
console.log(`Must: at most ${MUST} ×; stretch: ${STRETCH} ×, with the worker counted.`);
if (ratioOf(matched) > MUST) process.exitCode = 1;
