import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, stopCluster } from '#platform/postgres';
import { testDatabase } from '#testing';

const root = join(import.meta.dirname, '../../..');
const folder = mkdtempSync(join(tmpdir(), 'cortex-start-'));
const started: ChildProcess[] = [];

/** Starts Cortex as `npm start` does after its build. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(root, 'dist/apps/standalone/src/supervisor.js')], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'warn', CORTEX_DEMO: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    child.on('close', (code) => done({ code, output })),
  );
  const says = async (text: string) => {
    const until = Date.now() + 40_000;
    while (!output.includes(text)) {
      if (child.exitCode !== null || Date.now() > until) throw new Error(`It never said “${text}” but: ${output}`);
      await pause(20);
    }
    return output;
  };
  return { child, ended, says };
}

beforeAll(() => {
  const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
  });
  if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
}, 180_000);
afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL');
});
afterAll(async () => {
  await stopCluster(join(folder, 'data'));
  rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  it('dittofeed#529: brings everything it needs, waits for no other service, tells its secrets once, and ends quietly at Ctrl-C', async () => {
    const env = { CORTEX_DATA_DIR: join(folder, 'data'), PORT: String(await freePort()) };
    const first = start(env);
    const output = await first.says('Cortex is ready');
    expect(output).toContain(`Cortex is ready: http://localhost:${env.PORT}/sign-in`);
    expect(output).toMatch(/Initial password: \S{10,}/);
    const key = /Server API key: (\S+)/.exec(output)![1]!;
    const ready = await fetch(`http://127.0.0.1:${env.PORT}/health/ready`);
    expect(ready.status).toBe(200);
    const keys = await fetch(`http://127.0.0.1:${env.PORT}/api-keys`, { headers: { authorization: `Bearer ${key}` } });
    expect(keys.status).toBe(200);
    process.kill(-first.child.pid!, 'SIGINT');
    expect((await first.ended).code).toBe(0);

    const second = start(env);
    const again = await second.says('Cortex is ready');
    expect(again).not.toMatch(/password|API key/);
    second.child.kill('SIGTERM');
    expect(await second.ended).toMatchObject({ code: 0 });
  });

  it('says that the port is taken', async () => {
    const port = await freePort();
    const taker = createServer().listen(port, '0.0.0.0');
    const { code, output } = await start({ CORTEX_DATA_DIR: join(folder, 'data'), PORT: String(port) }).ended;
    taker.close();
    expect(code).toBe(1);
    expect(output.trim()).toBe(`Port ${port} is taken by another program. Set PORT to a free one.`);
  });

  it('says that the database of DATABASE_URL cannot be reached, without its password', async () => {
    const port = await freePort();
    const url = `postgres://somebody:topsecret@127.0.0.1:${port}/shop`;
    const { code, output } = await start({ DATABASE_URL: url, PORT: String(await freePort()) }).ended;
    expect(code).toBe(1);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(output).toContain(`The database shop at 127.0.0.1:${port} cannot be reached`);
    expect(output).not.toContain('topsecret');
  });
});

describe('several processes on one DATABASE_URL', () => {
  it('start together on an empty database, and one of them tells the secrets', async () => {
    const db = await testDatabase({ empty: true });
    const roles = ['api', 'worker', 'worker'];
    const processes = await Promise.all(
      roles.map(async (role) => start({ DATABASE_URL: db.url, CORTEX_ROLE: role, PORT: String(await freePort()) })),
    );
    const outputs = await Promise.all(
      processes.map(({ says }, at) => says(roles[at] === 'api' ? 'Cortex is ready' : 'The worker runs')),
    );
    expect(outputs.filter((output) => output.includes('Server API key'))).toHaveLength(1);
    for (const { child } of processes) child.kill('SIGTERM');
    const ends = await Promise.all(processes.map(({ ended }) => ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    await db.drop();
  });
});
