import { connectionOptions, IDLE } from './connection.js';
import { DataSource, type EntitySchema, type Logger } from 'typeorm';

export interface DataSourceSettings {
  url: string;
  applicationName: string;
  /** Connections in the pool. */
  poolSize?: number;
  /** Milliseconds after which a statement fails that says nothing of its own; a quarter of an hour when absent. */
  statementTimeout?: number;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type for entity classes
  entities?: (Function | EntitySchema)[];
  onPoolError?: (error: Error) => void;
}

/** Milliseconds: longer than the longest work of a night. */
const LONGEST_STATEMENT = 900_000;

const quiet = () => undefined;
/** Errors are thrown to whoever asked; printed queries would carry personal data. */
const silence: Logger = {
  logQuery: quiet,
  logQueryError: quiet,
  logQuerySlow: quiet,
  logSchemaBuild: quiet,
  logMigration: quiet,
  log: quiet,
};

/** TypeORM's source over pg. The schema is the migrations' alone: never synchronised, never run implicitly. */
export function createDataSource(settings: DataSourceSettings): DataSource {
  return new DataSource({
    type: 'postgres',
    url: settings.url,
    applicationName: settings.applicationName,
    poolSize: settings.poolSize ?? 10,
    entities: settings.entities ?? [],
    synchronize: false,
    migrationsRun: false,
    migrationsTableName: 'cortex.migrations',
    logging: false,
    logger: silence,
    installExtensions: false,
    // Without a handler a stopping server would crash the process.
    poolErrorHandler: (error: Error) => settings.onPoolError?.(error),
    extra: {
      ...connectionOptions({
        url: settings.url,
        name: settings.applicationName,
        statementTimeout: settings.statementTimeout ?? LONGEST_STATEMENT,
        session: { default_transaction_isolation: 'read committed' },
      }),
      idleTimeoutMillis: IDLE,
    },
  });
}
