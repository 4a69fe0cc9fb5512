import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retryLaws } from '#platform';
import { freePort, isAlive, stopCluster } from '#platform/postgres';
import { until } from '#testing';
import { Deaths } from '../src/lives.js';

const root = join(import.meta.dirname, '../../..');
const short = { law: { tries: 4, first: 0.05, factor: 2 }, healthy: 1500 };

describe('how often npm start starts something again', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'cortex-lives-'));
    chmodSync(folder, 0o755);
    const built = spawnSync(process.execPath, [join(root, 'apps/standalone/build.mjs'), '--server'], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env.PATH}` },
    });
    if (built.status !== 0) throw new Error(`${built.stdout}\n${built.stderr}`);
  }, 180_000);
  afterAll(async () => {
    await stopCluster(join(folder, 'data'));
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (program: string, env: Record<string, string>) => {
    const test = (name: string) => join(root, 'apps/standalone/test', name);
    const child = spawn(process.execPath, [test('short-lives.mjs'), test(program), JSON.stringify(short)], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = new Promise<{ code: number | null; output: string }>((done) =>
      child.on('close', (code) => done({ code, output })),
    );
    return { child, ended };
  };
  const startsOf = (file: string) => readFileSync(file, 'utf8').trim().split('\n').map(Number);

  it('counts deaths in a row, and a healthy while begins anew', () => {
    const deaths = new Deaths({ law: retryLaws.process, healthy: 60_000 });
    const pauses = (n: number, lived: number) => Array.from({ length: n }, () => deaths.add(lived));
    expect(pauses(9, 1000)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(deaths.add(60_000)).toBe(500);
    expect(pauses(9, 59_999).at(-1)).toBeUndefined();
    expect(deaths.inARow).toBe(10);
  });

  it.each(['api', 'worker'])(
    'gives up on the role %s after a bounded number of deaths, with the reason',
    async (role) => {
      const COUNT = join(folder, `${role}.txt`);
      // The second life is a healthy one: four more deaths are allowed from there on.
      const { code, output } = await start('short-lived.mjs', {
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
        CORTEX_ROLE: role,
        LIVES: '0,1600',
        COUNT,
      }).ended;
      expect(code).toBe(1);
      const again = [...output.matchAll(/again in ([\d.]+) s/g)].map(([, seconds]) => Number(seconds));
      expect(again).toEqual([0.05, 0.05, 0.1, 0.2]);
      expect(output.trim().split('\n').at(-1)).toBe(
        'The application ended 4 times in a row, the last time by SIGKILL: given up.',
      );
      expect(startsOf(COUNT).filter(isAlive)).toEqual([]);
    },
  );

  it('gives up on PostgreSQL likewise, and takes the application along', async () => {
    const COUNT = join(folder, 'postgres.txt');
    const CORTEX_DATA_DIR = join(folder, 'data');
    const pidFile = join(CORTEX_DATA_DIR, 'postgres/postmaster.pid');
    const postmaster = () => Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
    const { ended } = start('short-lived.mjs', {
      CORTEX_DATA_DIR,
      CORTEX_PG_PORT: String(await freePort()),
      LIVES: '600000',
      COUNT,
    });
    let last = 0;
    let over = false;
    void ended.then(() => (over = true));
    // The first start is done when the application runs.
    await until(() => existsSync(COUNT));
    while (!over) {
      await until(async () => {
        try {
          return over || (postmaster() !== last && isAlive(postmaster()));
        } catch {
          return false;
        }
      });
      if (over) break;
      last = postmaster();
      process.kill(last, 'SIGKILL');
    }
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toMatch(/^PostgreSQL ended 4 times in a row\. /m);
    const [pid, ...more] = startsOf(COUNT);
    expect(more).toEqual([]);
    expect(isAlive(pid!)).toBe(false);
  });
});
