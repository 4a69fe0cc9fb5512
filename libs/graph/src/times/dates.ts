import type { z } from 'zod';
import { durationText } from './duration.js';
import type { dateOffset } from './local-time.js';

export type DateOffset = z.output<typeof dateOffset>;

/** “3 days before”, “1 week after”; nothing where there is no offset. */
export const beforeOrAfter = (offset: DateOffset | undefined): string => {
  if (!offset || offset.n === 0) return '';
  return `${durationText({ n: Math.abs(offset.n), unit: offset.unit })} ${offset.n < 0 ? 'before' : 'after'}`;
};

/** “their trial ends”, “the day they came to us”. */
export const dateFieldText = (field: string): string => {
  if (field === 'created_at') return 'the day they came to us';
  if (field === 'last_activity') return 'the last thing they did';
  return `their ${field.replace(/^attributes\./, '').replaceAll('_', ' ')}`;
};
