import 'reflect-metadata';
import { awaitFreePort, readConfig, runProgram } from '#platform';
import { startApplication } from './application.js';

runProgram(async () => {
  const config = readConfig();
  if (config.env.CORTEX_ROLE !== 'worker') await awaitFreePort(config.env.PORT);
  const application = await startApplication(config);
  process.stdout.write(application.greeting);
  return application.stop;
});
