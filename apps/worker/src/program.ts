import 'reflect-metadata';
import { sealStored } from '#engine';
import { createLog, openDatabase, readConfigWithDatabase, runProgram, Vault } from '#platform';
import { Queue } from '#queue';
import { createWorker } from './worker.js';

/** The worker alone, on a given database; any number of them may run. */
runProgram(async () => {
  const { config, url } = readConfigWithDatabase('The worker');
  const log = createLog(config.env.LOG_LEVEL, 'worker');
  for (const note of config.notes) log.warn(note);
  const database = await openDatabase({
    url,
    applicationName: 'cortex worker',
    poolSize: 12,
    onPoolError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
  });
  await sealStored(database, new Vault(database, config), log);
  const worker = await createWorker({ config, database, log, queue: new Queue({ database, log }) });
  return async () => {
    await worker.close();
    await database.source.destroy();
  };
});
