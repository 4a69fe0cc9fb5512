import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { createDataSource, type DataSourceSettings } from '../db/data-source.js';
import { migrate } from '../db/migrator.js';
import { Database } from '../db/tx.js';
import { migrationsFolder } from './project.js';
import { toldError } from '../log/secrecy.js';

/**
 * Connects and brings the database to the state of `migrations/`.
 * @throws Error with one sentence when there is no server, no access or no usable database
 */
export async function openDatabase(settings: DataSourceSettings): Promise<Database> {
  const source = createDataSource(settings);
  try {
    await source.initialize();
  } catch (error) {
    const { host, pathname } = new URL(settings.url);
    throw new Error(
      `The database ${pathname.slice(1)} at ${host} cannot be reached (${(error as Error).message || (error as NodeJS.ErrnoException).code}). Check DATABASE_URL and that the server runs.`,
      { cause: error },
    );
  }
  try {
    await migrate(source, migrationsFolder());
    return new Database(source);
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

/**
 * Comes back when nobody listens on the port; one that is just ending gets two seconds.
 * @throws Error with one sentence when it stays taken or may not be used
 */
export async function awaitFreePort(port: number): Promise<void> {
  const until = Date.now() + 2000;
  for (;;) {
    const failure = await tryListening(port);
    if (!failure) return;
    if (failure !== 'EADDRINUSE') throw new Error(`Port ${port} cannot be used (${failure}). Set PORT to another one.`);
    if (Date.now() > until) throw new Error(`Port ${port} is taken by another program. Set PORT to a free one.`);
    await pause(100);
  }
}

async function tryListening(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(undefined)));
  });
}

const READY = 'ready';

/** Whether a program that `runProgram` runs says by this message that its start is done. */
export const isReadyMessage = (message: unknown): boolean => message === READY;

/**
 * Runs a program of ours to its end: `start` brings it up and returns how to stop it. It stops, finishing what
 * is in hand, on Ctrl-C, SIGTERM, or when the supervisor that started it is gone.
 * What prevents the start is one sentence on the terminal and exit code 1.
 */
export function runProgram(start: () => Promise<() => Promise<void>>): void {
  let asked = false;
  let stop: (() => Promise<void>) | undefined;
  const end = async (code: number) => {
    if (asked) return;
    asked = true;
    // While it still starts, the start's own end looks at `asked`.
    if (!stop) return;
    await finish(stop, code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
  // Node's own way would print everything that the error carries, such as the values of a failed statement.
  process.on('uncaughtException', (error) => {
    const { type, message, code, stack } = toldError(error);
    process.stderr.write(`${type}${code ? ` ${code}` : ''}: ${message}\n${stack ?? ''}\n`);
    process.exit(1);
  });
  outliveTheTerminal();
  // Whoever lost its supervisor must not keep the port; the database may go away at any moment.
  process.on('disconnect', () => void end(1));
  start().then(
    async (made) => {
      stop = made;
      if (asked) await finish(stop, 0);
      else if (process.connected) process.send?.(READY);
    },
    (error: Error) => {
      process.stderr.write(`${error.message}\n`);
      process.exit(asked ? 0 : 1);
    },
  );
}

/** What is written for people is lost where nobody can read it, be the disk full or the terminal gone; nothing ends by it. */
export function outliveTheTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

async function finish(stop: () => Promise<void>, code: number): Promise<void> {
  const late = setTimeout(() => process.exit(1), 9000);
  late.unref();
  try {
    await stop();
    process.exit(code);
  } catch (error) {
    process.stderr.write(`The end was not clean: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
