import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { environmentFor, type Config } from '#platform';
import { WORKER_FLAGS } from '#worker/flags';
import { isAlive, lockDataDir, startCluster, stopCluster, unusable, type Cluster } from '#platform/postgres';

/** How long the application may take to finish what it has in hand. */
const PATIENCE = 10_000;
/** Milliseconds between looks at the server's process. */
const WATCH = 1_000;
/** After how many deaths of the server we give up. */
const MOST_LOSSES = 10;

/**
 * Runs `program` over a database until it ends or we are told to stop, and leaves nothing behind.
 * @returns the exit code: 0 when we were told to stop, 1 when the application ended by itself
 * @throws Error with one sentence when the start is not possible
 */
export async function supervise(config: Config, program: string): Promise<number> {
  const stop = stopSignal();
  if (config.env.DATABASE_URL !== undefined) {
    return runApplication(program, {}, stop, undefined, config.env.CORTEX_ROLE === 'worker' ? WORKER_FLAGS : []);
  }
  const dataDir = await prepareDataDir(config.env.CORTEX_DATA_DIR);
  const unlock = await lockDataDir(dataDir);
  try {
    const settings = { dataDir, port: config.env.CORTEX_PG_PORT };
    let cluster = await startCluster(settings);
    try {
      for (let losses = 0; losses < MOST_LOSSES; losses += 1) {
        const outcome = await runOver(cluster, program, config, stop);
        if (typeof outcome === 'number') return outcome;
        console.error('PostgreSQL ended unexpectedly. Starting it again.');
        cluster = await startCluster(settings);
      }
      throw new Error(`PostgreSQL ended ${MOST_LOSSES} times. Its log is ${dataDir}/postgres.log.`);
    } finally {
      await stopCluster(dataDir);
    }
  } finally {
    await unlock();
  }
}

/** Runs the application until it ends; `'database gone'` when the server died under it. */
async function runOver(
  cluster: Cluster,
  program: string,
  config: Config,
  stop: StopSignal,
): Promise<number | 'database gone'> {
  const lost = new AbortController();
  const watch = setInterval(() => {
    if (!isAlive(cluster.pid) && !stop.asked) lost.abort();
  }, WATCH);
  try {
    // Sample people belong to a database that nobody else uses, unless we were told otherwise.
    const demo = config.env.CORTEX_DEMO === false ? '0' : '1';
    const code = await runApplication(program, { DATABASE_URL: cluster.url, CORTEX_DEMO: demo }, stop, lost.signal);
    return !stop.asked && !isAlive(cluster.pid) ? 'database gone' : code;
  } finally {
    clearInterval(watch);
  }
}

async function runApplication(
  program: string,
  extra: Record<string, string>,
  stop: StopSignal,
  lost?: AbortSignal,
  flags: readonly string[] = [],
): Promise<number> {
  if (stop.asked) return 0;
  // The channel tells the application when we are gone: without us it must not keep the port.
  const child = spawn(process.execPath, [...flags, '--enable-source-maps', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: environmentFor(extra),
  });
  const end = () => void endChild(child);
  stop.onAsked(end);
  lost?.addEventListener('abort', end, { once: true });
  const code = await new Promise<number>((done) => {
    child.on('error', () => done(1));
    child.on('exit', (status) => done(status ?? 1));
  });
  if (stop.asked) return 0;
  return code === 0 ? 1 : code;
}

async function endChild(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  const until = Date.now() + PATIENCE;
  while (child.exitCode === null && child.signalCode === null) {
    if (Date.now() > until) child.kill('SIGKILL');
    await pause(20);
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

interface StopSignal {
  readonly asked: boolean;
  onAsked(act: () => void): void;
}

/** Ctrl-C reaches the whole group and npm passes it on again, so being told twice means the same as once. */
function stopSignal(): StopSignal {
  let asked = false;
  const acts: (() => void)[] = [];
  const tell = () => {
    if (asked) return;
    asked = true;
    for (const act of acts) act();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, tell);
  return {
    get asked() {
      return asked;
    },
    onAsked: (act) => void acts.push(act),
  };
}
