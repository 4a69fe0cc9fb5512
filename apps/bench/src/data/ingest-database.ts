import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFirstStart } from '#access';
import { createDataSource, Database, migrate, readConfig } from '#platform';
import { startCluster, stopCluster } from '#platform/postgres';

export const PEOPLE = 100_000;
export const KEY = 'bench-key-0123456789';

export interface BenchDatabase {
  url: string;
  pid: number;
  database: Database;
}

/** A durable server of its own with people in it, for as long as `work` runs. */
export async function withDatabase(
  work: (bench: BenchDatabase) => Promise<void>,
  settings: Record<string, string> = {},
): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'cortex-bench-'));
  await chmod(home, 0o711);
  try {
    const { url, pid } = await startCluster({
      dataDir: home,
      settings: { shared_buffers: '512MB', autovacuum: 'off', max_wal_size: '4GB', ...settings },
    });
    const source = await createDataSource({ url, applicationName: 'bench', poolSize: 4 }).initialize();
    await migrate(source, join(process.cwd(), 'migrations'));
    const database = new Database(source);
    await ensureFirstStart(database, readConfig({ CORTEX_API_KEY: KEY }));
    await database.run(
      `insert into unified_profiles (email, first_name) select 'person' || n || '@example.com', 'Ann' from generate_series(1, $1::int) n`,
      [PEOPLE],
    );
    await work({ url, pid, database });
    await source.destroy();
  } finally {
    await stopCluster(home);
    await rm(home, { recursive: true, force: true });
  }
}

/** The indexes that readers of crm_activities need, on a table to compare with; its keys and inbox have their own. */
export async function addReadIndexes(database: Database, table: string): Promise<void> {
  await database.run(`create index on ${table} (person_id, occurred_at desc, id desc)`);
  await database.run(`create index on ${table} (type, occurred_at, person_id)`);
  await database.run(
    `create index on ${table} (anonymous_id, occurred_at) where person_id is null and anonymous_id is not null`,
  );
}

/** Back to where a round began: no activities, keys or inbox; checkpointed, so that no round pays for another. */
export async function clearActivities(database: Database, ...others: string[]): Promise<void> {
  await database.run(
    `truncate ${['crm_activities', 'cortex.activity_keys', 'cortex.activity_inbox', ...others].join(', ')}`,
  );
  await database.run('checkpoint');
}

/** The same people and values in every run. */
export function sampleActivity(n: number): { contact_email: string; type: string; metadata: Record<string, unknown> } {
  return {
    contact_email: `person${((n * 7919) % PEOPLE) + 1}@example.com`,
    type: ['page.viewed', 'checkout.started', 'lesson.completed', 'video.watched'][n % 4]!,
    metadata: { course_id: `course-${n % 50}`, course_title: 'Photography 101', amount_minor: 4900, step: n % 12 },
  };
}
