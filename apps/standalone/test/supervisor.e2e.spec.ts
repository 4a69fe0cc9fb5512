import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, isAlive, stopCluster } from '#platform/postgres';

const root = join(import.meta.dirname, '../../..');
const supervisor = join(root, 'dist/apps/standalone/src/supervisor.js');
const application = join(import.meta.dirname, 'application.mjs');
const isRoot = process.getuid?.() === 0;
const nobody = { uid: 65534, gid: 65534 };

interface Mode {
  name: string;
  /** The folder that the data directory is made in. */
  base: string;
  as?: { uid: number; gid: number };
}

const reachable = !isRoot || spawnSync('test', ['-x', root], nobody).status === 0;
const namespaces = spawnSync('unshare', ['--user', 'true']).status === 0;
const modes: Mode[] = [
  ...(isRoot ? [{ name: 'root', base: tmpdir() }] : [{ name: 'an ordinary user', base: tmpdir() }]),
  ...(isRoot && namespaces ? [{ name: 'root, in a folder that only root may enter', base: homedir() }] : []),
  ...(isRoot && reachable ? [{ name: 'an ordinary user', base: tmpdir(), as: nobody }] : []),
];

interface Answer {
  directory: string;
  started: string;
  pid: number;
}

/** One installation: a data directory, a port, and the processes that a test starts over it. */
class Installation {
  readonly folder: string;
  readonly dataDir: string;
  port = 0;
  private readonly children: ChildProcess[] = [];

  constructor(private readonly mode: Mode) {
    this.folder = mkdtempSync(join(mode.base, 'cortex-supervisor-'));
    chmodSync(this.folder, mode.base === homedir() && isRoot ? 0o700 : 0o755);
    if (mode.as) chownSync(this.folder, mode.as.uid, mode.as.gid);
    this.dataDir = join(this.folder, 'data');
  }

  start(env: Record<string, string> = {}, as = this.mode.as) {
    const child = spawn(process.execPath, [supervisor, application], {
      cwd: '/',
      env: { PATH: process.env.PATH, PORT: String(this.port), CORTEX_DATA_DIR: this.dataDir, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...as,
    });
    this.children.push(child);
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    const ended = new Promise<{ code: number | null; output: string }>((done) =>
      child.on('close', (code) => done({ code, output })),
    );
    return { child, ended };
  }

  /** The first answer that is as wanted. */
  async answer(wanted: (answer: Answer) => boolean = () => true): Promise<Answer> {
    const until = Date.now() + 20_000;
    for (;;) {
      const answer = await fetch(`http://127.0.0.1:${this.port}/`).catch(() => undefined);
      const seen = answer?.ok ? ((await answer.json()) as Answer) : undefined;
      if (seen && wanted(seen)) return seen;
      if (Date.now() > until) throw new Error('The application did not answer.');
      await pause(25);
    }
  }

  get postmaster(): number {
    return Number(readFileSync(join(this.dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  async remove() {
    for (const child of this.children) if (child.exitCode === null) child.kill('SIGKILL');
    await stopCluster(this.dataDir);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function gone(...pids: number[]) {
  const until = Date.now() + 10_000;
  while (pids.some(isAlive)) {
    if (Date.now() > until) throw new Error(`Still alive: ${pids.filter(isAlive).join(', ')}`);
    await pause(20);
  }
}

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
}, 180_000);

describe.each(modes)('started by $name', (mode) => {
  let at: Installation;
  beforeAll(async () => {
    at = new Installation(mode);
    at.port = await freePort();
  });
  afterAll(() => at.remove());

  it('makes its database, answers, and refuses a second start on the same data', async () => {
    const first = at.start();
    const answer = await at.answer();
    expect(answer.directory).toBe(join(at.dataDir, 'postgres'));
    expect(statSync(join(at.dataDir, 'postgres.password')).mode & 0o777).toBe(0o600);

    const second = await at.start({ PORT: String(await freePort()) }).ended;
    expect(second.code).toBe(1);
    expect(second.output.trim().split('\n')).toHaveLength(1);
    expect(second.output).toContain(`(process ${first.child.pid}) already uses ${at.dataDir}`);

    const postmaster = at.postmaster;
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    await gone(answer.pid, postmaster);
    expect(existsSync(join(at.dataDir, 'cortex.lock'))).toBe(false);
  });

  it('takes over the server that a killed supervisor left, and the application does not stay behind', async () => {
    const first = at.start();
    const before = await at.answer();
    first.child.kill('SIGKILL');
    await gone(before.pid);

    const second = at.start();
    const after = await at.answer();
    expect(after.started).toBe(before.started);
    const postmaster = at.postmaster;
    process.kill(-second.child.pid!, 'SIGINT');
    expect((await second.ended).code).toBe(0);
    await gone(after.pid, postmaster);
  });

  it('starts at once after everything was killed', async () => {
    const first = at.start();
    const before = await at.answer();
    for (const pid of [first.child.pid!, before.pid, at.postmaster]) process.kill(pid, 'SIGKILL');
    await gone(before.pid);

    const second = at.start();
    const after = await at.answer();
    expect(after.started).not.toBe(before.started);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });

  it('brings back the server, the application and both when they are killed, and ends cleanly after it', async () => {
    const first = at.start();
    const before = await at.answer();
    process.kill(at.postmaster, 'SIGKILL');
    // The application stays, and finds the server at the same address.
    const second = await at.answer((answer) => answer.started !== before.started);
    expect(second.pid).toBe(before.pid);

    process.kill(second.pid, 'SIGKILL');
    const third = await at.answer((answer) => answer.pid !== second.pid);
    expect(third.started).toBe(second.started);

    for (const pid of [third.pid, at.postmaster]) process.kill(pid, 'SIGKILL');
    const fourth = await at.answer((answer) => answer.pid !== third.pid);
    expect(fourth.started).not.toBe(third.started);

    const postmaster = at.postmaster;
    first.child.kill('SIGTERM');
    const { code, output } = await first.ended;
    expect(code).toBe(0);
    expect(output).toMatch(/^PostgreSQL ended unexpectedly\. Starting it again in [\d.]+ s\.$/m);
    expect(output).toMatch(/^The application ended unexpectedly \(by SIGKILL\)\. Starting it again in [\d.]+ s\.$/m);
    await gone(fourth.pid, postmaster);
    expect(existsSync(join(at.dataDir, 'postgres/postmaster.pid'))).toBe(false);
    expect(existsSync(join(at.dataDir, 'cortex.lock'))).toBe(false);
  });
});

describe('what it cannot start with', () => {
  const blockers: Server[] = [];
  let at: Installation;
  beforeAll(async () => {
    at = new Installation(modes[0]!);
    at.port = await freePort();
  });
  afterEach(() => blockers.splice(0).forEach((server) => server.close()));
  afterAll(() => at.remove());

  const sentence = async (env: Record<string, string>, as?: { uid: number; gid: number }) => {
    const { code, output } = await at.start(env, as).ended;
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    return output.trim();
  };

  it('says how DATABASE_URL should look', async () => {
    expect(await sentence({ DATABASE_URL: 'localhost:5432' })).toMatch(/^DATABASE_URL must look like postgres:/);
  });

  it.each(['api', 'worker'])('says that the role %s needs a database', async (role) => {
    expect(await sentence({ CORTEX_ROLE: role })).toMatch(
      /needs a database that other processes share: set DATABASE_URL/,
    );
  });

  it('says which variable is wrong', async () => {
    expect(await sentence({ PORT: 'http' })).toMatch(/PORT/);
  });

  it('says that the port of PostgreSQL is taken', async () => {
    const taken = await freePort();
    const server = createServer().listen(taken, '127.0.0.1');
    blockers.push(server);
    expect(await sentence({ CORTEX_PG_PORT: String(taken) })).toContain(`Port ${taken} is taken by another program`);
  });

  it('says that the data directory cannot be written', async () => {
    // A file in its place is refused to everybody, root included.
    expect(await sentence({ CORTEX_DATA_DIR: join(application, 'data') })).toMatch(
      /cannot be written .*CORTEX_DATA_DIR/,
    );
    if (!isRoot || reachable) {
      const closed = join(at.folder, 'closed');
      mkdirSync(closed, { mode: 0o555 });
      if (isRoot) chownSync(closed, nobody.uid, nobody.gid);
      expect(await sentence({ CORTEX_DATA_DIR: closed }, isRoot ? nobody : undefined)).toMatch(
        /cannot be written \(EACCES\)/,
      );
    }
  });

  it('says that the data directory belongs to another user', async () => {
    const foreign = isRoot ? join(at.folder, 'foreign') : '/root';
    if (isRoot) mkdirSync(foreign, { mode: 0o755 });
    const said = await sentence({ CORTEX_DATA_DIR: foreign }, isRoot && reachable ? nobody : undefined);
    expect(said).toMatch(/belongs to another user/);
  });
});
