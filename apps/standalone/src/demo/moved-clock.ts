import type { Tx } from '#platform';

/** The database's clock, as one transaction sees it. */
export interface MovedClock {
  /** Every statement of this transaction that asks `cortex.now()` gets this instant, until the next. */
  set(instant: Date): Promise<void>;
}

/**
 * Runs `work` while `cortex.now()` says in this transaction what `work` sets, and puts it back. No other session ever
 * sees the other body of the function: it is never committed. That matters, because it reads a setting that any role
 * could set.
 */
export async function underMovedClock<T>(tx: Tx, work: (clock: MovedClock) => Promise<T>): Promise<T> {
  const set = async (instant: Date) => {
    await tx.rows(`select set_config('cortex.moved_now', $1, true)`, [instant.toISOString()]);
  };
  await set(await tx.now());
  const own = await tx.row<{ text: string }>(`select pg_get_functiondef('cortex.now()'::regprocedure) as text`);
  await tx.run(`create or replace function cortex.now() returns timestamptz language sql stable parallel safe
    return current_setting('cortex.moved_now')::timestamptz`);
  const result = await work({ set });
  await tx.run(own!.text);
  return result;
}
