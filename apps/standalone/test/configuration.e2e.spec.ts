import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const programs = [
  { name: 'npm start', file: 'dist/apps/standalone/src/supervisor.js' },
  { name: 'the application', file: 'dist/apps/standalone/src/main.js' },
  { name: 'the API alone', file: 'dist/apps/api/src/main.js' },
  { name: 'the worker alone', file: 'dist/apps/worker/src/main.js' },
  { name: 'npm run sql', file: 'apps/standalone/sql.mjs' },
];

/** As a child of this test, with nothing of its environment. */
async function run(file: string, env: Record<string, string>) {
  const child = spawn(process.execPath, [join(root, file), 'select 1'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: output.trim().split('\n'), output };
}

describe('a configuration that is wrong', () => {
  let database: Server;
  let visits = 0;
  let dataDir: string;
  beforeAll(async () => {
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
    dataDir = join(mkdtempSync(join(tmpdir(), 'cortex-configuration-')), 'data');
    database = createServer((socket) => {
      visits += 1;
      socket.destroy();
    }).listen(0, '127.0.0.1');
    await once(database, 'listening');
  }, 180_000);
  afterAll(() => {
    database.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it.each(programs)('stops $name before anything is started, with a line for each mistake', async ({ file }) => {
    const { port } = database.address() as AddressInfo;
    const { code, lines, output } = await run(file, {
      DATABASE_URL: `postgres://shop:topsecret@127.0.0.1:${port}/shop`,
      CORTEX_DATA_DIR: dataDir,
      CORTEX_SECRET: 'hunter2',
      CORTEX_API_KEY: 'abc',
      CORTEX_TIMEZONE: 'Mars/Phobos',
      CORTEX_SENDER: 'nope',
      CORTEX_PUBLIC_URL: 'none',
      CORTEX_SENDNG: 'off',
    });
    expect(lines).toEqual([
      expect.stringMatching(/^CORTEX_API_KEY must have 20 to 200 /),
      expect.stringMatching(/^CORTEX_SECRET must have 32 to 1000 characters/),
      expect.stringMatching(/^CORTEX_PUBLIC_URL must be an address that begins with http/),
      expect.stringMatching(/^CORTEX_TIMEZONE must be the name of a time zone, such as Europe\/Berlin\.$/),
      expect.stringMatching(/^CORTEX_SENDER must be a sender, such as/),
      'CORTEX_SENDNG is not a variable that Cortex reads: did you mean CORTEX_SENDING?',
    ]);
    for (const secret of ['topsecret', 'hunter2', 'abc']) expect(output).not.toContain(secret);
    expect(code).toBe(1);
    expect(visits).toBe(0);
    expect(existsSync(dataDir)).toBe(false);
  });

  it.each(programs)('never shows the password of an address of $name that cannot be read', async ({ file }) => {
    const { code, lines } = await run(file, { DATABASE_URL: 'postgres://shop:12/topsecret@127.0.0.1:5432/shop' });
    expect(lines).toEqual([expect.stringMatching(/^DATABASE_URL must look like postgres:/)]);
    expect(code).toBe(1);
  });
});
