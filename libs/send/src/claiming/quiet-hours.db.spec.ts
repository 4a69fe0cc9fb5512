import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { testDatabase, type TestDatabase } from '#testing';

const zones = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'America/Santiago', 'UTC'];

interface Case {
  at: string;
  zone: string;
  from: string;
  to: string;
}

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30))
  .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);

/** Near a change of the clocks as often as anywhere. */
const instant = fc
  .oneof(
    fc.integer({ min: Date.UTC(2025, 0, 1), max: Date.UTC(2028, 0, 1) }),
    fc
      .tuple(
        fc.constantFrom(
          '2026-03-29T01:00Z',
          '2026-10-25T01:00Z',
          '2026-03-08T07:00Z',
          '2026-11-01T06:00Z',
          '2026-04-04T15:00Z',
        ),
        fc.integer({ min: -30 * 3600, max: 30 * 3600 }),
      )
      .map(([near, seconds]) => Date.parse(near) + seconds * 1000),
  )
  .map((at) => new Date(at).toISOString());

const isQuiet = (at: Temporal.Instant, { zone, from, to }: Case): boolean => {
  const time = at.toZonedDateTimeISO(zone).toPlainTime();
  const [start, end] = [Temporal.PlainTime.from(from), Temporal.PlainTime.from(to)];
  const [afterStart, beforeEnd] = [
    Temporal.PlainTime.compare(time, start) >= 0,
    Temporal.PlainTime.compare(time, end) < 0,
  ];
  const order = Temporal.PlainTime.compare(start, end);
  if (order === 0) return false;
  return order < 0 ? afterStart && beforeEnd : afterStart || beforeEnd;
};

describe('quiet hours, against a library of time', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('hold exactly where the clocks of the person say so, and end where they are over, also when the clocks change', async () => {
    const cases = fc.sample(fc.record({ at: instant, zone: fc.constantFrom(...zones), from: clock, to: clock }), 3000);
    const rows = await db.database.rows<{ until: Date | null }>(
      `select cortex.quiet_until((c ->> 'at')::timestamptz, jsonb_build_object('from', c ->> 'from', 'to', c ->> 'to'), c ->> 'zone')
         as until from jsonb_array_elements($1::jsonb) with ordinality e(c, ord) order by ord`,
      [JSON.stringify(cases)],
    );
    const wrong = cases.flatMap((one, index) => {
      const at = Temporal.Instant.from(one.at);
      const until = rows[index]!.until;
      if ((until !== null) !== isQuiet(at, one)) return [{ ...one, until }];
      if (until === null) return [];
      const end = Temporal.Instant.fromEpochMilliseconds(until.getTime());
      const later = end.epochMilliseconds > at.epochMilliseconds;
      // The claim asks again then; inside of an hour that the clocks repeat it may have to wait a little longer.
      const soon = end.epochMilliseconds - at.epochMilliseconds <= 25.5 * 3_600_000;
      const over = !isQuiet(end, one);
      const repeated = repeats(end, one.zone);
      return later && soon && (over || repeated) ? [] : [{ ...one, until }];
    });
    expect(wrong).toEqual([]);
  });
});

/** Whether the clocks show this time of day twice on this day, or had just been put back. */
function repeats(at: Temporal.Instant, zone: string): boolean {
  const near = [-2, 2].map((hours) => at.add({ hours }).toZonedDateTimeISO(zone).offsetNanoseconds);
  return near[0] !== near[1];
}
