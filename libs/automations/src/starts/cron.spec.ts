import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { cronProblem, latestOccurrence } from './cron.js';

const YEAR = 366 * 86_400_000;
const latest = (cron: string, zone: string, now: string, back = YEAR) =>
  latestOccurrence(cron, zone, new Date(now), back)?.toISOString();

describe('a schedule', () => {
  it('comes at its time in its zone, to the instant', () => {
    expect(latest('0 9 * * 1', 'Europe/Berlin', '2026-11-23T07:59:59.999Z')).toBe('2026-11-16T08:00:00.000Z');
    expect(latest('0 9 * * 1', 'Europe/Berlin', '2026-11-23T08:00:00Z')).toBe('2026-11-23T08:00:00.000Z');
    expect(latest('0 9 L * *', 'UTC', '2026-03-01T00:00:00Z')).toBe('2026-02-28T09:00:00.000Z');
    expect(latest('0 9 29 2 *', 'UTC', '2027-03-01T00:00:00Z', 5 * YEAR)).toBe('2024-02-29T09:00:00.000Z');
  });

  it('is over when it lies too far back', () => {
    expect(latest('0 9 * * 1', 'UTC', '2026-11-24T09:00:00Z', 86_400_000)).toBeUndefined();
    expect(latest('0 9 * * 1', 'UTC', '2026-11-24T08:59:00Z', 86_400_000)).toBe('2026-11-23T09:00:00.000Z');
  });

  it('moves on by the gap where the clocks skip its time, and comes once where they repeat it', () => {
    expect(latest('30 2 * * *', 'Europe/Berlin', '2026-03-29T12:00:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(latest('30 2 * * *', 'Europe/Berlin', '2026-03-29T01:10:00Z')).toBe('2026-03-28T01:30:00.000Z');
    for (const now of ['2026-10-25T00:30:00Z', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00Z', '2026-10-25T09:00:00Z'])
      expect(latest('30 2 * * *', 'Europe/Berlin', now)).toBe('2026-10-25T00:30:00.000Z');
    expect(latest('15 * * * *', 'Europe/Berlin', '2026-10-25T01:20:00Z')).toBe('2026-10-25T01:15:00.000Z');
  });

  it('holds against a library of time: one time a day, whatever the zone and the season', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/Santiago',
      'UTC',
    ];
    const instant = fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: 59 }),
        instant,
        (zone, hour, minute, now) => {
          const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDate();
          const candidates = [1, 0, -1].map(
            (days) =>
              today
                .add({ days })
                .toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour, minute }) })
                .epochMilliseconds,
          );
          const expected = candidates.find((at) => at <= now);
          expect(latestOccurrence(`${minute} ${hour} * * *`, zone, new Date(now), YEAR)?.getTime()).toBe(expected);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('says what is wrong with it', () => {
    expect(cronProblem('0 9 * * 1')).toBeUndefined();
    expect(cronProblem('61 9 * * 1')).toMatch(/61/);
    expect(cronProblem('0 9 31 2 *')).toEqual(expect.any(String));
  });
});
