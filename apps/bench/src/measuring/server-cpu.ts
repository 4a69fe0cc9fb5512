import { readdir, readFile } from 'node:fs/promises';

/** Nanoseconds on a processor so far, by process id; those of processes that have ended stand at `ENDED`. */
export type CpuReading = Map<number, number>;

const ENDED = -1;
const CLOCK_TICK_NANOSECONDS = 10_000_000;

/**
 * Reads the processor time of a PostgreSQL server: the postmaster and every process it started, those that have ended
 * included (a parallel query's helpers do not live long). Linux only.
 */
export async function readServerCpu(postmaster: number): Promise<CpuReading> {
  const reading: CpuReading = new Map();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = await readFile(`/proc/${name}/stat`, 'utf8');
      // From its state on, which is the third field.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(name) !== postmaster && Number(fields[1]) !== postmaster) continue;
      if (Number(name) === postmaster)
        reading.set(ENDED, (Number(fields[13]) + Number(fields[14])) * CLOCK_TICK_NANOSECONDS);
      reading.set(Number(name), Number((await readFile(`/proc/${name}/schedstat`, 'utf8')).split(' ')[0]));
    } catch {
      // The process ended while we looked.
    }
  }
  return reading;
}

/** Of a reading what sessions of clients used, without what PostgreSQL does beside them (writing, checkpoints). */
export async function sessionsOf(reading: CpuReading): Promise<CpuReading> {
  const sessions: CpuReading = new Map();
  for (const [pid, time] of reading) {
    const title = pid === ENDED ? '' : await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    // "postgres: user database 127.0.0.1(40000) idle"; what is no session has no address.
    if (/^postgres: .*\(\d+\)/.test(title)) sessions.set(pid, time);
  }
  return sessions;
}

/** Microseconds that the server worked between two readings. */
export function microsecondsBetween(before: CpuReading, after: CpuReading): number {
  return (total(after) - total(before)) / 1000;
}

const total = (reading: CpuReading): number => [...reading.values()].reduce((sum, time) => sum + time, 0);

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
