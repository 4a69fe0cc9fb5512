import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createLog, newId, outageOf, readConfig } from '#platform';
import { testDatabase, until, type TestDatabase } from '#testing';
import { Sessions } from './sessions.js';

let db: TestDatabase;
const logged: string[] = [];
const log = createLog('error', 'test', { write: (line: string) => void logged.push(line) });
beforeAll(async () => {
  db = await testDatabase();
});
afterAll(() => db?.drop());

const config = readConfig({ NODE_ENV: 'test', PORT: '3000' });
const SECRET = 'a secret of this test, long enough';
const waiting = `select count(*)::int as n from pg_locks l join pg_database d on d.oid = l.database
  where d.datname = current_database() and not l.granted`;

/** Somebody who is signed in, with the headers of their requests. */
async function signedIn(sessions: Sessions) {
  const id = newId();
  await db.database.run('insert into public.unified_profiles (id, email) values ($1, $2)', [id, `${id}@example.com`]);
  await db.database.run('insert into cortex_customers."user" (id) values ($1)', [id]);
  const lines = await sessions.start({ headers: { 'user-agent': 'a test' }, ip: '198.51.100.1' }, id);
  return { id, headers: { cookie: lines.map((line) => line.split(';')[0]).join('; ') } };
}

it('waits for a connection once more when none came in time, and then says what the database is', async () => {
  const said: string[] = [];
  const warnings = createLog('warn', 'test', { write: (line: string) => void said.push(line) });
  const sessions = new Sessions('customer', db.database, config, SECRET, warnings);
  const { id, headers } = await signedIn(sessions);
  const held: Promise<unknown>[] = [];
  let late: Promise<unknown> | undefined;
  let later: Promise<unknown> | undefined;
  await db.database.tx(async (tx) => {
    await tx.run('lock table cortex_customers.session in access exclusive mode');
    // All of its connections are in use.
    for (let n = 0; n < 4; n++) held.push(sessions.find(headers));
    await until(async () => (await tx.row<{ n: number }>(waiting))!.n >= 4);
    late = sessions.find(headers).catch((error: unknown) => error);
    await until(() => said.length > 0);
    later = sessions.find(headers);
    await late;
  });
  expect(outageOf(await late)).toBe('busy');
  expect(await later).toMatchObject({ user: id });
  for (const one of await Promise.all(held)) expect(one).toMatchObject({ user: id });
  expect(said.join('')).toContain('timeout exceeded when trying to connect');
  await sessions.close();
}, 30_000);

it('ends what is asked for somebody who is gone before it lets go of the database, and says nothing in the log', async () => {
  const sessions = new Sessions('customer', db.database, config, SECRET, log);
  const { id, headers } = await signedIn(sessions);
  let asked: Promise<unknown> | undefined;
  let closed: Promise<void> | undefined;
  await db.database.tx(async (tx) => {
    await tx.run('lock table cortex_customers.session in access exclusive mode');
    asked = sessions.find(headers);
    await until(async () => (await db.database.row<{ n: number }>(waiting))!.n > 0);
    closed = sessions.close();
  });
  expect(await asked).toMatchObject({ user: id });
  await closed;
  await expect(sessions.find(headers)).rejects.toMatchObject({ code: 'database_away' });
  expect(logged).toEqual([]);
});
