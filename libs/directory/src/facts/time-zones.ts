import { Inject, Injectable } from '@nestjs/common';
import { Database, LOG, RepeatingLoop, type Log, type Loop, type Tx } from '#platform';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
/** Zones are compared this often; between two looks clocks change at most once, or back within a day. */
const STEP = 14 * DAY;
/** Zones change their clocks on the minute. */
const EXACT = 60 * SECOND;
const YEARS = 10;

/** The offsets of a zone: `offsets[n + 1]` seconds east of UTC from `starts[n]` (milliseconds since 1970) on. */
export interface ZoneOffsets {
  starts: number[];
  offsets: number[];
}

/** Seconds east of UTC at an instant (milliseconds since 1970). */
export type OffsetAt = (instant: number) => number;

/** The application's own data about a zone; undefined when it does not know the zone. */
export function offsetsIn(zone: string): OffsetAt | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset', hour: 'numeric' });
  } catch {
    return undefined;
  }
  return (instant) => {
    const found = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(instant))!;
    const seconds = Number(found[2] ?? 0) * 3600 + Number(found[3] ?? 0) * 60 + Number(found[4] ?? 0);
    return found[1] === '-' ? -seconds : seconds;
  };
}

/** Every change of a zone's offset between two instants. */
export function offsetsBetween(at: OffsetAt, from: number, to: number): ZoneOffsets {
  const starts: number[] = [];
  const offsets = [at(from)];
  for (let first = from; first < to; first += STEP) {
    let low = first;
    let high = Math.min(first + STEP, to);
    const before = offsets.at(-1)!;
    const after = at(high);
    if (before === after) continue;
    while (high - low > EXACT) {
      const middle = low + Math.floor((high - low) / 2 / EXACT) * EXACT;
      if (at(middle) === before) low = middle;
      else high = middle;
    }
    starts.push(high);
    offsets.push(after);
  }
  return { starts, offsets };
}

/** What PostgreSQL itself says of zones, each at instants of its own (seconds since 1970), in the order given. */
const OFFSETS = `
  select z.zone, (
    select array_agg(extract(epoch from (to_timestamp(e.at::float8) at time zone z.zone) - (to_timestamp(e.at::float8) at time zone 'UTC'))::int
      order by e.n)
    from jsonb_array_elements_text(z.instants) with ordinality e (at, n)) as offsets
  from jsonb_to_recordset($1::jsonb) z (zone text, instants jsonb)`;

/** The instants at which two versions of these data would be seen to differ, and the offset at each. */
function samples({ starts, offsets }: ZoneOffsets, from: number, to: number): Map<number, number> {
  const found = new Map<number, number>();
  for (const [n, offset] of offsets.entries()) {
    const first = starts[n - 1] ?? from;
    const end = starts[n] ?? to;
    for (let at = first; at < end; at += STEP) found.set(at / SECOND, offset);
    found.set((end - SECOND) / SECOND, offset);
  }
  return found;
}

/**
 * Compares PostgreSQL's time-zone data with the application's, over all zones that both know and ten years around this
 * one. Where they differ, the application's is written to `cortex.zone_corrections`, by which all SQL goes; a correction
 * that is not needed any more is taken out.
 * @returns the zones that differ, in order
 */
export async function correctZones(
  database: Database,
  now: Date,
  known: (zone: string) => OffsetAt | undefined = offsetsIn,
): Promise<string[]> {
  const names = await database.rows<{ name: string }>('select name from pg_timezone_names order by name');
  const from = Date.UTC(now.getUTCFullYear() - 1, 0, 1);
  const to = Date.UTC(now.getUTCFullYear() - 1 + YEARS, 0, 1);
  const ours = new Map<string, Map<number, number>>();
  for (const { name } of names) {
    const at = known(name);
    if (!at) continue;
    ours.set(name, samples(offsetsBetween(at, from, to), from, to));
    // Zones are many, and other work of this process waits.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const differing: string[] = [];
  const asked = [...ours].map(([zone, seen]) => ({ zone, instants: [...seen.keys()] }));
  const theirs = await database.rows<{ zone: string; offsets: number[] }>(OFFSETS, [JSON.stringify(asked)]);
  for (const { zone, offsets } of theirs) {
    if ([...ours.get(zone)!.values()].some((offset, n) => offset !== offsets[n])) differing.push(zone);
  }
  differing.sort();
  await database.tx((tx) => write(tx, differing, known));
  return differing;
}

async function write(tx: Tx, zones: readonly string[], known: (zone: string) => OffsetAt | undefined): Promise<void> {
  await tx.run('delete from cortex.zone_corrections where zone <> all($1::text[])', [zones]);
  for (const zone of zones) {
    const { starts, offsets } = offsetsBetween(known(zone)!, Date.UTC(1900, 0, 1), Date.UTC(2100, 0, 1));
    await tx.run(
      `insert into cortex.zone_corrections as c (zone, starts, offsets) values ($1, $2::timestamptz[], $3::int[])
       on conflict (zone) do update set starts = excluded.starts, offsets = excluded.offsets, noted_at = cortex.now()
       where (c.starts, c.offsets) is distinct from (excluded.starts, excluded.offsets)`,
      [zone, starts.map((start) => new Date(start).toISOString()), offsets],
    );
  }
}

/** Compares the time zones when a worker starts, and once a day. */
@Injectable()
export class TimeZones implements Loop {
  readonly name = 'time zones';
  private readonly loop: RepeatingLoop;

  constructor(
    private readonly database: Database,
    @Inject(LOG) private readonly log: Log,
  ) {
    this.loop = new RepeatingLoop({ name: this.name, work: () => this.once(), idle: DAY, log });
  }

  start(): void {
    this.loop.start();
  }

  stop(): Promise<void> {
    return this.loop.stop();
  }

  private async once(): Promise<boolean> {
    const zones = await correctZones(this.database, new Date());
    if (zones.length > 0) {
      const text = 'PostgreSQL has other time-zone data than Node.js; for these zones Cortex goes by that of Node.js';
      this.log.warn({ zones, node: process.versions.tz }, text);
    }
    return false;
  }
}
