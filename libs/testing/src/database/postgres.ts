import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { EntitySchema } from 'typeorm';
import { createDataSource, createLog, Database, migrate, migrationsFolder } from '#platform';
import { INSTALL_TEST_CLOCK, TestClock } from './clock.js';
import { testCluster } from './cluster.js';

export const MIGRATIONS = migrationsFolder();

export interface TestDatabase {
  url: string;
  database: Database;
  clock: TestClock;
  /** Closes its connections and removes it; call it in afterAll. */
  drop(): Promise<void>;
}

export interface TestDatabaseOptions {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type for entity classes
  entities?: (Function | EntitySchema)[];
  poolSize?: number;
  /** An empty database without our tables; then there is no test clock either. */
  empty?: boolean;
  /** The address of another server than the run's own, for a test that kills it. */
  cluster?: string;
}

/** A fresh, migrated database of its own for a spec file, on the run's one cluster. */
export async function testDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const cluster = options.cluster ?? (await testCluster());
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = options.empty ? 'template0' : await migratedTemplate(cluster);
  await onServer(cluster, (client) => client.query(`create database ${name} template ${template} strategy file_copy`));
  const url = databaseUrl(cluster, name);
  const database = await connect(url, options);
  return {
    url,
    database,
    clock: new TestClock(database),
    drop: async () => {
      await database.source.destroy();
      await onServer(cluster, (client) => client.query(`drop database if exists ${name} with (force)`));
    },
  };
}

async function connect(url: string, options: TestDatabaseOptions): Promise<Database> {
  const source = createDataSource({
    url,
    applicationName: 'cortex-test',
    entities: options.entities,
    poolSize: options.poolSize ?? 5,
  });
  return new Database(await source.initialize());
}

/** The name of a database that holds the present migrations and the test clock; made once per run and text. */
async function migratedTemplate(cluster: string): Promise<string> {
  const name = `template_${await migrationsHash()}`;
  await onServer(cluster, async (client) => {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    const known = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (known.rowCount) return;
    await client.query(`drop database if exists ${name}_unfinished with (force)`);
    await client.query(`create database ${name}_unfinished template template0`);
    const database = await connect(databaseUrl(cluster, `${name}_unfinished`), { poolSize: 2 });
    try {
      await migrate(database.source, MIGRATIONS);
      await database.run(INSTALL_TEST_CLOCK);
      // Its tables too: each application would make them anew.
      const { Queue } = await import('#queue');
      const queue = new Queue({ database, log: createLog('error', 'test') });
      await queue.start();
      await queue.stop();
    } finally {
      await database.source.destroy();
    }
    await client.query(`alter database ${name}_unfinished rename to ${name}`);
  });
  return name;
}

async function migrationsHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of (await readdir(MIGRATIONS, { recursive: true })).filter((name) => name.endsWith('.sql')).sort()) {
    if (file.startsWith('snapshot')) continue;
    hash.update(file).update(await readFile(join(MIGRATIONS, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Runs `work` on a short-lived connection to the cluster's own database. */
async function onServer(cluster: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(cluster, 'postgres') });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(cluster: string, name: string): string {
  const url = new URL(cluster);
  url.pathname = `/${name}`;
  return url.href;
}
