import { Temporal } from 'temporal-polyfill';
import type { OneValue, Relative, Span } from './language.js';

/** The moment of an evaluation and the workspace's time zone (IANA). */
export interface Moment {
  now: Date;
  timezone: string;
  /** How many of its smallest units make a whole one of the workspace's currency. Without it SQL asks the settings. */
  money_unit?: number;
}

/** Clocks differ: what lies ahead of now by at most this (milliseconds) counts as now in every window. */
export const CLOCK_SKEW = 5 * 60_000;

/** The last instant that counts as now at this moment. */
export const latestNow = (moment: Moment): number => moment.now.getTime() + CLOCK_SKEW;

/** An RFC 3339 instant. PostgreSQL reads the same: no leap seconds, no 24 o'clock, offsets below 16 hours. */
const instantText =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?:[Zz]|([+-])(0\d|1[0-5]):([0-5]\d))$/;
const dateText = /^(\d{4})-(\d{2})-(\d{2})$/;

const isDay = (year: number, month: number, day: number): boolean => {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
};

/** Midnight of a local date: a time that happens twice is the earlier one, a skipped one moves on by the gap. */
function startOfDate(year: number, month: number, day: number, timezone: string): number {
  return Temporal.PlainDateTime.from({ year, month, day }).toZonedDateTime(timezone, { disambiguation: 'compatible' })
    .epochMilliseconds;
}

/**
 * Reads an RFC 3339 instant, or a date as midnight in the zone.
 * @returns milliseconds since 1970, microseconds as the fraction; undefined for anything else.
 */
export function parseInstant(text: string, timezone: string): number | undefined {
  const date = dateText.exec(text);
  if (date) {
    const [year, month, day] = date.slice(1).map(Number) as [number, number, number];
    return isDay(year, month, day) ? startOfDate(year, month, day, timezone) : undefined;
  }
  const full = instantText.exec(text);
  if (!full) return undefined;
  const [year, month, day, hour, minute] = full.slice(1, 6).map(Number) as [number, number, number, number, number];
  if (!isDay(year, month, day)) return undefined;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  at.setUTCHours(hour, minute, Number(full[6] ?? 0));
  const offset = (Number(full[9] ?? 0) * 60 + Number(full[10] ?? 0)) * (full[8] === '-' ? -1 : 1);
  return at.getTime() - offset * 60_000 + Number(`0.${(full[7] ?? '0').slice(0, 6)}`) * 1000;
}

/** Whether a text would be read as an instant, whatever the zone. */
export const isInstantText = (text: string): boolean => parseInstant(text, 'UTC') !== undefined;

/** Milliseconds of the units that no calendar bends. */
const onTheTimeLine = new Map<Span['unit'], number>([
  ['minutes', 60_000],
  ['hours', 3_600_000],
]);

/**
 * The instant a span away from now. Days, weeks and months move on the calendar of the zone (a month that is
 * too short ends on its last day), minutes and hours on the time line.
 */
export function shift(moment: Moment, span: Span, direction: 'ago' | 'ahead'): number {
  const length = onTheTimeLine.get(span.unit);
  if (length !== undefined) return moment.now.getTime() + (direction === 'ago' ? -1 : 1) * span.n * length;
  const start = Temporal.Instant.fromEpochMilliseconds(moment.now.getTime()).toZonedDateTimeISO(moment.timezone);
  const duration = { [span.unit]: span.n };
  return (direction === 'ago' ? start.subtract(duration) : start.add(duration)).epochMilliseconds;
}

/** The instant that a condition's value means at this moment. */
export function boundary(value: OneValue, moment: Moment): number | undefined {
  if (typeof value === 'string') return parseInstant(value, moment.timezone);
  if (typeof value !== 'object') return undefined;
  return 'ago' in value ? shift(moment, value.ago, 'ago') : shift(moment, (value as { ahead: Span }).ahead, 'ahead');
}

export const isRelative = (value: unknown): value is Relative =>
  typeof value === 'object' && value !== null && ('ago' in value || 'ahead' in value);

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** Month and day ("MM-DD") of an instant in a zone. */
export function monthAndDay(instant: number, timezone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(instant)).toZonedDateTimeISO(timezone);
  return `${twoDigits(local.month)}-${twoDigits(local.day)}`;
}

/** Month and day of today and the next n days; where 29 February does not exist, it stands beside the 28th. */
export function monthsAndDays(moment: Moment, n: number): string[] {
  let day = Temporal.Instant.fromEpochMilliseconds(moment.now.getTime())
    .toZonedDateTimeISO(moment.timezone)
    .toPlainDate();
  const days = new Set<string>();
  for (let left = n; left >= 0; left--) {
    days.add(`${twoDigits(day.month)}-${twoDigits(day.day)}`);
    if (day.month === 2 && day.day === 28 && !day.inLeapYear) days.add('02-29');
    day = day.add({ days: 1 });
  }
  return [...days];
}
