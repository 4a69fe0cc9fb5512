import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { median } from './server-cpu.js';

const SAMPLE_MS = 200;
const PATIENCE_MS = 1_200_000;

export interface WorkerMemory {
  mails: number;
  /** From the first mail that left to the last. */
  seconds: number;
  /** Resident megabytes before the first mail, in the middle of the first and of the last quarter, and at most. */
  idle: number;
  early: number;
  late: number;
  most: number;
}

/** Lets the worker as it is started in production send what is queued, and looks at its memory. Linux only. */
export async function watchWorker(database: Database, env: Record<string, string>): Promise<WorkerMemory> {
  const queued = 'select count(*)::int as n from cortex.outgoing';
  const { n: mails } = (await database.row<{ n: number }>(queued))!;
  const stop = "update cortex.settings set sending_stopped_at = cortex.now(), sending_stopped_by = 'bench'";
  await database.run(stop);
  const worker = spawn(process.execPath, [join(process.cwd(), 'dist/apps/worker/src/main.js')], {
    env: { ...process.env, LOG_LEVEL: 'error', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  try {
    // It is up when it has said that it lives; then it rests a moment.
    const alive = 'select 1 from cortex.heartbeat';
    while (!(await database.row(alive))) await notEnded(worker.exitCode);
    await rest(2_000);
    const idle = await residentMegabytes(worker.pid!);
    const began = performance.now();
    await database.run('update cortex.settings set sending_stopped_at = null, sending_stopped_by = null');
    const samples: number[] = [];
    for (let left = mails; left > 0;) {
      await notEnded(worker.exitCode);
      if (performance.now() - began > PATIENCE_MS) throw new Error(`${left} mails are still waiting.`);
      samples.push(await residentMegabytes(worker.pid!));
      left = (await database.row<{ n: number }>(queued))!.n;
    }
    const seconds = (performance.now() - began) / 1000;
    const quarter = Math.max(1, Math.floor(samples.length / 4));
    return {
      mails,
      seconds,
      idle,
      early: median(samples.slice(0, quarter)),
      late: median(samples.slice(-quarter)),
      most: Math.max(...samples),
    };
  } finally {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    if (worker.exitCode === null && worker.kill('SIGTERM')) await gone;
  }
}

async function notEnded(exitCode: number | null): Promise<void> {
  if (exitCode !== null) throw new Error('The worker ended by itself.');
  await rest(SAMPLE_MS);
}

async function residentMegabytes(pid: number): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kilobytes) / 1024;
}
