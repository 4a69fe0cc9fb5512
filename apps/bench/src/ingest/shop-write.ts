/**
 * Goal 4b: what our triggers add to a single-row write of the shop, in PostgreSQL's processor time. The same
 * prepared statements, one per transaction, with the triggers of the four tables off and on (A B A B …).
 */
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDataSource, migrate } from '#platform';
import { startCluster, stopCluster } from '#platform/postgres';
import pg from 'pg';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const WRITES = 500;
const ROUNDS = 6;
const MUST = 900;
const STRETCH = 500;

const writes = {
  'lead of a new address': {
    text: "insert into purchase_leads (email, first_name, course_id) values ($1, 'Ann', (select id from courses limit 1))",
    values: (n: number) => [`new${n}@example.com`],
  },
  'lead of a known address': {
    text: "insert into purchase_leads (email, first_name, course_id) values ($1, 'Ann', (select id from courses limit 1))",
    values: (n: number) => [`known${n % 20_000}@example.com`],
  },
  'new profile': {
    text: "insert into unified_profiles (email, first_name) values ($1, 'Ann')",
    values: (n: number) => [`profile${n}@example.com`],
  },
  'profile changed': {
    text: 'update unified_profiles set first_name = $2, updated_at = now() where email = $1::citext',
    values: (n: number) => [`customer${n % 20_000}@example.com`, `Ann ${n}`],
  },
  enrollment: {
    text: `insert into enrollments (profile_id, course_id)
      select id, (select id from courses limit 1) from unified_profiles where email = $1::citext`,
    values: (n: number) => [`customer${n % 20_000}@example.com`],
  },
  transaction: {
    text: `insert into transactions (profile_id, amount_minor, currency)
      select id, 4900, 'EUR' from unified_profiles where email = $1::citext`,
    values: (n: number) => [`customer${n % 20_000}@example.com`],
  },
};

// An interrupted run must leave no server behind.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopCluster(home).finally(() => process.exit(1)));
}
const home = await mkdtemp(join(tmpdir(), 'cortex-bench-'));
await chmod(home, 0o711);
try {
  const cluster = await startCluster({
    dataDir: home,
    settings: { shared_buffers: '512MB', autovacuum_naptime: '5s' },
  });
  const source = await createDataSource({ url: cluster.url, applicationName: 'bench', poolSize: 2 }).initialize();
  await migrate(source, join(process.cwd(), 'migrations'));
  await source.destroy();
  const shop = new pg.Client({ connectionString: cluster.url });
  await shop.connect();
  await fill(shop);

  const added: Record<string, { off: number[]; on: number[] }> = {};
  let n = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, write] of Object.entries(writes)) {
      for (const on of [false, true]) {
        await triggers(shop, on);
        const before = await readServerCpu(cluster.pid);
        for (let done = 0; done < WRITES; done++) {
          await shop.query({ name: `${name}`, text: write.text, values: write.values(n++) });
        }
        const micros = microsecondsBetween(before, await readServerCpu(cluster.pid)) / WRITES;
        await shop.query('truncate cortex.activity_inbox');
        // The first round warms up.
        if (round > 0) (added[name] ??= { off: [], on: [] })[on ? 'on' : 'off'].push(micros);
      }
    }
  }
  await shop.end();
  report(added);
} finally {
  await stopCluster(home);
  await rm(home, { recursive: true, force: true });
}

async function fill(client: pg.Client): Promise<void> {
  await client.query("insert into courses (title, price_minor, currency) values ('Baking', 4900, 'EUR')");
  await client.query(
    "insert into purchase_leads (email) select 'known' || g || '@example.com' from generate_series(0, 19999) g",
  );
  await client.query(
    "insert into unified_profiles (email) select 'customer' || g || '@example.com' from generate_series(0, 19999) g",
  );
  await client.query('truncate cortex.activity_inbox');
  await client.query('vacuum analyze');
}

async function triggers(client: pg.Client, on: boolean): Promise<void> {
  for (const table of ['purchase_leads', 'unified_profiles', 'enrollments', 'transactions']) {
    await client.query(`alter table ${table} ${on ? 'enable' : 'disable'} trigger user`);
  }
}

function report(measured: Record<string, { off: number[]; on: number[] }>): void {
  const spread = (values: number[]) => `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`;
  const all = Object.entries(measured).map(([name, { off, on }]) => ({
    'PostgreSQL CPU, µs per write': name,
    'without triggers': `${median(off).toFixed(0)} (${spread(off)})`,
    'with triggers': `${median(on).toFixed(0)} (${spread(on)})`,
    added: Math.round(median(on) - median(off)),
  }));
  console.log(`Goal 4b: ${ROUNDS} rounds of ${WRITES} single-row writes each, medians (spread).`);
  console.table(all);
  const worst = Math.max(...all.map((row) => row.added));
  console.log(`Most added: ${worst} µs. Must: at most ${MUST} µs; stretch: ${STRETCH} µs.`);
  if (worst > MUST) process.exitCode = 1;
}
