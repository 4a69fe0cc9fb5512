import type pg from 'pg';
import { readableInstants } from './readable-instants.js';

/** Milliseconds until a connection is there, whether it is made or waited for. */
export const CONNECT_PATIENCE = 3_000;
/** Milliseconds that a connection stays open unused: making one costs a server more than a minute of a worker's looking. */
export const IDLE = 300_000;
/** Milliseconds that the client waits longer than the server, which ends a statement with a reason. */
const GRACE = 5_000;

/** What the server does about a client that is gone, so that no lock stays behind. */
const SERVER_SIDE = {
  timezone: 'UTC',
  client_connection_check_interval: '2s',
  idle_in_transaction_session_timeout: '5min',
  tcp_keepalives_idle: '10s',
  tcp_keepalives_interval: '5s',
  tcp_keepalives_count: '3',
};

export interface ConnectionSettings {
  url: string | undefined;
  name: string;
  /** Milliseconds after which a statement fails; the server ends it, and the client when the server does not. */
  statementTimeout?: number;
  /** Further settings of the session. */
  session?: Readonly<Record<string, string>>;
}

/**
 * How every connection to the database is made, whoever makes it: nothing waits without an end, and a line that is dead
 * is noticed on both sides.
 */
export function connectionOptions({ url, name, statementTimeout, session = {} }: ConnectionSettings): pg.ClientConfig {
  const settings = {
    ...SERVER_SIDE,
    ...(statementTimeout === undefined ? {} : { statement_timeout: String(statementTimeout) }),
    ...session,
  };
  return {
    connectionString: url,
    application_name: name,
    connectionTimeoutMillis: CONNECT_PATIENCE,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    ...(statementTimeout === undefined ? {} : { query_timeout: statementTimeout + GRACE }),
    types: readableInstants,
    options: Object.entries(settings)
      .map(([setting, value]) => `-c ${setting}=${value.replaceAll(' ', '\\ ')}`)
      .join(' '),
  };
}

/** Ends a connection whose other side may be gone: nothing is sent, and nothing waited for. */
export function cut(client: pg.ClientBase): void {
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}
