import type { z } from 'zod';
import { durationText } from './duration.js';
import type { dateOffset } from './local-time.js';

export type DateOffset = z.output<typeof dateOffset>;

/** “3 days before”, “1 week after”; nothing where there is no offset. */
export const beforeOrAfter = (offset: DateOffset | undefined): string => {
  if (!offset || offset.n === 0) return '';
  return `${durationText({ n: Math.abs(offset.n), unit: offset.unit })} ${offset.n < 0 ? 'before' : 'after'}`;
};

/** “their birthday”, “the day they came to us”, “the date ‘starts on’” where the name has a small word in it. */
export const dateFieldText = (field: string): string => {
  if (field === 'created_at') return 'the day they came to us';
  if (field === 'last_activity') return 'the last thing they did';
  const id = field.replace(/^attributes\./, '');
  const name = id.replaceAll('_', ' ');
  // What words cannot tell, such as two underscores in a row, is shown as it is.
  if (!/^[A-Za-z0-9]+(_[A-Za-z0-9]+)*$/.test(id)) return `the date “${id}”`;
  return /(^| )(on|at|by|from|until|then)( |$)/i.test(name) ? `the date “${name}”` : `their ${name}`;
};
