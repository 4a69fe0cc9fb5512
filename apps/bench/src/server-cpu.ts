import { readdir, readFile } from 'node:fs/promises';

/** Nanoseconds on a processor so far, by process id. */
export type CpuReading = Map<number, number>;

/** Reads the processor time of a PostgreSQL server: the postmaster and every process it started. Linux only. */
export async function readServerCpu(postmaster: number): Promise<CpuReading> {
  const reading: CpuReading = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (Number(name) !== postmaster && parent !== postmaster) continue;
      reading.set(Number(name), Number((await readFile(`/proc/${name}/schedstat`, 'utf8')).split(' ')[0]));
    } catch {
      // The process ended while we looked.
    }
  }
  return reading;
}

/** Microseconds that the server worked between two readings. */
export function microsecondsBetween(before: CpuReading, after: CpuReading): number {
  let nanoseconds = 0;
  for (const [pid, time] of after) nanoseconds += time - (before.get(pid) ?? 0);
  return nanoseconds / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
