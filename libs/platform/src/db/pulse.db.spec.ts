import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TcpProxy, testDatabase, until, type TestDatabase } from '#testing';
import { createDataSource } from './data-source.js';
import { databaseFailure } from './database-errors.js';
import { asRequest } from './pulse.js';
import { Database } from './tx.js';

describe('a server that takes no new connection', () => {
  let db: TestDatabase;
  let proxy: TcpProxy;
  let database: Database;

  beforeAll(async () => {
    db = await testDatabase({ empty: true });
    proxy = await TcpProxy.to(db.url);
    const source = createDataSource({ url: proxy.through(db.url), applicationName: 'pulse test', poolSize: 4 });
    database = new Database(await source.initialize());
  });
  afterAll(async () => {
    await database.source.destroy();
    await proxy.close();
    await db.drop();
  });

  const long = () => database.row<{ done: string }>("select pg_sleep(7)::text || 'done' as done");

  it('ends what a request waits for, begins nothing new, and lets a job finish', async () => {
    // Both have their connections before.
    await Promise.all([database.row('select pg_sleep(0.1)'), database.row('select pg_sleep(0.1)')]);
    const job = long();
    const awaited = asRequest(long).then(
      () => 'was answered',
      (error: unknown) => databaseFailure(error),
    );
    proxy.joins = false;
    expect(await awaited).toBe('unavailable');
    expect(await database.row('select 1').then(() => 'was answered', databaseFailure)).toBe('unavailable');
    expect(await job).toEqual({ done: 'done' });
  }, 30_000);

  it('goes on when the server takes connections again', async () => {
    proxy.joins = true;
    await until(async () => (await database.row('select 1 as one').catch(() => undefined)) !== undefined);
  }, 90_000);
});
