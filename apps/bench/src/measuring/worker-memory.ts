import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import type { Database } from '#platform';
import { median } from './server-cpu.js';

const SAMPLE_MS = 200;
const CLOCK_TICKS = 100;
const PATIENCE_MS = 1_200_000;

export interface WorkerMemory {
  /** From the beginning of its work to the end. */
  seconds: number;
  /** Resident megabytes before its work, in the middle of the first and of the last quarter, and at most. */
  idle: number;
  early: number;
  late: number;
  most: number;
  /** Seconds of processor that it took, all its threads. */
  cpu: number;
}

/** What the worker is given to do: how it begins, and how much is left, 0 when it is done. */
export interface WorkerLoad {
  begin(): Promise<unknown>;
  left(): Promise<number>;
}

/** Lets a worker as it is started in production do something, and looks at its memory. Linux only. */
export async function watchWorker(
  database: Database,
  env: Record<string, string>,
  load: WorkerLoad,
): Promise<WorkerMemory> {
  await database.run('delete from cortex.heartbeat');
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
    const [began, used] = [performance.now(), await processorSeconds(worker.pid!)];
    await load.begin();
    const samples: number[] = [];
    for (let left = 1; left > 0; left = await load.left()) {
      await notEnded(worker.exitCode);
      if (performance.now() - began > PATIENCE_MS) throw new Error(`It did not come to its end: ${left} is left.`);
      samples.push(await residentMegabytes(worker.pid!));
    }
    const quarter = Math.max(1, Math.floor(samples.length / 4));
    return {
      seconds: (performance.now() - began) / 1000,
      idle,
      early: median(samples.slice(0, quarter)),
      late: median(samples.slice(-quarter)),
      most: Math.max(...samples),
      cpu: (await processorSeconds(worker.pid!)) - used,
    };
  } finally {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    if (worker.exitCode === null && worker.kill('SIGTERM')) await gone;
  }
}

/** Lets it send what is queued. */
export async function watchSending(
  database: Database,
  env: Record<string, string>,
): Promise<WorkerMemory & { mails: number }> {
  const queued = async () => (await database.row<{ n: number }>('select count(*)::int as n from cortex.outgoing'))!.n;
  const mails = await queued();
  await database.run("update cortex.settings set sending_stopped_at = cortex.now(), sending_stopped_by = 'bench'");
  const begin = () => database.run('update cortex.settings set sending_stopped_at = null, sending_stopped_by = null');
  return { mails, ...(await watchWorker(database, env, { begin, left: queued })) };
}

async function notEnded(exitCode: number | null): Promise<void> {
  if (exitCode !== null) throw new Error('The worker ended by itself.');
  await rest(SAMPLE_MS);
}

const residentMegabytes = (pid: number): Promise<number> => megabytes(pid, 'VmRSS');

/** At most so far, since the process began. */
export const mostMegabytes = (pid: number): Promise<number> => megabytes(pid, 'VmHWM');

async function megabytes(pid: number, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
}

async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS;
}
