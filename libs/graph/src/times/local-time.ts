import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { durationUnits } from './duration.js';

/** A time of day as configs have it: 24 hours, “09:00”. */
export const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write a time as 09:00.');

/** Whether a name is one of a time zone that this program knows. */
export const isTimezone = (name: string): boolean => {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
};

/** A zone's name, or `contact` for the person's own (else the workspace's). */
export const zoneChoice = z
  .string()
  .max(64)
  .refine((name) => name === 'contact' || isTimezone(name), 'Give “contact”, or a time zone such as Europe/Berlin.');

/** A field of the person that holds a date. */
export const dateField = z
  .string()
  .regex(
    /^(created_at|last_activity|attributes\.[A-Za-z0-9_]{1,100})$/,
    'Name a date of the person: created_at, last_activity or attributes.<name>.',
  );

/** How long after a date, or with a number below nought how long before it. */
export const dateOffset = z.strictObject({
  n: z.int('Give a whole number.').min(-100_000).max(100_000),
  unit: z.enum(durationUnits),
});

const instantOf = (zoned: Temporal.ZonedDateTime): Date => new Date(zoned.epochMilliseconds);

/**
 * The first instant after `from` at which clocks in `timezone` show one of these days and this time; after, so that two
 * waits for nine o'clock in a row are two mornings. Without a time any moment of such a day will do, `from` itself too;
 * without days any day. A local time that happens twice means the
 * earlier one, one that does not exist moves forward by the gap.
 * @param days 1 is Monday, 7 is Sunday
 */
export const nextLocalTime = (
  from: Date,
  { time, days }: { time?: string; days?: readonly number[] },
  timezone: string,
): Date => {
  const start = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timezone);
  const wanted = new Set(days?.length ? days : [1, 2, 3, 4, 5, 6, 7]);
  // Eight days hold each weekday after any time of today; more, because a zone may once leave a day out.
  for (let ahead = 0; ahead <= 16; ahead += 1) {
    const date = start.toPlainDate().add({ days: ahead });
    if (!wanted.has(date.dayOfWeek)) continue;
    if (time === undefined && ahead === 0) return from;
    const at = time === undefined ? date.toZonedDateTime(timezone) : atTime(date, time, timezone);
    if (at.toPlainDate().equals(date) && at.epochMilliseconds > from.getTime()) return instantOf(at);
  }
  throw new Error(`No ${time ?? 'day'} was found in the zone ${timezone}.`);
};

const atTime = (date: Temporal.PlainDate, time: string, timezone: string): Temporal.ZonedDateTime =>
  date.toZonedDateTime({ timeZone: timezone, plainTime: Temporal.PlainTime.from(time) });

/**
 * The instant that a date field means, counted on the calendar of `timezone`: the date or instant, moved by `offset`,
 * on that day at `time` where one is given. Undefined where the value is no date.
 */
export const fieldInstant = (
  value: unknown,
  { offset, time }: { offset?: z.output<typeof dateOffset> | undefined; time?: string | undefined },
  timezone: string,
): Date | undefined => {
  const at = zonedOf(value, timezone);
  if (!at) return undefined;
  const clock = offset?.unit === 'seconds' || offset?.unit === 'minutes' || offset?.unit === 'hours';
  try {
    // Days are counted before the time of day is set, hours and less after it.
    const day = offset && !clock ? at.add({ [offset.unit]: offset.n }) : at;
    const timed = time === undefined ? day : atTime(day.toPlainDate(), time, timezone);
    const moved = offset && clock ? timed.add({ [offset.unit]: offset.n }) : timed;
    const found = instantOf(moved);
    return Math.abs(found.getTime()) <= LATEST ? found : undefined;
  } catch {
    return undefined;
  }
};

/** The year 9999: what comes later was never meant. */
const LATEST = Date.UTC(9999, 11, 31);

const zonedOf = (value: unknown, timezone: string): Temporal.ZonedDateTime | undefined => {
  try {
    if (value instanceof Date)
      return Temporal.Instant.fromEpochMilliseconds(value.getTime()).toZonedDateTimeISO(timezone);
    if (typeof value !== 'string') return undefined;
    const text = value.trim();
    if (/^\d{4}-\d\d-\d\d$/.test(text)) return Temporal.PlainDate.from(text).toZonedDateTime(timezone);
    if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text))
      return /(Z|[+-]\d\d(:?\d\d)?)$/i.test(text)
        ? Temporal.Instant.from(text.replace(' ', 'T')).toZonedDateTimeISO(timezone)
        : Temporal.PlainDateTime.from(text.replace(' ', 'T')).toZonedDateTime(timezone);
    return undefined;
  } catch {
    return undefined;
  }
};
