import { z } from 'zod';

const field = '[0-9A-Za-z*?][0-9A-Za-z*?,/#-]*';
const shape = new RegExp(`^${field}( ${field}){4}$`);

/**
 * A schedule of five fields: minute, hour, day of the month, month, day of the week. Only its outline is held to
 * here; what the fields say is read by the server's library.
 */
export const cron = z
  .string()
  .trim()
  .max(100)
  .transform((text) => text.replaceAll(/\s+/g, ' '))
  .pipe(
    z
      .string()
      .regex(shape, 'Write five fields: minute, hour, day, month, weekday – for example 0 9 * * 1.')
      // H would mean a time chosen anew whenever it is read.
      .refine((text) => !/(^|[ ,])H/i.test(text), '“H” is not supported here. Give the time itself.'),
  );

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const number = /^\d{1,2}$/;

/** What a plain schedule says in words: at what time, and on which days. */
export interface PlainSchedule {
  time: string;
  days: { each: 'day' } | { each: 'weekday' } | { each: 'week'; on: number[] } | { each: 'month'; on: number };
}

/** Reads a schedule of one time a day; undefined for all others. Sunday is 0. */
export const plainSchedule = (text: string): PlainSchedule | undefined => {
  const [minute = '', hour = '', day = '', month = '', weekday = '', more] = text.trim().split(/\s+/);
  if (more !== undefined || !number.test(minute) || !number.test(hour) || month !== '*') return undefined;
  if (Number(minute) > 59 || Number(hour) > 23) return undefined;
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return { time, days: { each: 'day' } };
  if (day === '*' && weekday === '1-5') return { time, days: { each: 'weekday' } };
  if (day === '*' && /^[0-7](,[0-7])*$/.test(weekday)) {
    const on = [...new Set(weekday.split(',').map((one) => Number(one) % 7))].sort((a, b) => a - b);
    return { time, days: { each: 'week', on } };
  }
  if (weekday === '*' && number.test(day) && Number(day) >= 1 && Number(day) <= 31) {
    return { time, days: { each: 'month', on: Number(day) } };
  }
  return undefined;
};

/** The text of a plain schedule. */
export const cronOf = ({ time, days }: PlainSchedule): string => {
  const [hour, minute] = time.split(':').map(Number);
  const day = days.each === 'month' ? String(days.on) : '*';
  const weekday = days.each === 'weekday' ? '1-5' : days.each === 'week' ? days.on.join(',') : '*';
  return `${minute ?? 0} ${hour ?? 0} ${day} * ${weekday}`;
};

/** “Monday and Thursday at 09:00”, “every day at 09:00”; the fields themselves where they say more than that. */
export const cronText = (text: string): string => {
  const plain = plainSchedule(text);
  if (!plain) return `the schedule ${text}`;
  const { days, time } = plain;
  const when =
    days.each === 'day'
      ? 'every day'
      : days.each === 'weekday'
        ? 'every weekday'
        : days.each === 'week'
          ? `every ${days.on.map((one) => weekdays[one]).join(' and ')}`
          : `every month on day ${days.on}`;
  return `${when} at ${time}`;
};
