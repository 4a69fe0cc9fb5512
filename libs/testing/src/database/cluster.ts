import { spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCluster } from '#platform/postgres';

/** The id of this test run; jest.config.js sets it, so that all workers and spawned processes share one cluster. */
const run = process.env.CORTEX_TEST_RUN ?? String(process.pid);

/** Bytes that a run's databases and its log take at most, with room to spare. */
const ROOM = 6 * 2 ** 30;

/** Where Linux keeps files in memory, if there is room; a database of 1,400 small files is made there ten times as fast. */
function scratch(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (process.platform === 'linux' && bavail * bsize > ROOM) return '/dev/shm';
  } catch {
    // There is none.
  }
  return tmpdir();
}

/**
 * The address of this run's PostgreSQL, started by whoever asks first. A watchman outside of us stops it and
 * removes its folder when the run's main process is gone, however it ended.
 */
export async function testCluster(): Promise<string> {
  const home = join(scratch(), `cortex-test-${run}`);
  await mkdir(home, { recursive: true });
  await chmod(home, 0o711);
  const ready = join(home, 'url');
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const url = await readFile(ready, 'utf8').catch(() => '');
    if (url.endsWith('\n')) return url.trim();
    const mine = await open(join(home, 'starting'), 'wx').catch(() => undefined);
    if (mine) {
      await mine.close();
      return start(home, ready);
    }
    await pause(50);
  }
  throw new Error(`The test cluster in ${home} did not come up within a minute.`);
}

async function start(home: string, ready: string): Promise<string> {
  watch(home);
  const cluster = await startCluster({
    dataDir: home,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      max_prepared_transactions: '20',
      shared_buffers: '256MB',
      max_wal_size: '2GB',
    },
  });
  await writeFile(ready, `${cluster.url}\n`);
  return cluster.url;
}

function watch(home: string): void {
  const script = [
    `while kill -0 "$1" 2>/dev/null; do sleep 1; done`,
    `[ -f "$2/postgres/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$2/postgres/postmaster.pid")" 2>/dev/null`,
    `sleep 1; rm -rf "$2"`,
  ].join('\n');
  spawn('sh', ['-c', script, 'cortex-test-watchman', run, home], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
}
