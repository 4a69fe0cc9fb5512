import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Ingestion, VisitLimits, Visits } from '#activities';
import type { ClientMessage } from '#contracts';
import { Shop } from '#enrollments';
import { createLog } from '#platform';
import { countWork, testDatabase, type TestDatabase } from '#testing';
import { Clients } from './clients.js';
import { EventAliases } from './event-aliases.js';

const SERVER = { by: 'a key', source: 'segment' as const };

let db: TestDatabase;
let ingestion: Ingestion;
let visits: Visits;
let shop: Shop;
let clients: Clients;
beforeAll(async () => {
  db = await testDatabase();
  ingestion = new Ingestion(db.database, createLog('silent', 'test'));
  visits = new Visits(db.database, ingestion, new VisitLimits(db.database, db.clock), db.clock);
  shop = new Shop(db.database);
  clients = new Clients(visits, ingestion, shop, new EventAliases(db.database), db.clock);
}, 120_000);
afterAll(async () => {
  await ingestion?.onApplicationShutdown();
  await db?.drop();
});

const HOUR_MS = 3600_000;
/** What happened at the nth second of the last hour. */
const call = (n: number, more: Partial<ClientMessage>): ClientMessage => ({
  type: 'track',
  event: 'Looked',
  timestamp: new Date(Date.now() - HOUR_MS + n * 1000).toISOString(),
  properties: { n },
  ...more,
});

interface Said {
  user?: number;
  browser?: number;
  who?: string;
  identifies: boolean;
}
const said: fc.Arbitrary<Said> = fc.record(
  {
    user: fc.nat(2),
    browser: fc.nat(2),
    who: fc.constantFrom('new', 'newer', 'lead', 'customer'),
    identifies: fc.boolean(),
  },
  { requiredKeys: ['identifies'] },
);

/** Whoever is there before: a lead, a customer who is user 0, and browser 0, of which nobody knows whose it is. */
async function begin(world: string): Promise<void> {
  await shop.leads([{ email: `lead@${world}.example`, first_name: 'Lea', tags: ['old'] }]);
  await shop.profiles([{ email: `customer@${world}.example` }]);
  await clients.record(SERVER, [
    call(1, { userId: `${world}-0`, context: { traits: { email: `customer@${world}.example` } } }),
    call(2, { anonymousId: `${world}-0` }),
    call(3, { anonymousId: `${world}-0`, event: 'Left' }),
  ]);
}

const calls = (world: string, all: readonly Said[]): ClientMessage[] =>
  all.map(({ user, browser, who, identifies }, at) => {
    const n = 10 + at;
    const traits = { ...(who ? { email: `${who}@${world}.example` } : {}), n, firstName: `N${n}` };
    const ids = {
      ...(user === undefined ? {} : { userId: `${world}-${user}` }),
      ...(browser === undefined ? {} : { anonymousId: `${world}-${browser}` }),
    };
    return call(n, identifies ? { ...ids, type: 'identify', traits } : { ...ids, context: { traits } });
  });

/** All that the database has of a world, without its name. */
async function kept(world: string): Promise<unknown> {
  const of = [`%${world}-%`, `%@${world}.example`];
  const visitors = await db.database.rows(
    `select v.anonymous_id, p.address from cortex.visitors v join cortex.people p using (person_id)
     where v.anonymous_id like $1 order by v.anonymous_id`,
    [of[0]],
  );
  const activities = await db.database.rows(
    `select a.type, coalesce(a.metadata ->> 'n', '') as n, a.contact_email, a.anonymous_id, p.address,
       a.contact_id is not null as of_customer,
       (select count(*)::int from cortex.activity_inbox i where i.activity_id = a.id and i.person_id = p.person_id) as inbox
     from public.crm_activities a left join cortex.people p using (person_id)
     where a.source = 'segment' and (a.anonymous_id like $1 or a.contact_email like $2)
     order by a.occurred_at, a.type, a.contact_email`,
    of,
  );
  const people = await db.database.rows(
    `select p.address, p.type, p.first_name, p.tags, p.attributes from cortex.people p
     where p.address like $1 order by p.address`,
    [of[1]],
  );
  return JSON.parse(JSON.stringify({ visitors, activities, people }).replaceAll(world, 'world'));
}

describe('a batch of a server', () => {
  it('comes out as its calls one by one, of new, known, repeated, doubtful and nameless users', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 2, maxLength: 9 }), async (all) => {
        const [together, apart] = [`t${(round += 1)}x`, `a${round}x`];
        await begin(together);
        await begin(apart);
        const answers = await clients.record(SERVER, calls(together, all));
        const single: unknown[] = [];
        for (const one of calls(apart, all)) single.push(...(await clients.record(SERVER, [one])));
        expect(answers).toEqual(single);
        expect(await kept(together)).toEqual(await kept(apart));
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it('asks no more of the database for each user', async () => {
    const batch = (users: number, of: string) =>
      Array.from({ length: users }, (_, n) =>
        call(n, {
          type: 'identify',
          userId: `${of}-${n}`,
          anonymousId: `${of}-b${n}`,
          traits: { email: `${n}@${of}.example`, firstName: 'Ada', n },
        }),
      );
    const statements = async (messages: ClientMessage[]) =>
      (await countWork(db.database, ['cortex.visitors'], () => clients.record(SERVER, messages))).statements;
    const few = await statements(batch(20, 'few'));
    const many = await statements(batch(220, 'many'));
    // Two visitors each, a hundred in a transaction: before the activities are stored, and after it.
    expect(many - few).toBeLessThanOrEqual(4 * 4 + 4 * 5 + 1);
    // Who is known is looked up once, and what traits say is written.
    expect(await statements(batch(220, 'many'))).toBeLessThanOrEqual(10);
    const left = await db.database.row<{ visitors: number; named: number; nobodys: number }>(
      `select (select count(*)::int from cortex.visitors where anonymous_id like '%many-%') as visitors,
         (select count(*)::int from cortex.people where address like '%@many.example' and first_name = 'Ada'
            and address = (attributes ->> 'n') || '@many.example') as named,
         (select count(*)::int from public.crm_activities where anonymous_id like '%many-%' and person_id is null) as nobodys`,
    );
    expect(left).toEqual({ visitors: 440, named: 220, nobodys: 0 });
  }, 60_000);

  it('loses of what is said about others nothing by what the database refuses', async () => {
    const about = (who: string, plan: string) =>
      call(1, { type: 'identify', userId: `odd-${who}`, traits: { email: `${who}@odd.example`, plan } });
    await shop.leads([{ email: 'b@odd.example' }, { email: 'c@odd.example' }]);
    const batch = [about('a', 'pro'), about('b', 'no text: \ud800'), about('c', 'pro'), about('b', 'max')];
    const answers = await clients.record(SERVER, batch);
    expect(answers.map(({ status }) => status)).toEqual(['accepted', 'rejected', 'accepted', 'accepted']);
    expect(
      await db.database.rows(
        `select address, attributes from cortex.people where address like '%@odd.example' order by address`,
      ),
    ).toEqual([
      { address: 'a@odd.example', attributes: { plan: 'pro' } },
      { address: 'b@odd.example', attributes: { plan: 'max' } },
      { address: 'c@odd.example', attributes: { plan: 'pro' } },
    ]);
  });

  it('waits for none that names the same users in another order', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `w-${n}`);
    await shop.leads(ids.map((id) => ({ email: `${id}@w.example` })));
    const proofs = ids.map((anonymousId) => ({ anonymousId, provenEmail: `${anonymousId}@w.example` }));
    const before = new Date(Date.now() - HOUR_MS).toISOString();
    for (let round = 1; round <= 4; round += 1) {
      await ingestion.store(ids.map((anonymous_id) => ({ anonymous_id, type: 'looked', occurred_at: before })));
      await Promise.all([visits.prove(proofs), visits.prove(proofs.toReversed()), visits.prove(proofs)]);
      const joined = await db.database.row<{ once: number; waiting: number }>(
        `select count(distinct i.activity_id)::int as once, count(*)::int as waiting
         from cortex.activity_inbox i join public.crm_activities a on a.id = i.activity_id
         where a.anonymous_id like 'w-%' and a.person_id = i.person_id`,
      );
      expect(joined).toEqual({ once: 60 * round, waiting: 60 * round });
    }
  }, 60_000);
});
