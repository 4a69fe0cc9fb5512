const sqlState = /^[0-9A-Z]{5}$/;
/** Serialization and deadlock, connection, resources, operator intervention, lock timeout. */
const passing = /^(40|08|53|57|55P03)/;

/**
 * Failures that have nothing to do with the rows at hand, such as a lost connection or a deadlock: the same
 * work succeeds when it is done again.
 */
export function isTransient(error: unknown): boolean {
  const { name, code, message, driverError } = error as Error & { code?: unknown; driverError?: { code?: unknown } };
  const state = driverError?.code ?? code;
  if (typeof state === 'string' && sqlState.test(state)) return passing.test(state);
  // A failed query without a state never came back from the server.
  return typeof state === 'string' || lostConnection.test(`${name} ${message}`);
}

/** How TypeORM and pg say that the connection under a transaction is gone. */
const lostConnection = /^QueryFailedError|^QueryRunnerAlreadyReleased|^TransactionNotStarted|connection|not queryable/i;
