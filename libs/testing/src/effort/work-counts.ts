import type { Logger } from 'typeorm';
import type { Database } from '#platform';

/** What the database was made to do. */
export interface WorkCount {
  /** Statements sent, those that begin and end transactions too. */
  statements: number;
  /** Rows read by scans, and entries read out of indexes, of the tables asked about. */
  read: number;
  /** Rows of these tables inserted, updated and deleted. */
  written: number;
}

/**
 * Counts what some work costs the database, so that a test can hold its effort without measuring time. Rows are those
 * of `tables`, their partitions and indexes, as PostgreSQL itself counts them; they are exact only where nothing else
 * uses the database, so make it with `poolSize: 1`.
 */
export async function countWork(
  database: Database,
  tables: readonly string[],
  work: () => Promise<unknown>,
): Promise<WorkCount> {
  const before = await counts(database, tables);
  let statements = 0;
  const { options } = database.source;
  const quiet = () => undefined;
  const counting = {
    logQueryError: quiet,
    logQuerySlow: quiet,
    logSchemaBuild: quiet,
    logMigration: quiet,
    log: quiet,
  };
  const logger: Logger = { ...counting, logQuery: () => void (statements += 1) };
  database.source.setOptions({ logger, logging: true });
  try {
    await work();
  } finally {
    database.source.setOptions({ logger: options.logger, logging: false });
  }
  const after = await counts(database, tables);
  return { statements, read: after.read - before.read, written: after.written - before.written };
}

/** PostgreSQL keeps counts with the connection that made them and publishes them now and then, or when told to. */
async function counts(database: Database, tables: readonly string[]): Promise<{ read: number; written: number }> {
  await database.rows('select pg_stat_force_next_flush()');
  const row = await database.row<{ tables: number; read: number; written: number }>(
    `select count(*)::int as tables, sum(t.seq_tup_read + coalesce(i.read, 0))::float8 as read,
       sum(t.n_tup_ins + t.n_tup_upd + t.n_tup_del)::float8 as written
     from (
       select w.name::regclass as relid from unnest($1::text[]) w(name)
       union
       select p.relid from unnest($1::text[]) w(name) cross join lateral pg_partition_tree(w.name::regclass) p) w
     join pg_stat_user_tables t on t.relid = w.relid
     left join lateral (select sum(idx_tup_read) as read from pg_stat_user_indexes x where x.relid = t.relid) i on true`,
    [tables],
  );
  if (!row || row.tables < tables.length) throw new Error(`Of ${tables.join(', ')} some are not counted.`);
  return row;
}
