import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

export const durationUnits = ['seconds', 'minutes', 'hours', 'days', 'weeks', 'months'] as const;

/** The span of a duration as it is written in configs. */
export interface Duration {
  n: number;
  unit: (typeof durationUnits)[number];
}

/** A span as it stands in configs and settings: a whole number of a unit, 1 to 100,000. */
export const duration = z
  .strictObject({
    n: z.int('Give a whole number.').min(1, 'Give at least 1.').max(100_000, 'Give at most 100,000.'),
    unit: z.enum(durationUnits),
  })
  .refine(({ n, unit }) => n * roughSeconds[unit] <= 3_660 * 86_400, 'A span is at most ten years.')
  .meta({ control: 'duration', description: 'At most ten years.' });

const roughSeconds: Record<Duration['unit'], number> = {
  seconds: 1,
  minutes: 60,
  hours: 3_600,
  days: 86_400,
  weeks: 604_800,
  months: 2_629_746,
};

/**
 * The instant a span after `from`. Seconds, minutes and hours are exact; days, weeks and months are counted on
 * the calendar of `timezone`, so that “2 days” keeps the time of day across a change of the clocks. A local time
 * that happens twice means the earlier one, one that does not exist moves forward by the gap.
 */
export const addDuration = (from: Date, span: Duration, timezone: string): Date => {
  if (span.unit === 'seconds' || span.unit === 'minutes' || span.unit === 'hours')
    return new Date(from.getTime() + span.n * roughSeconds[span.unit] * 1000);
  const start = Temporal.Instant.fromEpochMilliseconds(from.getTime()).toZonedDateTimeISO(timezone);
  return new Date(start.add({ [span.unit]: span.n }).epochMilliseconds);
};

/** Seconds of a span, months as their average: for comparing spans only, never for computing instants. */
export const approximateSeconds = (span: Duration): number => span.n * roughSeconds[span.unit];

/** “2 days”, “1 hour”. */
export const durationText = ({ n, unit }: Duration): string => `${n} ${n === 1 ? unit.slice(0, -1) : unit}`;
