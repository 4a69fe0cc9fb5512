import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { createLog } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { InboxBell } from './inbox-bell.js';

type Query = (this: pg.Client, text: string, ...rest: unknown[]) => Promise<unknown>;
const client = pg.Client.prototype as unknown as { query: Query };
const original = client.query;

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase({ empty: true });
});
afterAll(async () => {
  client.query = original;
  await db.drop();
});

it('asks its connection one thing at a time on a server that is slow to answer, and rings once more for what came meanwhile', async () => {
  const answered = Promise.withResolvers<void>();
  let asked = 0;
  let most = 0;
  let done = 0;
  client.query = async function (text, ...rest) {
    if (text !== 'notify cortex_inbox') return original.call(this, text, ...rest);
    most = Math.max(most, (asked += 1));
    await answered.promise;
    await original.call(this, text);
    asked -= 1;
    done += 1;
  };
  const bell = new InboxBell(db.database, createLog('silent', 'test'));
  bell.ring();
  while (asked === 0) await pause(5);
  // Longer than it rests between two.
  for (let at = 0; at < 5; at += 1) {
    bell.ring();
    await pause(10);
  }
  answered.resolve();
  while (done < 2) await pause(5);
  await bell.close();
  expect(most).toBe(1);
});
