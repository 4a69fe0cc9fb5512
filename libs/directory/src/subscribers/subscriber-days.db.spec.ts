import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { seedLeads, testDatabase, type TestDatabase } from '#testing';
import { subscribersByDay, SubscriberDays } from './subscriber-days.js';

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

it('keeps the last number of each day of the workspace, and forgets what is older than a year', async () => {
  await db.database.run("update cortex.settings set timezone = 'Asia/Tokyo'");
  const days = new SubscriberDays(db.database);
  const noteAt = async (time: string) => {
    await db.clock.set(time);
    await days.note();
  };
  await noteAt('2024-01-01T00:00:00Z');
  await seedLeads(db.database, [{ email: 'a@school.example', consent: 'subscribed' }]);
  await noteAt('2026-03-02T14:00:00Z');
  await seedLeads(db.database, [
    { email: 'b@school.example', consent: 'subscribed' },
    { email: 'c@school.example', consent: 'unsubscribed' },
  ]);
  await noteAt('2026-03-02T14:30:00Z');
  // In Tokyo the next day has begun.
  await seedLeads(db.database, [{ email: 'd@school.example', consent: 'subscribed' }]);
  await noteAt('2026-03-02T15:30:00Z');
  const noted = await subscribersByDay(db.database, new Date('2020-01-01T00:00:00Z'), 'Asia/Tokyo');
  expect([...noted]).toEqual([
    ['2026-03-02', 2],
    ['2026-03-03', 3],
  ]);
});
