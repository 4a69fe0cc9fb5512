import { CronExpressionParser } from 'cron-parser';

const HOUR = 3_600_000;
/** More than a zone puts between two sides of a change of the clocks. */
const JUMP = 2 * HOUR;
/** Times looked at before giving up: every minute of the jump, both ways. */
const MOST_STEPS = 400;

/** Says what is wrong with a schedule; undefined if nothing is. */
export function cronProblem(cron: string): string | undefined {
  try {
    const times = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(0) });
    times.next();
    return undefined;
  } catch (error) {
    return inWords((error as Error).message);
  }
}

/** The parser's words are for programmers; two of its complaints say more than the form that is expected. */
function inWords(complaint: string): string {
  const outside = /got value (\S+) expected range (\d+)-(\d+)/.exec(complaint);
  if (outside) return `${outside[1]} is outside ${outside[2]} to ${outside[3]}.`;
  if (/Invalid explicit day of month/.test(complaint)) return 'No month has this day.';
  return 'Write five fields: minute, hour, day of month, month and weekday, such as 0 9 * * 1.';
}

/**
 * The latest time of a schedule at or before `now`, in a zone. A time of day that the clocks skip moves on by the gap,
 * and one that they repeat comes once, the first time; a schedule of every hour follows the time line instead.
 * @returns undefined when there was none within `back` milliseconds
 */
export function latestOccurrence(cron: string, timezone: string, now: Date, back: number): Date | undefined {
  const everyHour = cron.trim().split(/\s+/)[1]?.startsWith('*') === true;
  const found = everyHour ? byTimeLine(cron, timezone, now) : byWallClock(cron, timezone, now);
  return found && found.getTime() > now.getTime() - back ? found : undefined;
}

function byTimeLine(cron: string, timezone: string, now: Date): Date | undefined {
  const times = CronExpressionParser.parse(cron, { tz: timezone, currentDate: new Date(now.getTime() + 1000) });
  for (let step = 0; step < 3; step += 1) {
    const at = times.prev().toDate();
    if (at <= now) return at;
  }
  return undefined;
}

/** Goes through the schedule as it would stand on a wall, where every day has its 24 hours. */
function byWallClock(cron: string, timezone: string, now: Date): Date | undefined {
  const wall = wallOf(now, timezone);
  const times = CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(wall + JUMP) });
  for (let step = 0; step < MOST_STEPS; step += 1) {
    const at = instantOf(times.prev().getTime(), timezone);
    if (at <= now.getTime()) return new Date(at);
  }
  return undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall's time in a zone, as if it were UTC. */
function wallOf(instant: Date, timezone: string): number {
  const format =
    formats.get(timezone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  formats.set(timezone, format);
  const part = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year!, part.month! - 1, part.day, part.hour, part.minute, part.second);
}

/** The instant at which a wall shows a time: the earlier of two; one that is skipped moves on by the gap. */
function instantOf(wall: number, timezone: string): number {
  const offsetAt = (instant: number) => wallOf(new Date(instant), timezone) - instant;
  const before = wall - offsetAt(wall - 24 * HOUR);
  if (wallOf(new Date(before), timezone) === wall) return before;
  const after = wall - offsetAt(wall + 24 * HOUR);
  return wallOf(new Date(after), timezone) === wall ? after : before;
}
