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
