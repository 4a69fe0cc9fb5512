import { join } from 'node:path';
import { ensureFirstStart } from '#access';
import { createDataSource, createLog, Database, migrate, readConfig } from '#platform';
import { createApi } from './app.js';
import { projectRoot } from './http/static-web.js';

/** The API alone, on a given database. */
async function main(): Promise<void> {
  const config = readConfig();
  const url = config.env.DATABASE_URL;
  if (!url) throw new Error('The role api needs DATABASE_URL: postgres://user:password@host:5432/database.');
  const log = createLog(config.env.LOG_LEVEL, 'api');
  const source = createDataSource({
    url,
    applicationName: 'cortex api',
    onPoolError: (error) => log.warn({ err: error }, 'database pool'),
  });
  await source.initialize();
  await migrate(source, join(projectRoot(), 'migrations'));
  const database = new Database(source);
  const first = await ensureFirstStart(database, config);
  // To the terminal and not to the log: these are shown once.
  if (first.adminPassword)
    process.stdout.write(`Administrator: ${first.adminEmail}, initial password: ${first.adminPassword}\n`);
  if (first.apiKey) process.stdout.write(`Server API key: ${first.apiKey}\n`);
  const app = await createApi({ config, database, log });
  await app.listen(config.env.PORT, '0.0.0.0');
  log.info({ port: config.env.PORT }, 'api is listening');
  const stop = async () => {
    await app.close();
    await source.destroy();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop());
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
