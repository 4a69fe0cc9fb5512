/**
 * Goal 1 (and figures for 2, 3, 5): processor time per activity of server and PostgreSQL, one activity per request over
 * 64 connections, answered after a durable commit, by each way in. Against bare node:http with the same group commit into
 * a table of the same partitions and indexes, without triggers. One automation with three conditions is live. Two series,
 * each A B C D in turn: first without a worker, which is the way in alone; then with one that matches meanwhile, in a
 * process of its own, until its inbox is empty: then its processor time and what it makes PostgreSQL do count too. Then
 * p99 under a steady load of half of what each way took, and of bare Fastify with the same group commit.
 */
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { publishAutomation } from './ingest-automation.js';
import { addReadIndexes, clearActivities, withDatabase } from '../data/ingest-database.js';
import { percentile, sendAll, ServerProcess } from './load.js';
import { newPageKey, toActivities, toClientBatch, toTrack, type WayIn } from './requests.js';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const ROUNDS = Number(process.argv[2] ?? 5);
const POSTS = Number(process.argv[3] ?? 20_000);
const CONNECTIONS = 64;
const STEADY_SECONDS = 10;
const MUST = 2.0;
const STRETCH = 1.4;
const MUST_P99 = 2;
/** What a write key may record in a minute, with room. */
const OF_ONE_KEY = 25_000;

type Kind = 'bare node:http' | 'bare Fastify' | WayIn;
const kinds: readonly Kind[] = ['bare node:http', 'POST /track', 'POST /v1/batch', 'POST /activities'];

const empty = () => ({
  server: [] as number[],
  worker: [] as number[],
  postgres: [] as number[],
  rate: [] as number[],
  p99: [] as number[],
});
type Measured = ReturnType<typeof empty>;
const series = () => new Map(kinds.map((kind) => [kind, empty()]));
const alone = series();
const matched = series();
const steady = new Map<Kind, { rate: number; p50: number[]; p99: number[] }>();

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

  const servers = {
    bare: await ServerProcess.start('bare', url),
    fastify: await ServerProcess.start('fastify', url),
    cortex: await ServerProcess.start('cortex', url),
  };
  await publishAutomation(servers.cortex.port);
  const serverOf = (kind: Kind) =>
    kind === 'bare node:http' ? servers.bare : kind === 'bare Fastify' ? servers.fastify : servers.cortex;
  const requestsOf = async (kind: Kind, count: number): Promise<string[]> => {
    if (kind === 'POST /v1/batch') return toClientBatch(count);
    if (kind !== 'POST /track') return toActivities(count);
    const requests: string[] = [];
    for (let left = count; left > 0; left -= OF_ONE_KEY)
      requests.push(...toTrack(Math.min(left, OF_ONE_KEY), await newPageKey(servers.cortex.port)));
    return requests;
  };

  const measure = async (kind: Kind, into: Measured | undefined, worker?: ServerProcess) => {
    if (worker) await inboxIsEmpty(database);
    await clearActivities(database, 'bench.activities');
    const of = serverOf(kind);
    const requests = await requestsOf(kind, POSTS);
    const [postgres, server, behind] = [await readServerCpu(pid), await of.cpu(), (await worker?.cpu()) ?? 0];
    const { seconds, latencies } = await sendAll(of.port, requests, CONNECTIONS);
    if (worker && of === servers.cortex) await inboxIsEmpty(database);
    const serverMicros = ((await of.cpu()) - server) / POSTS;
    const workerMicros = of === servers.cortex && worker ? ((await worker.cpu()) - behind) / POSTS : 0;
    const postgresMicros = microsecondsBetween(postgres, await readServerCpu(pid)) / POSTS;
    if (!into) return;
    into.server.push(serverMicros);
    into.worker.push(workerMicros);
    into.postgres.push(postgresMicros);
    into.rate.push(POSTS / seconds);
    into.p99.push(percentile(latencies, 0.99));
  };
  const measureAll = async (into: Map<Kind, Measured>, worker?: ServerProcess) => {
    // The first round warms up.
    for (let round = 0; round <= ROUNDS; round++)
      for (const kind of kinds) await measure(kind, round === 0 ? undefined : into.get(kind), worker);
  };
  await measureAll(alone);
  const stored = await database.row<{ n: string }>('select count(*) n from crm_activities where person_id is not null');
  if (Number(stored!.n) !== POSTS)
    throw new Error(`${stored!.n} of ${POSTS} activities were stored with their person.`);

  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of ['bare Fastify', ...kinds] as const) {
      // The same load for what is held against each other.
      const rate = median(alone.get(kind === 'bare Fastify' ? 'POST /activities' : kind)!.rate) / 2;
      await clearActivities(database, 'bench.activities');
      const requests = await requestsOf(kind, Math.round(rate * STEADY_SECONDS));
      const { latencies } = await sendAll(serverOf(kind).port, requests, CONNECTIONS, rate);
      if (round === 0) continue;
      const into = steady.get(kind) ?? { rate, p50: [], p99: [] };
      steady.set(kind, into);
      into.p50.push(percentile(latencies, 0.5));
      into.p99.push(percentile(latencies, 0.99));
    }
  }

  const worker = await ServerProcess.start('worker', url);
  await measureAll(matched, worker);
  const runs = await database.row<{ n: number }>('select count(*)::int n from cortex.automation_runs');
  if (runs!.n === 0) throw new Error('The automation started no run.');
  worker.stop();
  for (const server of Object.values(servers)) server.stop();
});

const together = ({ server, worker, postgres }: Measured) =>
  server.map((micros, at) => micros + worker[at]! + postgres[at]!);
const shown = (values: number[], digits = 0) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
const ratioOf = (measured: Map<Kind, Measured>, kind: Kind) =>
  median(together(measured.get(kind)!)) / median(together(measured.get('bare node:http')!));
const table = (measured: Map<Kind, Measured>) =>
  console.table(
    kinds.map((kind) => {
      const of = measured.get(kind)!;
      return {
        server: kind,
        'server CPU, µs': shown(of.server),
        'worker CPU, µs': shown(of.worker),
        'PostgreSQL CPU, µs': shown(of.postgres),
        'together, µs': shown(together(of)),
        'of bare': `${ratioOf(measured, kind).toFixed(2)} ×`,
        'activities/s': shown(of.rate),
        'p99, ms': shown(of.p99, 1),
      };
    }),
  );

console.log(
  `Goal 1: two series of ${ROUNDS} rounds in turn of ${POSTS} posts over ${CONNECTIONS} connections, medians (spread).`,
);
console.log('The worker not running:');
table(alone);
console.log('With the worker; what pages send is nobody’s yet and is not matched:');
table(matched);
const deciding = median(matched.get('POST /activities')!.postgres) - median(alone.get('POST /activities')!.postgres);
console.log(`Deciding about an activity costs PostgreSQL ${deciding.toFixed(0)} µs more than storing it.`);
console.log(`Must: at most ${MUST} × bare; stretch: ${STRETCH} ×, with the worker counted.`);
console.log(`A steady load of half of what each way took, ${ROUNDS} rounds of ${STEADY_SECONDS} s, in turn:`);
console.table(
  [...steady].map(([kind, { rate, p50, p99 }]) => ({
    server: kind,
    'activities/s': rate.toFixed(0),
    'p50, ms': shown(p50, 1),
    'p99, ms': shown(p99, 1),
  })),
);
const p99 = median(steady.get('POST /activities')!.p99) / median(steady.get('bare Fastify')!.p99);
console.log(`p99 of POST /activities: ${p99.toFixed(2)} × bare Fastify at the same load. Must: ${MUST_P99} ×.`);
if (ratioOf(matched, 'POST /activities') > MUST || p99 > MUST_P99) process.exitCode = 1;
