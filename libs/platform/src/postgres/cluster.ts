import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, copyFile, mkdir, open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findBinaries, type Binaries } from './binaries.js';
import { chooseOwner, runAs, spawnAs, type Owner } from './owner.js';

/** A running server that is ours, whether we started it or found it alive. */
export interface Cluster extends Alive {
  /** Of the database `cortex`, with its password; never log it. */
  url: string;
}

export interface ClusterSettings {
  /** The folder that holds everything of this installation. */
  dataDir: string;
  /** Absent: the remembered port, else a free one. */
  port?: number;
  /** Further server settings, e.g. `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>;
}

// Not `cortex`: a schema of the user's own name would come first in every search path.
const USER = 'postgres';
const DATABASE = 'cortex';
const STALE_START = /lock file "postmaster\.pid" already exists|pre-existing shared memory block/;

const places = (dataDir: string) => ({
  cluster: join(dataDir, 'postgres'),
  unfinished: join(dataDir, 'postgres.init'),
  password: join(dataDir, 'postgres.password'),
  port: join(dataDir, 'postgres.port'),
  log: join(dataDir, 'postgres.log'),
});

/**
 * Brings up PostgreSQL over `dataDir`: makes the cluster the first time, takes over a server that is still
 * alive, else starts one and waits until it answers.
 * @throws Error with one sentence when the folder, the port or the server does not allow it.
 */
export async function startCluster(settings: ClusterSettings): Promise<Cluster> {
  const binaries = await findBinaries();
  const at = places(settings.dataDir);
  const owner = await chooseOwner(at.cluster, settings.dataDir, binaries);
  await initialise(settings.dataDir, binaries, owner);
  const password = (await readFile(at.password, 'utf8')).trim();
  for (let attempt = 1; ; attempt += 1) {
    const alive = await adopt(settings.dataDir, password);
    if (alive) return finish(settings.dataDir, alive, password);
    const port = await choosePort(settings);
    const started = await launch(settings, binaries, owner, port, password);
    const { child } = started;
    if (child) return finish(settings.dataDir, { port, pid: child.pid!, adopted: false, child }, password);
    if (!STALE_START.test(started.log) || attempt >= 20) {
      const lines = started.log.trim().split('\n').slice(-3).join('\n');
      throw new Error(`PostgreSQL did not start. Its log (${at.log}) ends with:\n${lines}`);
    }
    await pause(300);
  }
}

/** Stops the server that runs over `dataDir`, whoever started it: fast at first, at once when that does not help. */
export async function stopCluster(dataDir: string): Promise<void> {
  const pid = (await readPostmaster(dataDir))?.pid;
  if (pid === undefined || !isAlive(pid)) return;
  for (const [signal, patience] of [
    ['SIGINT', 5000],
    ['SIGQUIT', 2000],
  ] as const) {
    if (!signalProcess(pid, signal)) return;
    const until = Date.now() + patience;
    while (Date.now() < until) {
      await pause(20);
      if (!isAlive(pid)) return;
    }
  }
}

async function initialise(dataDir: string, binaries: Binaries, owner: Owner): Promise<void> {
  const at = places(dataDir);
  if (await stat(at.cluster).catch(() => undefined)) return;
  // An initdb that was killed leaves this behind; the real name appears only when it is whole.
  await rm(at.unfinished, { recursive: true, force: true });
  await mkdir(at.unfinished, { mode: 0o700 });
  const passwordForInit = join(at.unfinished, '..', 'postgres.password.init');
  await rm(passwordForInit, { force: true });
  await writeFile(passwordForInit, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (owner.kind === 'user') {
    await chown(at.unfinished, owner.uid, owner.gid);
    await chown(passwordForInit, owner.uid, owner.gid);
  }
  const made = await runAs(owner, binaries.initdb, [
    `--pgdata=${at.unfinished}`,
    `--username=${USER}`,
    `--pwfile=${passwordForInit}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]);
  if (made.code !== 0) {
    await rm(at.unfinished, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL's data could not be made in ${dataDir}: ${made.output.split('\n').slice(-2).join(' ')}`,
    );
  }
  if (owner.kind === 'user') await chown(passwordForInit, process.getuid!(), process.getgid!());
  await rename(passwordForInit, at.password);
  await rename(at.unfinished, at.cluster);
}

interface Alive {
  port: number;
  /** The postmaster's. */
  pid: number;
  adopted: boolean;
  /** The postmaster, where this process started it. */
  child?: ChildProcess;
}

/** The server whose postmaster.pid lies in our folder, if it lives and truly serves that folder. */
async function adopt(dataDir: string, password: string): Promise<Alive | undefined> {
  const kept = await readPostmaster(dataDir);
  if (!kept || !isAlive(kept.pid)) return undefined;
  const client = new pg.Client(connection(kept.port, password, 'postgres'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('show data_directory');
    return rows[0].data_directory === places(dataDir).cluster ? { ...kept, adopted: true } : undefined;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readPostmaster(dataDir: string): Promise<{ pid: number; port: number } | undefined> {
  const text = await readFile(join(places(dataDir).cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  return pid > 0 ? { pid, port: Number(lines[3]) } : undefined;
}

async function choosePort(settings: ClusterSettings): Promise<number> {
  if (settings.port) {
    if (await isFree(settings.port)) return settings.port;
    throw new Error(`Port ${settings.port} is taken by another program. Set CORTEX_PG_PORT to a free one.`);
  }
  const kept = Number(await readFile(places(settings.dataDir).port, 'utf8').catch(() => '0'));
  if (kept > 0 && (await isFree(kept))) return kept;
  return freePort();
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

async function launch(
  settings: ClusterSettings,
  binaries: Binaries,
  owner: Owner,
  port: number,
  password: string,
): Promise<{ child?: ChildProcess; log: string }> {
  const at = places(settings.dataDir);
  const wanted: Record<string, string> = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    shared_buffers: '128MB',
    max_connections: '100',
    // Each round is a process of its own. What must be cleaned sooner, the worker has cleaned (table-cleaning.ts).
    autovacuum_naptime: '30s',
    // Failed statements hold people's data. Cortex logs them itself, without values.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...settings.settings,
  };
  await boundLog(settings.dataDir);
  const log = await open(at.log, 'a', 0o600);
  const begin = (await log.stat()).size;
  const args = ['-D', at.cluster, ...Object.entries(wanted).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  // A group of its own, so that Ctrl-C in the terminal reaches the server through us, after its clients.
  const child = spawnAs(owner, binaries.postgres, args, { detached: true, stdio: ['ignore', log.fd, log.fd] });
  let ended = false;
  child.on('exit', () => (ended = true));
  child.on('error', () => (ended = true));
  child.unref();
  try {
    const until = Date.now() + 60_000;
    while (!ended && Date.now() < until) {
      if (await answers(port, password)) return { child, log: '' };
      await pause(50);
    }
    if (!ended) signalProcess(child.pid!, 'SIGQUIT');
    const text = await readFile(at.log, 'utf8');
    return { log: text.slice(begin) || 'The program could not be started.' };
  } finally {
    await log.close();
  }
}

/** Bytes from which the log moves to `postgres.log.1`; what stood there goes. */
const LOG_SIZE = 10 * 1024 * 1024;

/** Keeps the server's log below about twenty megabytes. The server may be running: it writes on at the new beginning. */
export async function boundLog(dataDir: string): Promise<void> {
  const { log } = places(dataDir);
  const { size } = await stat(log).catch(() => ({ size: 0 }));
  if (size < LOG_SIZE) return;
  await copyFile(log, `${log}.1`);
  await truncate(log);
}

const connection = (port: number, password: string, database: string) => ({
  host: '127.0.0.1',
  port,
  user: USER,
  password,
  database,
  connectionTimeoutMillis: 3000,
});

async function answers(port: number, password: string): Promise<boolean> {
  const client = new pg.Client(connection(port, password, 'postgres'));
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function finish(dataDir: string, alive: Alive, password: string): Promise<Cluster> {
  await writeFile(places(dataDir).port, `${alive.port}\n`);
  const client = new pg.Client(connection(alive.port, password, 'postgres'));
  await client.connect();
  try {
    const known = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (known.rowCount === 0) await client.query(`create database ${DATABASE} encoding 'UTF8'`);
  } finally {
    await client.end();
  }
  return { ...alive, url: `postgres://${USER}:${password}@127.0.0.1:${alive.port}/${DATABASE}` };
}

/** Whether a process runs, also one of another user. One that ended and was not yet collected does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2) !== 'Z';
  } catch {
    return process.platform !== 'linux';
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
