import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pauseAfter, pauseSql, retryLaws } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';

describe('the laws of trying again', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase({ empty: true });
  });
  afterAll(() => db.drop());

  it('give each failure its pause and end after the last try', () => {
    expect([1, 2, 3, 4, 5, 6].map((n) => pauseAfter(retryLaws.step, n))).toEqual([30, 120, 480, 1920, 7680, undefined]);
    expect([1, 2, 10, 11, 12].map((n) => pauseAfter(retryLaws.mail, n))).toEqual([1, 2, 512, 600, undefined]);
  });

  it.each(Object.entries(retryLaws))('say the same in SQL: %s', async (_name, law) => {
    const failures = Array.from({ length: law.tries + 1 }, (_, at) => at + 1);
    const rows = await db.database.rows<{ pause: number | null }>(
      `select extract(epoch from ${pauseSql(law, 'n')})::float8 as pause from unnest($1::int[]) with ordinality f(n, ord) order by ord`,
      [failures],
    );
    expect(rows.map(({ pause }) => pause ?? undefined)).toEqual(failures.map((n) => pauseAfter(law, n)));
  });
});
