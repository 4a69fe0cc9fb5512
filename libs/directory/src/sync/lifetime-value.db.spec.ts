import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { wholeMoney } from '#rules';
import { testDatabase, type TestDatabase } from '#testing';
import fc from 'fast-check';
import pg from 'pg';
import { pino } from 'pino';
import { Contacts } from '../contacts/contacts.js';
import { loadFacts, momentOf } from '../facts/facts.queries.js';
import { DirectoryRepair } from './directory-repair.js';

const PEOPLE = ['ann', 'bob', 'cid'] as const;
type Who = (typeof PEOPLE)[number];
const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD', 'eur'];
const STATUSES = ['paid', 'paid', 'refunded', 'partly_refunded', 'failed'] as const;

const who = fc.constantFrom(...PEOPLE);
const pick = fc.nat(9);
const currency = fc.constantFrom(...CURRENCIES);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      who,
      currency,
      amount: fc.nat(99_999),
      refunded: fc.nat(999),
      status: fc.constantFrom(...STATUSES),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recurrency' as const), pick, currency }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('give' as const), pick, who }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), who, to: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('workspace' as const),
      currency: fc.constantFrom('EUR', 'USD', 'JPY', 'KWD'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('repair' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

describe('lifetime value', () => {
  let db: TestDatabase;
  let contacts: Contacts;
  let repair: DirectoryRepair;
  const sql = <T = any>(text: string, values: unknown[] = []) => db.database.rows<T>(text, values);
  const profiles = new Map<Who, string>();

  beforeAll(async () => {
    db = await testDatabase();
    contacts = new Contacts(db.database);
    repair = new DirectoryRepair(db.database, pino({ level: 'silent' }));
  });
  afterAll(() => db.drop());
  beforeEach(fresh);

  async function fresh(): Promise<void> {
    await sql('truncate purchase_leads, unified_profiles, transactions, enrollments, crm_activities');
    await sql(`truncate cortex.people, cortex.former_ids, cortex.person_links, cortex.pending, cortex.trigger_errors,
      cortex.activity_inbox`);
    await sql("update cortex.settings set currency = 'EUR'");
    for (const one of PEOPLE) {
      const [row] = await sql('insert into unified_profiles (email) values ($1) returning id', [`${one}@example.com`]);
      profiles.set(one, row.id);
    }
  }

  const nth = '(select id from transactions order by created_at, id offset $1 limit 1)';
  async function take(one: Step): Promise<unknown> {
    if (one.do === 'pay')
      return sql(
        `insert into transactions (profile_id, amount_minor, refunded_minor, currency, status) values ($1, $2, $3, $4, $5)`,
        [profiles.get(one.who), one.amount, Math.min(one.refunded, one.amount), one.currency, one.status],
      );
    if (one.do === 'refund')
      return sql(`update transactions set status = 'refunded', refunded_minor = amount_minor where id = ${nth}`, [
        one.pick,
      ]);
    if (one.do === 'recurrency')
      return sql(`update transactions set currency = $2 where id = ${nth}`, [one.pick, one.currency]);
    if (one.do === 'give')
      return sql(`update transactions set profile_id = $2 where id = ${nth}`, [one.pick, profiles.get(one.who)]);
    if (one.do === 'drop') return sql(`delete from transactions where id = ${nth}`, [one.pick]);
    if (one.do === 'move')
      return sql('update unified_profiles set email = $2 where id = $1', [
        profiles.get(one.who),
        `${one.who}${one.to || ''}@example.com`,
      ]);
    if (one.do === 'workspace') return sql('update cortex.settings set currency = $1', [one.currency]);
    return repair.repair();
  }

  /** What the orders of these say, read plainly. */
  async function paid(these: readonly Who[]): Promise<Map<string, number>> {
    const orders = await sql<{ currency: string; left: number }>(
      `select currency, (amount_minor - refunded_minor)::int as left from transactions
       where profile_id = any($1) and status in ('paid', 'partly_refunded')`,
      [these.map((one) => profiles.get(one))],
    );
    const sums = new Map<string, number>();
    for (const { currency: written, left } of orders) {
      const of = written.toUpperCase();
      sums.set(of, (sums.get(of) ?? 0) + left);
    }
    return sums;
  }

  /** Shown at once, also while the directory is being counted anew. */
  async function assertShown(): Promise<void> {
    const [settings] = await sql<{ currency: string }>('select currency from cortex.settings');
    const of = settings!.currency;
    // Cid is linked to Bob, and shown with him.
    for (const [head, these] of [
      ['ann', ['ann']],
      ['bob', ['bob', 'cid']],
    ] as const) {
      const sums = await paid(these);
      expect(await contacts.get(profiles.get(head)!)).toMatchObject({
        lifetime_value: wholeMoney(sums.get(of) ?? 0, of),
        currency: of,
        other_currencies: [...sums]
          .filter(([other, minor]) => other !== of && minor !== 0)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([other, minor]) => ({ currency: other, amount: wholeMoney(minor, other) })),
      });
    }
  }

  /** So is what the engine decides by. */
  async function assertDecided(): Promise<void> {
    const [settings] = await sql<{ currency: string }>('select currency from cortex.settings');
    const people = await sql<{ id: string; person_id: string }>(
      'select id, person_id from cortex.people where id is not null',
    );
    const rules = { operator: 'AND' as const, conditions: [{ field: 'lifetime_value', operator: 'gt', value: 1 }] };
    const facts = await db.database.tx(async (tx) =>
      loadFacts(
        tx,
        people.map(({ person_id }) => person_id),
        [rules],
        await momentOf(tx),
      ),
    );
    for (const one of PEOPLE) {
      const { person_id } = people.find(({ id }) => id === profiles.get(one))!;
      const minor = (await paid([one])).get(settings!.currency) ?? 0;
      expect({ one, value: facts.get(person_id)?.lifetime_value }).toEqual({
        one,
        value: wholeMoney(minor, settings!.currency),
      });
    }
  }

  const assertKept = async (): Promise<void> => {
    const [settings] = await sql<{ currency: string }>('select currency from cortex.settings');
    for (const one of PEOPLE) {
      const kept = await sql('select lifetime_value_minor::int as minor from cortex.people where id = $1', [
        profiles.get(one),
      ]);
      expect({ one, kept }).toEqual({ one, kept: [{ minor: (await paid([one])).get(settings!.currency) ?? 0 }] });
    }
  };

  it('is what somebody paid in the workspace’s currency, whatever happens to orders and to that, others beside it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        await fresh();
        const link =
          'insert into cortex.person_links (person_id, into_person_id) select a.person_id, b.person_id from cortex.people a, cortex.people b where a.id = $1 and b.id = $2';
        await sql(link, [profiles.get('cid'), profiles.get('bob')]);
        for (const one of steps) {
          await take(one);
          await assertShown();
          await assertDecided();
        }
        await repair.repair();
        await assertKept();
        await assertShown();
        expect(await repair.compare()).toEqual({ people: 0, activities: 0 });
        expect(await sql('select * from cortex.trigger_errors')).toEqual([]);
      }),
      { numRuns: 12 },
    );
  }, 120_000);

  describe('while another session is at it', () => {
    const clients: pg.Client[] = [];
    const session = async (): Promise<pg.Client> => {
      const client = new pg.Client({ connectionString: db.url });
      await client.connect();
      clients.push(client);
      return client;
    };
    afterAll(() => Promise.all(clients.map((client) => client.end())));
    const pay = (client: pg.Client, of: string) =>
      client.query('insert into transactions (profile_id, amount_minor, currency) values ($1, 500, $2)', [
        profiles.get('ann'),
        of,
      ]);

    it('an order of before the change that is committed after it is counted in the new currency', async () => {
      const shop = await session();
      await shop.query('begin');
      await pay(shop, 'USD');
      await pay(shop, 'EUR');
      await sql("update cortex.settings set currency = 'USD'");
      await shop.query('commit');
      await repair.repair();
      await assertKept();
    });

    it('a sweep of before the change is waited for, and one of meanwhile puts its people aside', async () => {
      const [early, late, office] = [await session(), await session(), await session()];
      await early.query('begin');
      await pay(early, 'EUR');
      await early.query('set constraints all immediate');
      await office.query('begin');
      const change = office.query("update cortex.settings set currency = 'USD'");
      for (;;) {
        const waits = await sql("select from pg_locks where locktype = 'advisory' and not granted");
        if (waits.length > 0) break;
      }
      await early.query('commit');
      await change;
      await pay(late, 'USD');
      expect(await sql('select address from cortex.pending where not recount')).toEqual([
        { address: 'ann@example.com' },
      ]);
      await office.query('commit');
      expect(await sql('select distinct address from cortex.pending where recount')).toEqual([
        { address: 'ann@example.com' },
      ]);
      await repair.repair();
      await assertKept();
      expect(await sql('select from cortex.pending')).toEqual([]);
    });
  });
});
