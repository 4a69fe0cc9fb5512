import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fieldInstant, isTimezone, nextLocalTime } from './local-time.js';
import { nodes } from '../nodes/index.js';

const formats = new Map<string, Intl.DateTimeFormat>();
const formatOf = (timeZone: string): Intl.DateTimeFormat => {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    ...({ weekday: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const),
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
  });
  formats.set(timeZone, made);
  return made;
};

/** What clocks show, by the runtime's own calendar: another implementation than the one under test. */
const shown = (at: Date, timeZone: string) => {
  const parts = formatOf(timeZone).formatToParts(at);
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '';
  return {
    day: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(of('weekday')) + 1,
    time: `${of('hour')}:${of('minute')}`,
    seconds: of('second'),
    date: `${of('year')}-${of('month')}-${of('day')}`,
  };
};

// Zones with large, small, late and southern changes of the clocks, and with none.
const zones = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Africa/Cairo',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'UTC',
];
const instants = fc
  .integer({ min: Date.UTC(2024, 0, 1) / 1000, max: Date.UTC(2030, 0, 1) / 1000 })
  .map((seconds) => new Date(seconds * 1000));
const times = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const days = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a time of day by the clock of some place', () => {
  it('is what that place’s clocks show, on one of the days, and the first such moment', () => {
    fc.assert(
      fc.property(instants, times, days, fc.constantFrom(...zones), (from, time, on, zone) => {
        const at = nextLocalTime(from, { time, days: on }, zone);
        expect(at.getTime()).toBeGreaterThan(from.getTime());
        const clock = shown(at, zone);
        expect(on).toContain(clock.day);
        // A time that is left out when clocks go forward is the moment the gap's length later.
        const skipped = clock.time !== time;
        if (skipped) {
          expect(shown(new Date(at.getTime() - 2 * HOUR), zone).time < time).toBe(true);
          expect(clock.time > time).toBe(true);
        }
        expect(clock.seconds).toBe('00');
        // No quarter of an hour from there on (zones differ by quarters) showed it before, unless for the second time.
        const minute = Number(time.slice(3));
        const first = Math.floor(from.getTime() / (15 * MINUTE)) * 15 * MINUTE + (minute % 15) * MINUTE;
        for (let on15 = first; on15 < at.getTime(); on15 += 15 * MINUTE) {
          const seen = shown(new Date(on15), zone);
          if (on15 <= from.getTime() || seen.time !== time || !on.includes(seen.day)) continue;
          const again = [1, 2, 3, 4, 5, 6, 7, 8].some((n) => {
            const earlier = shown(new Date(on15 - n * 15 * MINUTE), zone);
            return earlier.time === time && earlier.date === seen.date;
          });
          expect([again, new Date(on15).toISOString()]).toEqual([true, expect.anything()]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it('without a time lets people on at once on such a day, else at the day’s first moment', () => {
    fc.assert(
      fc.property(instants, days, fc.constantFrom(...zones), (from, on, zone) => {
        const at = nextLocalTime(from, { days: on }, zone);
        if (on.includes(shown(from, zone).day)) return expect(at).toEqual(from);
        expect(on).toContain(shown(at, zone).day);
        expect(shown(new Date(at.getTime() - 1), zone).date < shown(at, zone).date).toBe(true);
        return expect(at.getTime() - from.getTime()).toBeLessThanOrEqual(7 * 24 * HOUR);
      }),
      { numRuns: 300 },
    );
  });

  it('that comes twice when the clocks go back is the first of the two', () => {
    const from = new Date('2026-10-24T22:00:00Z');
    expect(nextLocalTime(from, { time: '02:30' }, 'Europe/Berlin')).toEqual(new Date('2026-10-25T00:30:00Z'));
  });

  it('activepieces#3800: keeps every weekday, Friday and Sunday as well as Wednesday', () => {
    const def = nodes.wait_for_time;
    const entered_at = new Date('2026-11-22T12:00:00Z'); // A Sunday.
    for (const day of [1, 2, 3, 4, 5, 6, 7]) {
      const config = def.config.parse({ time: '09:00', days: [day], timezone: 'Europe/Berlin' });
      const input = { now: entered_at, entered_at, timezone: 'UTC', contact_timezone: undefined };
      const plan = def.plan(config as never, { ...input, chance: 0, decide: () => false, arrived: [] });
      if (!('wait' in plan)) throw new Error('It did not wait.');
      const { until } = plan.wait;
      expect(shown(until!, 'Europe/Berlin')).toMatchObject({ day, time: '09:00' });
      expect(until!.getTime() - entered_at.getTime()).toBeLessThanOrEqual(7 * 24 * HOUR);
    }
  });
});

describe('a date of the person', () => {
  const zone = 'Europe/Berlin';

  it('is read from dates, instants and texts, and moved on the calendar', () => {
    const at = (value: unknown, how: Parameters<typeof fieldInstant>[1] = {}) =>
      fieldInstant(value, how, zone)?.toISOString();
    expect(at('2026-03-29')).toBe('2026-03-28T23:00:00.000Z');
    expect(at('2026-03-29', { time: '09:00' })).toBe('2026-03-29T07:00:00.000Z');
    expect(at('2026-03-28', { offset: { n: 1, unit: 'days' }, time: '09:00' })).toBe('2026-03-29T07:00:00.000Z');
    expect(at('2026-03-29', { offset: { n: -3, unit: 'hours' }, time: '09:00' })).toBe('2026-03-29T04:00:00.000Z');
    expect(at('2026-01-31', { offset: { n: 1, unit: 'months' } })).toBe('2026-02-27T23:00:00.000Z');
    expect(at('2026-05-01T10:00:00+02:00')).toBe('2026-05-01T08:00:00.000Z');
    expect(at('2026-05-01 10:00')).toBe('2026-05-01T08:00:00.000Z');
    expect(at(new Date('2026-05-01T08:00:00Z'), { offset: { n: 1, unit: 'days' } })).toBe('2026-05-02T08:00:00.000Z');
  });

  it('is nothing where there is no date', () => {
    for (const value of [undefined, null, '', 'soon', 7, '2026-13-01', '2026-02-30', {}, [], '99999-01-01'])
      expect(fieldInstant(value, {}, zone)).toBeUndefined();
  });
});

it('knows time zones from other words', () => {
  expect(['Europe/Berlin', 'UTC', 'America/New_York'].every(isTimezone)).toBe(true);
  expect(['', 'Mars/Olympus', 'Berlin'].some(isTimezone)).toBe(false);
});
