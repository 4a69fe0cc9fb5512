/**
 * Goal 1 (and figures for 2, 3, 5): processor time per activity of server and PostgreSQL, posts of one activity over
 * 64 connections, answered after a durable commit. Against bare node:http with the same group commit into a table of
 * the same partitions and indexes, without triggers. The worker that matches later is a process of its own and not
 * part of this.
 */
import { clearActivities, KEY, sampleActivity, withDatabase } from './ingest-database.js';
import { sendAll, ServerProcess } from './load.js';
import { median, microsecondsBetween, readServerCpu } from './server-cpu.js';

const ROUNDS = 5;
const POSTS = 20_000;
const CONNECTIONS = 64;
const MUST = 2.0;
const STRETCH = 1.4;

interface Measured {
  server: number[];
  postgres: number[];
  rate: number[];
  p99: number[];
}
const measured: Record<'bare' | 'cortex', Measured> = {
  bare: { server: [], postgres: [], rate: [], p99: [] },
  cortex: { server: [], postgres: [], rate: [], p99: [] },
};

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
  await database.run('create index on bench.activities (person_id, occurred_at desc, id)');
  await database.run('create index on bench.activities (type, occurred_at, person_id)');
  await database.run('vacuum analyze');

  const bodies = Array.from({ length: POSTS }, (_, n) => JSON.stringify(sampleActivity(n)));
  const servers = { bare: await ServerProcess.start('bare', url), cortex: await ServerProcess.start('cortex', url) };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const kind of ['bare', 'cortex'] as const) {
      await clearActivities(database, 'bench.activities');
      const [postgres, server] = [await readServerCpu(pid), await servers[kind].cpu()];
      const { seconds, latencies } = await sendAll(servers[kind].port, KEY, bodies, CONNECTIONS);
      const serverMicros = ((await servers[kind].cpu()) - server) / POSTS;
      const postgresMicros = microsecondsBetween(postgres, await readServerCpu(pid)) / POSTS;
      // The first round warms up.
      if (round === 0) continue;
      measured[kind].server.push(serverMicros);
      measured[kind].postgres.push(postgresMicros);
      measured[kind].rate.push(POSTS / seconds);
      measured[kind].p99.push(latencies[Math.floor(latencies.length * 0.99)]!);
    }
  }
  const stored = await database.row<{ n: string }>('select count(*) n from crm_activities where person_id is not null');
  if (Number(stored!.n) !== POSTS)
    throw new Error(`${stored!.n} of ${POSTS} activities were stored with their person.`);
  servers.bare.stop();
  servers.cortex.stop();
});

const both = (kind: 'bare' | 'cortex') =>
  measured[kind].server.map((micros, at) => micros + measured[kind].postgres[at]!);
const shown = (values: number[], digits = 0) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
console.log(`Goal 1: ${ROUNDS} rounds A B A B of ${POSTS} posts over ${CONNECTIONS} connections, medians (spread).`);
console.table(
  (['bare', 'cortex'] as const).map((kind) => ({
    server: kind === 'bare' ? 'bare node:http' : 'Cortex',
    'server CPU, µs': shown(measured[kind].server),
    'PostgreSQL CPU, µs': shown(measured[kind].postgres),
    'together, µs': shown(both(kind)),
    'activities/s': shown(measured[kind].rate),
    'p99, ms': shown(measured[kind].p99, 1),
  })),
);
const ratio = median(both('cortex')) / median(both('bare'));
console.log(`${ratio.toFixed(2)} × bare. Must: at most ${MUST} ×; stretch: ${STRETCH} ×.`);
if (ratio > MUST) process.exitCode = 1;
