import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Sessions } from '#access';
import { AppError, createLog, newId, readConfig } from '#platform';
import { testDatabase, type TestDatabase } from '#testing';
import { banCustomers, endCustomerSessions } from './bans.js';
import { CustomerSignIn } from './customer-sign-in.js';
import { PasswordLinks } from './password-links.js';

const SECRET = 'a secret of this test, long enough';
const PASSWORD = 'seven quiet herons wade';
const request = { headers: { 'user-agent': 'a test' }, ip: '198.51.100.1' };

let db: TestDatabase;
let sessions: Sessions;
let signIns: CustomerSignIn;
let links: PasswordLinks;
beforeAll(async () => {
  db = await testDatabase();
  const config = readConfig({ NODE_ENV: 'test', PORT: '3000' });
  const log = createLog('error', 'test');
  sessions = new Sessions('customer', db.database, config, SECRET, log);
  signIns = new CustomerSignIn(db.database, config, SECRET, log);
  links = new PasswordLinks(db.database, SECRET);
});
afterAll(async () => {
  await sessions?.close();
  await signIns?.onApplicationShutdown();
  await db?.drop();
});

/** Some turns of the event loop, so that neither side always comes first. */
const turns = async (count: number) => {
  for (let at = 0; at < count; at++) await new Promise((go) => setImmediate(go));
};

async function customer(): Promise<{ id: string; email: string }> {
  const id = newId();
  const email = `${id}@example.com`;
  await db.database.run('insert into public.unified_profiles (id, email) values ($1, $2)', [id, email]);
  await db.database.run('insert into cortex_customers."user" (id) values ($1)', [id]);
  return { id, email };
}

/** Somebody signs in while their access is revoked. Answers who was first, and whether anything of theirs is left. */
async function race(id: string, signIn: () => Promise<readonly string[]>, head: { signIn: number; ban: number }) {
  const signedIn = turns(head.signIn)
    .then(signIn)
    .catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'BANNED_USER') return undefined;
      throw error;
    });
  const banned = turns(head.ban).then(async () => {
    await db.database.tx((tx) => banCustomers(tx, [id], 'race'));
    await db.database.tx((tx) => endCustomerSessions(tx, [id]));
  });
  const [lines] = await Promise.all([signedIn, banned]);
  const cookie = (lines ?? []).map((line) => line.split(';')[0]).join('; ');
  const during = await sessions.find({ cookie });
  const rows = await db.database.rows('select 1 from cortex_customers.session where "userId" = $1', [id]);
  // Not by `liftBans`, which would end what was left.
  await db.database.run('update cortex_customers."user" set banned = false where id = $1', [id]);
  const after = await sessions.find({ cookie });
  return { letIn: lines !== undefined, survived: during !== undefined || after !== undefined || rows.length > 0 };
}

const ROUNDS = 1000;
/** Customers side by side, so that rounds also meet each other. */
const LANES = 4;

it('leaves no session behind when access is revoked while somebody signs in, a thousand times', async () => {
  const seen: Awaited<ReturnType<typeof race>>[] = [];
  const lane = async (first: number) => {
    const { id } = await customer();
    for (let round = first; round < ROUNDS; round += LANES) {
      // From who is let in long before the ban to who comes long after it; the password was right before that.
      const head = ((round - first) / LANES) % 40;
      const heads = { signIn: Math.max(0, head - 20), ban: Math.max(0, 20 - head) };
      seen.push(await race(id, () => sessions.start(request, id), heads));
    }
  };
  await Promise.all(Array.from({ length: LANES }, (_, at) => lane(at)));
  expect([seen.length, seen.filter(({ survived }) => survived)]).toEqual([ROUNDS, []]);
  expect([true, false].map((letIn) => seen.some((one) => one.letIn === letIn))).toEqual([true, true]);
}, 120_000);

it('leaves none from the password on, whenever within the sign-in access is revoked', async () => {
  const { id, email } = await customer();
  const token = newId();
  await db.database.tx((tx) => links.make(tx, id, { purpose: 'welcome', by: 'a test', token, minutes: 60 }));
  await links.take(token, PASSWORD);
  const signIn = async () => (await signIns.signIn(request, { email, password: PASSWORD })).cookies;
  // A sign-in takes some thousand turns, most of them for the password.
  for (let round = 0; round < 20; round++)
    expect(await race(id, signIn, { signIn: 0, ban: round * 1000 })).toMatchObject({ survived: false });
}, 120_000);
