import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { retryLaws, type Config } from '#platform';
import { lockDataDir, unusable } from '#platform/postgres';
import { WORKER_ENVIRONMENT, WORKER_FLAGS } from '#worker/flags';
import { KeptApplication } from './kept-application.js';
import { KeptPostgres } from './kept-postgres.js';
import type { Lives } from './lives.js';
import { stopSignal } from './stop-signal.js';

const usualLives: Lives = { law: retryLaws.process, healthy: 60_000 };

/**
 * Runs `program` over a database until we are told to stop, and leaves nothing behind. Whichever of the two dies is
 * started again, until it dies too often in a row.
 * @returns the exit code: 0 when we were told to stop, 1 when the application could not start
 * @throws Error with one sentence when the start is not possible, or something died too often
 */
export async function supervise(config: Config, program: string, lives = usualLives): Promise<number> {
  const stop = stopSignal();
  if (config.env.DATABASE_URL !== undefined) {
    return new KeptApplication({
      program,
      ...(config.env.CORTEX_ROLE === 'api'
        ? { flags: [], environment: async () => ({}) }
        : { flags: WORKER_FLAGS, environment: async () => WORKER_ENVIRONMENT }),
      disturbances: () => 0,
      lives,
      stop,
    }).run();
  }
  const dataDir = await prepareDataDir(config.env.CORTEX_DATA_DIR);
  const unlock = await lockDataDir(dataDir);
  try {
    const settings = { dataDir, port: config.env.CORTEX_PG_PORT };
    const postgres = await KeptPostgres.start(settings, lives, {
      moved: () => application.move(),
      gaveUp: (why) => application.giveUp(why),
    });
    // Sample people belong to a database that nobody else uses, unless we were told otherwise.
    const demo = config.env.CORTEX_DEMO === false ? '0' : '1';
    const application = new KeptApplication({
      program,
      flags: WORKER_FLAGS,
      environment: async () => ({ ...WORKER_ENVIRONMENT, DATABASE_URL: await postgres.address(), CORTEX_DEMO: demo }),
      disturbances: () => postgres.losses,
      lives,
      stop,
    });
    try {
      return await application.run();
    } finally {
      await postgres.close();
    }
  } finally {
    await unlock();
  }
}

async function prepareDataDir(given: string): Promise<string> {
  const path = resolve(given);
  try {
    // The server may run as another user, who must be able to pass through to its own, closed folder.
    await mkdir(path, { recursive: true, mode: 0o711 });
    return await realpath(path);
  } catch (error) {
    throw await unusable(path, error);
  }
}
