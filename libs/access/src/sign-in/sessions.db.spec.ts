import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLog, newId, readConfig } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import { Sessions } from './sessions.js';

let db: TestDatabase;
const logged: string[] = [];
const log = createLog('error', 'test', { write: (line: string) => void logged.push(line) });
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

it('ends what is asked for somebody who is gone before it lets go of the database, and says nothing in the log', async () => {
  const config = readConfig({ NODE_ENV: 'test', PORT: '3000' });
  const sessions = new Sessions('customer', db.database, config, 'a secret of this test, long enough', log);
  const id = newId();
  await db.database.run("insert into public.unified_profiles (id, email) values ($1, 'gone@example.com')", [id]);
  await db.database.run('insert into cortex_customers."user" (id) values ($1)', [id]);
  const request = { headers: { 'user-agent': 'a test' }, ip: '198.51.100.1' };
  const lines = await sessions.start(request, id);
  const headers = { cookie: lines.map((line) => line.split(';')[0]).join('; ') };
  let asked: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;
  await db.database.tx(async (tx) => {
    await tx.run('lock table cortex_customers.session in access exclusive mode');
    asked = sessions.find(headers);
    const waits = `select from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and not l.granted`;
    await until(async () => (await db.database.row(waits)) !== undefined);
    closed = sessions.close();
  });
  expect(await asked).toMatchObject({ user: id });
  await closed;
  await expect(sessions.find(headers)).rejects.toMatchObject({ code: 'database_away' });
  expect(logged).toEqual([]);
});
