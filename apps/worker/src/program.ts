import 'reflect-metadata';
import { createLog, openDatabase, readConfig, runProgram } from '#platform';
import { Queue } from '#queue';
import { createWorker } from './worker.js';

/** The worker alone, on a given database; any number of them may run. */
runProgram(async () => {
  const config = readConfig();
  const url = config.env.DATABASE_URL;
  if (!url) throw new Error('The worker needs DATABASE_URL: postgres://user:password@host:5432/database.');
  const log = createLog(config.env.LOG_LEVEL, 'worker');
  const database = await openDatabase({
    url,
    applicationName: 'cortex worker',
    poolSize: 12,
    onPoolError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
  });
  const worker = await createWorker({ config, database, log, queue: new Queue({ database, log }) });
  return async () => {
    await worker.close();
    await database.source.destroy();
  };
});
