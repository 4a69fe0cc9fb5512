import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId, readConfig, Vault } from '#platform';
import { FakePostmark, FakePostmarkAccount, testDatabase, type TestDatabase } from '#testing';
import { Removals } from './removals.js';

let db: TestDatabase;
let fake: FakePostmark;
const account = new FakePostmarkAccount();
beforeAll(async () => {
  db = await testDatabase();
  fake = await FakePostmark.start({ account: account.answer });
});
afterAll(async () => {
  await fake?.close();
  await db?.drop();
});

const open = () =>
  db.database.rows('select request_id, sealed, done_at is not null as done, failures from cortex.removals_at_postmark');
const later = () => db.database.run("update cortex.removals_at_postmark set next_try_at = now() - interval '1 minute'");

describe('what Postmark is asked to remove', () => {
  it('is asked for once it answers, looked up until it is done, and forgotten here when it is taken', async () => {
    const config = readConfig({ NODE_ENV: 'test', POSTMARK_API_URL: fake.url, POSTMARK_ACCOUNT_TOKEN: account.token });
    const vault = new Vault(db.database, config);
    const removals = new Removals(db.database, config, vault);
    const id = newId();
    await db.database.run('insert into cortex.removals_at_postmark (id, sealed, requested_by) values ($1, $2, $3)', [
      id,
      (await vault.keys()).seal('gone@example.com', id),
      'boss@example.com',
    ]);
    account.down = true;
    expect(await removals.ask()).toBe(1);
    expect(await open()).toMatchObject([{ request_id: null, done: false, failures: 1 }]);
    expect(await removals.ask()).toBe(0);
    account.down = false;
    await later();
    await removals.ask();
    expect(account.removals).toEqual([{ for: 'gone@example.com', by: 'boss@example.com', status: 'Pending' }]);
    expect(await open()).toEqual([{ request_id: '1', sealed: null, done: false, failures: 0 }]);
    account.removals[0]!.status = 'Done';
    await later();
    await removals.ask();
    expect(await open()).toMatchObject([{ done: true }]);
    await later();
    expect([await removals.ask(), account.removals.length]).toEqual([0, 1]);
  });

  it('is left to people after its tries', async () => {
    const config = readConfig({
      NODE_ENV: 'test',
      POSTMARK_API_URL: fake.url,
      POSTMARK_ACCOUNT_TOKEN: 'another-token',
    });
    const removals = new Removals(db.database, config, new Vault(db.database, config));
    await db.database.run(
      "insert into cortex.removals_at_postmark (request_id, requested_by, failures) values (1, 'boss@example.com', 19)",
    );
    expect([await removals.ask(), await removals.ask()]).toEqual([1, 0]);
    expect(await db.database.rows('select kind from cortex.attention')).toEqual([{ kind: 'removals_at_postmark' }]);
  });
});
