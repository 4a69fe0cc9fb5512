import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLog } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { LogOutput, standardOutput } from '../log/log-output.js';
import { lostLogOf } from './lost-log.js';
import { PassingTroubles } from './passing-troubles.js';

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db.drop());

it('says that the disk of the database is full, once, until ten minutes have passed without a failure', async () => {
  const notice = new PassingTroubles(db.database, createLog('silent', 'test'));
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
  db.database.fullDiskAt = undefined;
});

it('says that lines of the log are lost, and why, until that has not happened for ten minutes', async () => {
  await db.database.run('delete from cortex.attention');
  const troubles = new PassingTroubles(db.database, createLog('silent', 'worker'));
  const open = () => db.database.rows('select title, detail from cortex.attention where closed_at is null');
  try {
    standardOutput.failure = { code: 'ENOSPC', at: Date.now(), lost: 3 };
    await troubles.look(Date.now());
    expect(await open()).toEqual([
      {
        title: 'The log cannot be written',
        detail:
          'Everything works, but lines of the log (worker) are lost, 3 so far: its disk is full. Make room on the disk that the log is written to.',
      },
    ]);
    await troubles.look(Date.now() + 700_000);
    expect(await open()).toEqual([]);
    expect(standardOutput.failure).toBeUndefined();
  } finally {
    standardOutput.failure = undefined;
  }
  expect(
    lostLogOf(Object.assign(new LogOutput(1), { failure: { code: 'EIO', at: 0, lost: 1 } }), 'api').notice(),
  ).toEqual(
    expect.objectContaining({
      detail: expect.stringMatching(/ the log \(api\) are lost, 1 so far: the system refuses it \(EIO\)\.$/),
    }),
  );
});
