import { databaseFailure, type Database } from '#platform';
import { everyone, type SqlFragment } from '#rules';

/** Milliseconds that counting may take: while somebody looks on, and when the exact number is wanted. */
export const PATIENCE = { glance: 50, screen: 4_000, exact: 60_000 } as const;

export interface Count {
  count: number;
  /** False: the planner's estimate, because counting was given up or stopped at the cap. */
  exact: boolean;
}

export interface CountOptions {
  patience: number;
  /** Stop counting here and estimate the rest. */
  cap?: number;
}

/**
 * How many people of the directory a condition accepts. Never longer than `patience`, in a read-only
 * transaction of its own.
 */
export async function countPeople(database: Database, condition: SqlFragment, options: CountOptions): Promise<Count> {
  const from = `from cortex.people p where ${everyone} and (${condition.text})`;
  const inner = options.cap ? `select 1 ${from} limit ${options.cap + 1}` : `select 1 ${from}`;
  const counted = await database
    .tx((tx) => tx.row<{ count: number }>(`select count(*)::int as count from (${inner}) c`, condition.values), {
      readOnly: true,
      statementTimeout: options.patience,
    })
    .catch((error: unknown) => {
      if (databaseFailure(error) === 'cancelled') return undefined;
      throw error;
    });
  if (counted && (!options.cap || counted.count <= options.cap)) return { count: counted.count, exact: true };
  const atLeast = counted?.count ?? 0;
  const plan = await database.rows<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
    `explain (format json) select 1 ${from}`,
    condition.values,
  );
  return { count: Math.max(atLeast, plan[0]!['QUERY PLAN'][0]!.Plan['Plan Rows']), exact: false };
}

/** From this many people on a preview looks at a sample instead of everybody. */
export const LARGE = 20_000;

/** The rows of the directory as the database last counted them; -1 when it never did. */
export const storedSize = async (database: Database): Promise<number> =>
  (await database.row<{ size: number }>(
    "select reltuples::float8 as size from pg_class where oid = 'cortex.people'::regclass",
  ))!.size;

/** How many people there are; about, where counting would take long. */
export async function directorySize(database: Database): Promise<Count> {
  const size = await storedSize(database);
  if (size >= LARGE) return { count: rounded(size), exact: false };
  return countPeople(database, { text: 'true', values: [] }, { patience: PATIENCE.screen });
}

/** To two digits: more would pretend to be known. */
export const rounded = (value: number): number => Number(value.toPrecision(2));
