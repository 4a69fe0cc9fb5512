import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDataSource, Database } from '#platform';
import { testDatabase, type TestDatabase } from './postgres.js';

describe('the test database', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  it('moves the clock for every connection', async () => {
    const other = new Database(await createDataSource({ url: db.url, applicationName: 'other' }).initialize());
    const seen = async () => (await other.row<{ now: Date }>('select cortex.now() as now'))!.now.toISOString();
    await db.clock.set('2030-01-31T10:00:00Z');
    expect(await seen()).toBe('2030-01-31T10:00:00.000Z');
    await db.clock.advance({ days: 1, minutes: 30 });
    expect(await seen()).toBe('2030-02-01T10:30:00.000Z');
    expect(db.clock.now().toISOString()).toBe('2030-02-01T10:30:00.000Z');
    await db.clock.reset();
    expect(Math.abs(Date.parse(await seen()) - Date.now())).toBeLessThan(60_000);
    await other.source.destroy();
  });

  it('belongs to its spec alone', async () => {
    await db.database.run("insert into public.courses (title) values ('Only here')");
    const second = await testDatabase();
    expect(await second.database.rows('select title from public.courses')).toEqual([]);
    await second.drop();
  });
});
