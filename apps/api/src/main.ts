import { ensureFirstStart, firstStartText } from '#access';
import { makeSystemMails } from '#actions';
import { sealStored } from '#engine';
import { awaitFreePort, createLog, openDatabase, readConfigWithDatabase, runProgram, Vault } from '#platform';
import { createApi } from './app.js';

/** The API alone, on a given database; any number of them may run. */
runProgram(async () => {
  const { config, url } = readConfigWithDatabase('The API');
  await awaitFreePort(config.env.PORT);
  const log = createLog(config.env.LOG_LEVEL, 'api');
  for (const note of config.notes) log.warn(note);
  const database = await openDatabase({
    url,
    applicationName: 'cortex api',
    onPoolError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
  });
  // To the terminal and not to the log.
  await ensureFirstStart(database, config, (made) => void process.stdout.write(firstStartText(made)));
  await sealStored(database, new Vault(database, config), log);
  await makeSystemMails(database);
  const app = await createApi({ config, database, log });
  await app.listen(config.env.PORT, '0.0.0.0');
  log.info({ port: config.env.PORT }, 'started');
  return async () => {
    await app.close();
    await database.source.destroy();
  };
});
