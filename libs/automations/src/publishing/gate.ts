import { lockKey, type Tx } from '#platform';

const KEY = lockKey.named("'cortex.engine'");

/**
 * Taken by whoever moves people through automations, before any person's lock: until the transaction ends
 * nobody publishes, pauses or stops. Costs no write.
 */
export const enterGate = (tx: Tx): Promise<unknown> => tx.rows(`select pg_advisory_xact_lock_shared(${KEY})`);

/**
 * Taken by whoever changes what the engine runs: waits for the transactions that are moving people (each
 * takes milliseconds) and holds off the next ones, so that a pause or a stop is true the moment it commits.
 * Tells every process's cache to load again.
 */
export async function closeGate(tx: Tx): Promise<void> {
  await tx.rows(`select pg_advisory_xact_lock(${KEY})`);
  await tx.run('update cortex.automation_epoch set n = n + 1');
}
