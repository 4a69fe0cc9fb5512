import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '#platform/postgres';
import { testDatabase, until, type TestDatabase } from '#testing';

const root = join(import.meta.dirname, '../../..');
const key = 'a-server-key-for-the-shutdown';

describe('SIGTERM', () => {
  let db: TestDatabase;
  let port: number;
  let child: ChildProcess;
  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    db = await testDatabase();
  }, 180_000);
  afterEach(() => void child.kill('SIGKILL'));
  afterAll(() => db.drop());

  async function start(file: string, output: 'ignore' | number = 'ignore'): Promise<void> {
    port = await freePort();
    child = spawn(process.execPath, [join(root, file)], {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: db.url,
        PORT: String(port),
        CORTEX_API_KEY: key,
        CORTEX_DEMO: '0',
        LOG_LEVEL: output === 'ignore' ? 'fatal' : 'info',
      },
      stdio: ['ignore', output, output],
    });
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
      return answer?.status === 200;
    });
  }

  const ask = (agent?: Agent) =>
    new Promise<{ status?: number; connection?: string; text: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${key}` };
      get({ host: '127.0.0.1', port, path: '/attention', agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, connection: response.headers.connection, text }),
        );
        response.on('error', reject);
      }).on('error', reject);
    });
  const isRefused = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(false);
      }).on('error', () => resolve(true));
    });

  /** A request in hand that waits for as long as `meanwhile` runs. */
  const inHand = <T>(meanwhile: (answer: ReturnType<typeof ask>) => Promise<T>) =>
    db.database.tx(async (tx) => {
      await tx.run('lock table cortex.attention in access exclusive mode');
      const answer = ask();
      answer.catch(() => undefined);
      await until(async () => {
        const row = await tx.row<{ waits: boolean }>(
          "select exists (select from pg_locks where not granted and relation = 'cortex.attention'::regclass) as waits",
        );
        return row!.waits;
      });
      return meanwhile(answer);
    });

  it.each(['dist/apps/standalone/src/supervisor.js', 'dist/apps/standalone/src/main.js', 'dist/apps/api/src/main.js'])(
    'lets what is in hand be answered, takes nothing new, closes what is kept open, and ends: %s',
    async (file) => {
      await start(file);
      const agent = new Agent({ keepAlive: true });
      expect((await ask(agent)).status).toBe(200);
      const [kept] = Object.values(agent.freeSockets).flat();
      const closed = once(kept!, 'close');
      const ended = once(child, 'exit');
      const answer = await inHand(async (waiting) => {
        child.kill('SIGTERM');
        await until(isRefused);
        await closed;
        expect(child.exitCode).toBeNull();
        return { waiting };
      });
      expect(await answer.waiting).toMatchObject({
        status: 200,
        connection: 'close',
        text: expect.stringMatching(/^\{/),
      });
      expect(await ended).toEqual([0, null]);
    },
  );

  // `/dev/full` answers every write as a full disk does.
  (process.platform === 'linux' ? it : it.skip)(
    'ends a program that went on without room for its log, and said so',
    async () => {
      const full = openSync('/dev/full', 'w');
      try {
        await start('dist/apps/standalone/src/supervisor.js', full);
      } finally {
        closeSync(full);
      }
      await until(async () => (await ask()).text.includes('The log cannot be written'));
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    },
  );

  it('does not wait for ever for a request that does not come to an end', async () => {
    await start('dist/apps/standalone/src/main.js');
    const began = Date.now();
    await inHand(async (waiting) => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      expect(await ended).toEqual([1, null]);
      await expect(waiting).rejects.toThrow();
    });
    expect(Date.now() - began).toBeLessThan(20_000);
  });
});
