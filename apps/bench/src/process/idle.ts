/**
 * What the product costs while nothing happens: `npm start`'s processes and PostgreSQL's, with the sample people, over
 * a minute each time. Linux only.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { freePort } from '#platform/postgres';
import { median, microsecondsBetween, readServerCpu } from '../measuring/server-cpu.js';

const MINUTES = 5;
/** Until the first minute counts, in milliseconds: sample people, their lists and the first ticks are done. */
const SETTLING = 90_000;
const MINUTE = 60_000;

const dataDir = await mkdtemp(join(tmpdir(), 'cortex-bench-idle-'));
const port = await freePort();
const app = spawn(process.execPath, ['--no-memory-reducer', 'dist/apps/standalone/src/supervisor.js'], {
  env: { ...process.env, CORTEX_DATA_DIR: dataDir, PORT: String(port), LOG_LEVEL: 'error' },
  stdio: ['ignore', 'ignore', 'inherit'],
});
const gone = new Promise((resolve) => app.once('exit', resolve));
try {
  while (!(await fetch(`http://localhost:${port}/health/ready`).catch(() => undefined))?.ok) {
    if (app.exitCode !== null) throw new Error('The product ended by itself.');
    await rest(100);
  }
  const postmaster = Number((await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n')[0]);
  const children = await readFile(`/proc/${app.pid}/task/${app.pid}/children`, 'utf8');
  const ours = [app.pid!, ...children.trim().split(' ').map(Number)].filter((pid) => pid !== postmaster);
  await rest(SETTLING);
  const node: number[] = [];
  const server: number[] = [];
  for (let minute = 0; minute < MINUTES; minute += 1) {
    const [nodeBefore, serverBefore] = [await processorTime(ours), await readServerCpu(postmaster)];
    await rest(MINUTE);
    node.push((await processorTime(ours)) - nodeBefore);
    server.push(microsecondsBetween(serverBefore, await readServerCpu(postmaster)));
  }
  const both = node.map((used, at) => used + server[at]!);
  console.log(`
| of one processor, while nothing happens | median of ${MINUTES} minutes | must |
|---|---|---|
| Node | ${share(node)} | |
| PostgreSQL | ${share(server)} | |
| both | ${share(both)} (${percent(Math.min(...both))}–${percent(Math.max(...both))}) | 1 % |
`);
} finally {
  app.kill('SIGTERM');
  await gone;
  await rm(dataDir, { recursive: true, force: true });
}

/** Microseconds that these processes, with all their threads, have used. */
async function processorTime(pids: readonly number[]): Promise<number> {
  let nanoseconds = 0;
  for (const pid of pids) {
    // The kernel's clock ticks count a hundredth of a second for whoever runs at that moment; this is exact.
    for (const thread of await readdir(`/proc/${pid}/task`))
      nanoseconds += Number((await readFile(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')).split(' ')[0]);
  }
  return nanoseconds / 1000;
}

function percent(microseconds: number): string {
  return `${(microseconds / (MINUTE * 10)).toFixed(2)} %`;
}

function share(values: readonly number[]): string {
  return percent(median(values));
}
