import { z } from 'zod';

/** Above this share the mail would hardly be sent. */
const MOST_HELD_OUT = 50;

/** The share of those who would get a broadcast that gets nothing, so that its report can say what it brought. */
export const holdoutPercent = z
  .number()
  .int('Give a whole number of per cent.')
  .min(0, 'At least 0 %.')
  .max(MOST_HELD_OUT, `At most ${MOST_HELD_OUT} %.`);
