import { ensureFirstStart, firstStartText } from '#access';
import { makeSystemMails } from '#actions';
import { createApi } from '#api';
import { sealStored } from '#engine';
import { createLog, openDatabase, Vault, type Config } from '#platform';
import { Queue } from '#queue';
import { createWorker } from '#worker';
import { runSample } from './demo/run-sample.js';
import { seedDemo } from './demo/seed.js';

export interface Application {
  /** What the terminal shows. */
  greeting: string;
  /** Takes no more work, finishes what is in hand, closes everything. */
  stop(): Promise<void>;
}

/** The parts that the role names, in this process, over the database of `DATABASE_URL`. */
export async function startApplication(config: Config): Promise<Application> {
  const role = config.env.CORTEX_ROLE;
  const url = config.env.DATABASE_URL;
  if (!url) throw new Error('DATABASE_URL is missing: npm start brings a database, or name one of your own.');
  const log = createLog(config.env.LOG_LEVEL, role);
  for (const note of config.notes) log.warn(note);
  const database = await openDatabase({
    url,
    applicationName: `cortex ${role}`,
    poolSize: role === 'all' ? 20 : 12,
    onPoolError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
  });
  const undo: (() => Promise<void>)[] = [() => database.source.destroy()];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const vault = new Vault(database, config);
    // To the terminal and not to the log.
    await ensureFirstStart(database, config, (made) => void process.stdout.write(firstStartText(made)));
    await sealStored(database, vault, log);
    await makeSystemMails(database);
    if (config.env.CORTEX_DEMO) await seedDemo(database);
    const queue = new Queue({ database, log });
    const parts = { config, database, log, queue };
    if (role !== 'api') {
      const worker = await createWorker(parts);
      undo.push(() => worker.close());
    } else {
      await queue.start();
      undo.push(() => queue.stop());
    }
    let port: number | undefined;
    if (role !== 'worker') {
      const api = await createApi(parts);
      undo.push(() => api.close());
      await api.listen(config.env.PORT, '0.0.0.0');
      port = (api.getHttpServer().address() as { port: number }).port;
    }
    if (config.env.CORTEX_DEMO) {
      // Takes some seconds at the first start, for which nobody's first page waits.
      const sample = runSample(database, { config, vault, log, hasWorker: role !== 'api' });
      undo.push(() => sample);
    }
    log.info({ role, port }, 'started');
    return { greeting: greet(config, port), stop };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

function greet(config: Config, port: number | undefined): string {
  const place = config.env.CORTEX_PUBLIC_URL ? config.publicUrl : `http://localhost:${port}`;
  return `\n${port === undefined ? 'The worker runs.' : `Cortex is ready: ${place}/sign-in`}\n\n`;
}
