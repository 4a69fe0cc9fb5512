/**
 * What a failure of the database means for whoever made the statement.
 * - `collision`: another transaction was in the way; the same work succeeds when it is done again
 * - `unavailable`: the server or the connection to it is gone, or it has nothing free; so does this, later
 * - `cancelled`: it took longer than it was allowed to
 * - `invalid`: a value or a constraint refuses it, each time
 * - `other`: anything else, mistakes of ours included
 */
export type DatabaseFailure = 'collision' | 'unavailable' | 'cancelled' | 'invalid' | 'other';

/** SQLSTATEs of transactions that met: serialization, deadlock, lock timeout. */
export const collisionStates = ['40001', '40P01', '55P03'] as const;

/** ECONNRESET and the like: the statement never came back from the server. No SQLSTATE begins so. */
const neverArrived = /^E(?!RR_)[A-Z_]+$/;
/** How pg and TypeORM say that a connection is gone; they give no SQLSTATE then. */
const lostConnection =
  /^QueryFailedError|^QueryRunnerAlreadyReleased|^TransactionNotStarted|connection|not queryable|trying to connect/i;

/** The code and the constraint that an error names, whether pg threw it or TypeORM around pg. */
export function databaseErrorOf(error: unknown): { code?: string; constraint?: string } {
  const outer = (error ?? {}) as { code?: unknown; driverError?: unknown };
  const { code, constraint } = (outer.code === undefined ? (outer.driverError ?? {}) : outer) as {
    code?: unknown;
    constraint?: unknown;
  };
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
  };
}

/** The one judge of what failed. Everybody who tries again, isolates or answers a caller asks here. */
export function databaseFailure(error: unknown): DatabaseFailure {
  const { code } = databaseErrorOf(error);
  if (code === undefined) {
    const { name, message } = (error ?? {}) as Partial<Error>;
    return lostConnection.test(`${name} ${message}`) ? 'unavailable' : 'other';
  }
  if (neverArrived.test(code)) return 'unavailable';
  if (code.startsWith('40') || code === '55P03') return 'collision';
  if (code === '57014') return 'cancelled';
  if (/^(08|53|57)/.test(code)) return 'unavailable';
  return /^(22|23)/.test(code) ? 'invalid' : 'other';
}

/** Whether it has nothing to do with the rows at hand: the same work succeeds when it is done again. */
export const isTransient = (error: unknown): boolean =>
  ['collision', 'unavailable', 'cancelled'].includes(databaseFailure(error));
