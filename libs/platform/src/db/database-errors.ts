/**
 * What a failure of the database means for whoever made the statement.
 * - `collision`: another transaction was in the way; the same work succeeds when it is done again
 * - `unavailable`: the server or the connection to it is gone, it has nothing free, or takes no writes; so does this, later
 * - `cancelled`: it took longer than it was allowed to
 * - `invalid`: a value or a constraint refuses it, each time
 * - `other`: anything else, mistakes of ours included
 */
export type DatabaseFailure = 'collision' | 'unavailable' | 'cancelled' | 'invalid' | 'other';

/** SQLSTATEs of transactions that met: serialization, deadlock, lock timeout. */
export const collisionStates = ['40001', '40P01', '55P03'] as const;

/** The statement never came back from the server, or never came there. */
const networkFailures: ReadonlySet<string> = new Set(
  `ECONNREFUSED ECONNRESET ECONNABORTED EPIPE ETIMEDOUT EHOSTUNREACH EHOSTDOWN ENETUNREACH ENETDOWN ENOTCONN EAI_AGAIN
   ENOTFOUND`.split(/\s+/),
);
/** How TypeORM says that a connection is gone; it gives no SQLSTATE then. */
const lostByName = /^(QueryFailedError|QueryRunnerAlreadyReleased|TransactionNotStarted|ConnectionIsNotSet)/;
/** How pg and its pool say so. */
const lostByMessage =
  /^connection (terminated|ended|lost)|not queryable|trying to connect|^timeout expired$|^query read timeout$|after calling end on the pool/i;
/** Every connection of the pool is in use, and none came free in time. */
const poolIsBusy = /^timeout exceeded when trying to connect$/;

/** The server's disk is full, or this machine's. */
const fullDisk: ReadonlySet<string> = new Set(['53100', 'ENOSPC']);
/** It can be asked and takes no writes: a standby, or set so. */
const READ_ONLY = '25006';

/** The database does not answer, so nothing was begun. */
export class DatabaseAway extends Error {
  constructor() {
    super('The database does not answer.');
    this.name = 'DatabaseAway';
  }
}

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
    const { name = '', message = '' } = (error ?? {}) as Partial<Error>;
    const lost = error instanceof DatabaseAway || lostByName.test(name) || lostByMessage.test(message);
    return lost ? 'unavailable' : 'other';
  }
  if (networkFailures.has(code) || fullDisk.has(code) || code === READ_ONLY) return 'unavailable';
  if (code.startsWith('40') || code === '55P03') return 'collision';
  if (code === '57014' || code === '25P04') return 'cancelled';
  if (/^(08|53|57|58|25P03)/.test(code)) return 'unavailable';
  return /^(22|23)/.test(code) ? 'invalid' : 'other';
}

/** What makes a database unavailable, as far as it can be told: somebody has to do something about all but `away`. */
export type Outage = 'full_disk' | 'read_only' | 'busy' | 'away';

/** @returns undefined when it is available */
export function outageOf(error: unknown): Outage | undefined {
  if (databaseFailure(error) !== 'unavailable') return undefined;
  const { code } = databaseErrorOf(error);
  if (code !== undefined && fullDisk.has(code)) return 'full_disk';
  if (code === READ_ONLY) return 'read_only';
  return code === '53300' || poolIsBusy.test((error as Partial<Error>).message ?? '') ? 'busy' : 'away';
}

/** Whether it has nothing to do with the rows at hand: the same work succeeds when it is done again. */
export const isTransient = (error: unknown): boolean =>
  ['collision', 'unavailable', 'cancelled'].includes(databaseFailure(error));
