import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { MigrationExecutor, type DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { databaseFailure } from './database-errors.js';
import { lockKey } from './locks.js';

const LOCK = lockKey.named("'cortex.migrate'");

/**
 * Who waits for an exclusive lock on a table makes everybody behind wait too, if only for somebody's long report. So a
 * file waits this long, gives up with nothing done, lets the others pass and comes again.
 */
const LOCK_TIMEOUT = '2s';
const ATTEMPTS = 60;
const PAUSE = 1_000;

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // Each file's failure is told with its name in front of it.
      if (attempt === ATTEMPTS || databaseFailure((error as Error).cause) !== 'collision') throw error;
      await pause(PAUSE);
    }
  }
}

export interface MigrationReport {
  applied: string[];
  repeated: string[];
}

interface SqlFile {
  name: string;
  text: string;
  checksum: string;
}

async function sqlFiles(folder: string): Promise<SqlFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(folder, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
}

/**
 * TypeORM orders migrations by the 13 digits at the end of their names and keeps the ledger; the SQL is the
 * file's, and its checksum is kept in the same transaction.
 */
function asTypeormMigration(file: SqlFile): MigrationInterface {
  const number = /^\d+/.exec(file.name)?.[0];
  if (!number) throw new Error(`migrations/${file.name} needs a number in front, as in 0008_name.sql.`);
  return {
    name: `${file.name.replace(/\.sql$/, '')}_${number.padStart(13, '0')}`,
    up: async (runner: QueryRunner) => {
      try {
        await runner.query(file.text);
      } catch (error) {
        throw new Error(`migrations/${file.name} failed: ${(error as Error).message}`, { cause: error });
      }
      await keep(runner, file);
      // It may have dropped what a repeatable file made, so all of them run again; after a crash in between, too.
      await runner.query("update cortex.migration_files set checksum = '' where name like 'repeatable/%'");
    },
    down: async () => {
      throw new Error('Migrations go forward only: write a new one that undoes this one.');
    },
  };
}

/**
 * Brings the database to the state of `migrations/`: versioned files once each and in order, then the
 * repeatable ones whose text changed. Several processes may call it at once; one works, the others wait.
 * @throws Error when a shipped file was edited, or when the server is too old or not UTF8.
 */
export async function migrate(source: DataSource, folder: string): Promise<MigrationReport> {
  const versioned = await sqlFiles(folder);
  const repeatable = await sqlFiles(join(folder, 'repeatable'));
  const runner = source.createQueryRunner();
  await runner.connect();
  try {
    await checkServer(runner);
    await runner.query(`select pg_advisory_lock(${LOCK})`);
    try {
      // A role called cortex would otherwise put what has no schema into ours.
      await runner.query('set search_path = public');
      await runner.query('create schema if not exists cortex');
      await runner.query(
        'create table if not exists cortex.migration_files (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
      );
      await runner.query(`set lock_timeout = '${LOCK_TIMEOUT}'`);
      const before = await keptFiles(runner);
      const edited = versioned.find((file) => before.has(file.name) && before.get(file.name) !== file.checksum);
      if (edited) {
        throw new Error(
          `migrations/${edited.name} was changed after it had been applied. Put it back as it was and write a new migration instead.`,
        );
      }
      const applied = await runVersioned(source, runner, versioned);
      const kept = await keptFiles(runner);
      const repeated: string[] = [];
      for (const file of repeatable) {
        if (kept.get(`repeatable/${file.name}`) === file.checksum) continue;
        await patiently(() => runRepeatable(runner, file));
        repeated.push(file.name);
      }
      return { applied, repeated };
    } finally {
      await runner.query('reset lock_timeout');
      await runner.query('reset search_path');
      await runner.query(`select pg_advisory_unlock(${LOCK})`);
    }
  } finally {
    await runner.release();
  }
}

async function runVersioned(source: DataSource, runner: QueryRunner, files: SqlFile[]): Promise<string[]> {
  const executor = new MigrationExecutor(source, runner);
  executor.transaction = 'each';
  // Its list is read-only in the types, not in fact; our files are known only now.
  source.migrations.splice(0, source.migrations.length, ...files.map(asTypeormMigration));
  const pending = await executor.getPendingMigrations();
  await patiently(() => executor.executePendingMigrations());
  return pending.map((migration) => migration.name);
}

async function runRepeatable(runner: QueryRunner, file: SqlFile): Promise<void> {
  await runner.startTransaction();
  try {
    await runner.query(file.text);
    await keep(runner, { ...file, name: `repeatable/${file.name}` });
    await runner.commitTransaction();
  } catch (error) {
    await runner.rollbackTransaction();
    throw new Error(`migrations/repeatable/${file.name} failed: ${(error as Error).message}`, { cause: error });
  }
}

async function keptFiles(runner: QueryRunner): Promise<Map<string, string>> {
  const rows: SqlFile[] = await runner.query('select name, checksum from cortex.migration_files');
  return new Map(rows.map((row) => [row.name, row.checksum]));
}

async function keep(runner: QueryRunner, file: SqlFile): Promise<void> {
  await runner.query(
    'insert into cortex.migration_files (name, checksum) values ($1, $2) on conflict (name) do update set checksum = excluded.checksum, applied_at = now() where migration_files.checksum <> excluded.checksum',
    [file.name, file.checksum],
  );
}

async function checkServer(runner: QueryRunner): Promise<void> {
  const [server] = await runner.query(
    "select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding",
  );
  if (server.version < 180000) {
    throw new Error(
      `PostgreSQL 18 or newer is needed; this server says ${server.version}. Point DATABASE_URL to a newer one.`,
    );
  }
  if (server.encoding !== 'UTF8') {
    throw new Error(
      `The database must be encoded in UTF8; this one is ${server.encoding}. Create it with encoding 'UTF8'.`,
    );
  }
}
