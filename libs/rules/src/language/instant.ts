import { z } from 'zod';
import { isInstantText } from './time.js';

const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00Z');
const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');

/** RFC 3339 with a time zone, as PostgreSQL reads it too, in the years that both write in four digits. */
export const instant = z.iso
  .datetime({ offset: true })
  .max(64, 'An instant has at most 64 characters.')
  .refine((text) => {
    const at = Date.parse(text);
    return isInstantText(text) && at >= FIRST_INSTANT && at <= LAST_INSTANT;
  }, 'Send an instant of the years 1 to 9999, counted in UTC, such as 2026-11-22T09:00:00Z.');
