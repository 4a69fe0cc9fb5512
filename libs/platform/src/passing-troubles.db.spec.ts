import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLog } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { FullDiskNotice } from './full-disk.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

it('says that the disk of the database is full, once, until ten minutes have passed without a failure', async () => {
  const notice = new FullDiskNotice(db.database, createLog('silent', 'test'));
  const open = () => db.database.rows('select kind from cortex.attention where closed_at is null');
  const meet = () =>
    db.database.run("do $$ begin raise exception 'No space left on device' using errcode = '53100'; end $$");
  await notice.look(Date.now());
  expect(await open()).toEqual([]);

  await expect(meet()).rejects.toThrow();
  await notice.look(Date.now());
  await notice.look(Date.now());
  expect(await open()).toEqual([{ kind: 'database' }]);

  await notice.look(Date.now() + 500_000);
  expect(await open()).toHaveLength(1);
  await notice.look(Date.now() + 700_000);
  expect(await open()).toEqual([]);

  await notice.look(Date.now());
  await expect(db.database.tx(() => meet())).rejects.toThrow();
  await notice.look(Date.now());
  expect(await open()).toHaveLength(1);
});
