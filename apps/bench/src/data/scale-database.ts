import { chmod, mkdir } from 'node:fs/promises';
import pg from 'pg';
import { createDataSource, Database, migrate, migrationsFolder } from '#platform';
import { startCluster, stopCluster, type Cluster } from '#platform/postgres';
import { CopyIn } from './copy-in.js';
import { COURSES, courseId, Population, type Size } from './population.js';

export interface ScaleSettings {
  /** Holds the server and its data; made when missing, kept afterwards. */
  dataDir: string;
  seed: number;
  people: number;
  activities: number;
}

/** From the environment: BENCH_DATA, BENCH_SEED, BENCH_PEOPLE, BENCH_ACTIVITIES. */
export function scaleSettings(): ScaleSettings {
  const { BENCH_DATA, BENCH_SEED, BENCH_PEOPLE, BENCH_ACTIVITIES } = process.env;
  return {
    dataDir: BENCH_DATA ?? '.bench',
    seed: Number(BENCH_SEED ?? 1),
    people: Number(BENCH_PEOPLE ?? 1_000_000),
    activities: Number(BENCH_ACTIVITIES ?? 10_000_000),
  };
}

export interface ScaleDatabase {
  url: string;
  pid: number;
  database: Database;
  /** The instant up to which there are activities: ask “within the last 30 days” as of then. */
  until: Date;
  /** How long the load took, in seconds; absent when it was there already. */
  loadSeconds?: number;
}

/** Rows of one COPY: enough to keep both sides busy, few enough to hold. */
const STEP = 10_000;

/**
 * A server with a population of this seed and size, loaded when it is not there yet, for as long as `work` runs.
 * The server is stopped afterwards, its data stay for the next benchmark.
 */
export async function withScaleDatabase(
  settings: ScaleSettings,
  work: (scale: ScaleDatabase) => Promise<void>,
): Promise<void> {
  await mkdir(settings.dataDir, { recursive: true });
  await chmod(settings.dataDir, 0o711);
  // No parallel workers, so that processor time can be read from the processes that are there.
  const tuned = {
    shared_buffers: '2GB',
    max_wal_size: '8GB',
    maintenance_work_mem: '512MB',
    autovacuum: 'off',
    max_parallel_workers_per_gather: '0',
  };
  try {
    let cluster = await startCluster({ dataDir: settings.dataDir, settings: tuned });
    let until = await present(cluster, settings);
    let loadSeconds: number | undefined;
    if (!until) {
      const begin = performance.now();
      await stopCluster(settings.dataDir);
      // What is lost when the machine stops is made again.
      const hasty = { ...tuned, fsync: 'off', wal_level: 'minimal', max_wal_senders: '0', full_page_writes: 'off' };
      cluster = await startCluster({ dataDir: settings.dataDir, settings: hasty });
      until = await load(cluster, settings);
      await stopCluster(settings.dataDir);
      loadSeconds = (performance.now() - begin) / 1000;
      cluster = await startCluster({ dataDir: settings.dataDir, settings: tuned });
    }
    const source = await createDataSource({ url: cluster.url, applicationName: 'bench', poolSize: 4 }).initialize();
    try {
      await migrate(source, migrationsFolder());
      await work({ url: cluster.url, pid: cluster.pid, database: new Database(source), until, loadSeconds });
    } finally {
      await source.destroy();
    }
  } finally {
    await stopCluster(settings.dataDir);
  }
}

const NOTE = 'public.bench_population';

/** The end of the population of this seed and size that stands here already. @throws Error when another one does */
async function present({ url }: Cluster, { seed, people, activities, dataDir }: ScaleSettings) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ there: string | null }>('select to_regclass($1)::text as there', [NOTE]);
    if (!rows[0]!.there) return undefined;
    const note = (await client.query<Size>(`select * from ${NOTE}`)).rows[0];
    if (!note) return undefined;
    if (note.seed === seed && note.people === people && note.activities === activities) return note.until;
    throw new Error(
      `${dataDir} holds ${note.people} people and ${note.activities} activities of seed ${note.seed}. Name another folder by BENCH_DATA, or delete it.`,
    );
  } finally {
    await client.end();
  }
}

async function load({ url }: Cluster, { seed, people, activities }: ScaleSettings): Promise<Date> {
  const source = await createDataSource({ url, applicationName: 'bench', poolSize: 1 }).initialize();
  await migrate(source, migrationsFolder());
  await source.destroy();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await fill(client, { seed, people, activities, until: new Date() });
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, size: Size): Promise<Date> {
  const { seed, people, activities, until } = size;
  const population = new Population(size);
  const say = (words: string) => console.log(`${((Date.now() - until.getTime()) / 1000).toFixed(0)} s: ${words}`);
  const indexes = await indexesOf(client, ['public.crm_activities', 'cortex.people']);
  await client.query("select cortex.ensure_activity_partitions((now() - interval '13 months')::date, now()::date)");
  await client.query(`create table if not exists ${NOTE} (seed int, people int, activities int, until timestamptz)`);
  await client.query('begin');
  // No triggers and no checks of references: the rows below already agree with each other.
  await client.query('set local session_replication_role = replica');
  await client.query(
    `truncate public.crm_activities, cortex.people, cortex.person_links, cortex.list_members, public.unified_profiles,
       public.purchase_leads, public.transactions, public.enrollments, public.courses, cortex.activity_inbox`,
  );
  for (const { name } of indexes) await client.query(`drop index ${name}`);
  await client.query(
    `insert into public.courses (id, title) select id, 'Course ' || n from unnest($1::uuid[]) with ordinality c (id, n)`,
    [Array.from({ length: COURSES }, (_, n) => courseId(n))],
  );

  let copying: Promise<void> = Promise.resolve();
  const copy = async (into: string, text: string): Promise<void> => {
    await copying;
    if (text === '') return;
    const one = new CopyIn(`copy ${into} from stdin`, text);
    client.query(one);
    copying = one.done;
  };
  for (const { text } of population.activities(STEP)) await copy(tables.activities, text);
  await copying;
  say('the activities stand');
  for (let from = 0; from < people; from += STEP) {
    const rows = population.people(from, Math.min(from + STEP, people));
    for (const [name, text] of Object.entries(rows)) await copy(tables[name as keyof typeof rows], text);
  }
  await copying;
  say('the people stand');
  await client.query("set local maintenance_work_mem = '1GB'");
  for (const { definition } of indexes) await client.query(definition);
  // What the triggers keep besides.
  await client.query('select cortex.tidy_known_names()');
  say('the indexes stand');
  await client.query(`insert into ${NOTE} values ($1, $2, $3, $4)`, [seed, people, activities, until]);
  await client.query('commit');
  // Index-only scans want to know which pages everybody sees.
  await client.query('vacuum (freeze, analyze)');
  say('vacuumed and analyzed');
  return until;
}

const tables = {
  activities:
    'public.crm_activities (id, contact_email, anonymous_id, type, metadata, occurred_at, received_at, source, person_id)',
  people:
    'cortex.people (person_id, address, id, email, type, first_name, last_name, phone, country, timezone, tags, attributes, created_at, lifetime_value_minor, last_activity, consent_status, name_folded, tags_folded)',
  profiles:
    'public.unified_profiles (id, email, first_name, last_name, phone, country, timezone, tags, attributes, created_at, updated_at)',
  leads:
    'public.purchase_leads (id, email, first_name, last_name, phone, country, timezone, tags, course_id, source, attributes, created_at, updated_at)',
  transactions:
    'public.transactions (id, profile_id, amount_minor, refunded_minor, currency, status, occurred_at, created_at)',
  enrollments: 'public.enrollments (id, profile_id, course_id, transaction_id, status, created_at, updated_at)',
};

/** Indexes that no constraint needs: building them once over full tables takes a third of keeping them. */
async function indexesOf(client: pg.Client, of: readonly string[]) {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
     from pg_index i where i.indrelid = any($1::regclass[])
       and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`,
    [of],
  );
  return rows.map(({ name, definition }) => ({ name, definition: definition.replace(' ON ONLY ', ' ON ') }));
}
