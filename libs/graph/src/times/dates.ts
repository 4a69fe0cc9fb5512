import type { z } from 'zod';
import { durationText } from './duration.js';
import type { dateOffset } from './local-time.js';

export type DateOffset = z.output<typeof dateOffset>;

/** “3 days before”, “1 week after”; nothing where there is no offset. */
export const beforeOrAfter = (offset: DateOffset | undefined): string => {
  if (!offset || offset.n === 0) return '';
  return `${durationText({ n: Math.abs(offset.n), unit: offset.unit })} ${offset.n < 0 ? 'before' : 'after'}`;
};

/** “their birthday”, “the day they came to us”, “the date ‘starts on’” where the name ends in a small word. */
export const dateFieldText = (field: string): string => {
  if (field === 'created_at') return 'the day they came to us';
  if (field === 'last_activity') return 'the last thing they did';
  const name = field.replace(/^attributes\./, '').replaceAll('_', ' ');
  return / (on|at|by|from|until)$/.test(name) ? `the date “${name}”` : `their ${name}`;
};
