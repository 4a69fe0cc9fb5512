import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Sessions } from '#access';
import { AppError, createLog, newId, readConfig } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { banCustomers, endCustomerSessions } from './bans.js';

let db: TestDatabase;
let sessions: Sessions;
beforeAll(async () => {
  db = await testDatabase();
  const config = readConfig({ NODE_ENV: 'test', PORT: '3000' });
  sessions = new Sessions(
    'customer',
    db.database,
    config,
    'a secret of this test, long enough',
    createLog('error', 'test'),
  );
});
afterAll(async () => {
  await sessions?.close();
  await db?.drop();
});

const ROUNDS = 1000;
/** Customers side by side, so that rounds also meet each other. */
const LANES = 4;

/** Some turns of the event loop, so that neither side always comes first. */
const turns = async (count: number) => {
  for (let at = 0; at < count; at++) await new Promise((go) => setImmediate(go));
};

it('leaves no session behind when access is revoked while somebody signs in, a thousand times', async () => {
  const seen = { letIn: 0, refused: 0 };
  const survived: number[] = [];
  const request = { headers: { 'user-agent': 'a test' }, ip: '198.51.100.1' };
  const lane = async (first: number) => {
    const id = newId();
    await db.database.run('insert into public.unified_profiles (id, email) values ($1, $2)', [id, `${id}@example.com`]);
    await db.database.run('insert into cortex_customers."user" (id) values ($1)', [id]);
    for (let round = first; round < ROUNDS; round += LANES) {
      // From who is let in long before the ban to who comes long after it.
      const head = (round / LANES) % 40;
      const signedIn = turns(Math.max(0, head - 20))
        .then(() => sessions.start(request, id))
        .catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'BANNED_USER') return undefined;
          throw error;
        });
      const banned = turns(Math.max(0, 20 - head)).then(async () => {
        await db.database.tx((tx) => banCustomers(tx, [id], 'race'));
        await db.database.tx((tx) => endCustomerSessions(tx, [id]));
      });
      const [lines] = await Promise.all([signedIn, banned]);
      seen[lines ? 'letIn' : 'refused']++;
      const cookie = (lines ?? []).map((line) => line.split(';')[0]).join('; ');
      const during = await sessions.find({ cookie });
      const rows = await db.database.rows('select 1 from cortex_customers.session where "userId" = $1', [id]);
      // Not by `liftBans`, which would end what was left.
      await db.database.run('update cortex_customers."user" set banned = false where id = $1', [id]);
      if (during || rows.length > 0 || (await sessions.find({ cookie }))) survived.push(round);
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, at) => lane(at)));
  expect(survived).toEqual([]);
  expect(seen.letIn + seen.refused).toBe(ROUNDS);
  expect([seen.letIn > 0, seen.refused > 0]).toEqual([true, true]);
}, 120_000);
