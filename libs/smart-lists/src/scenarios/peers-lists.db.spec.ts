import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Contacts } from '#directory';
import { countWork, seedLeads } from '#testing';
import { actor, emailsOf, Shop, tagged } from './list-shop.fixture.js';
import { RuleQuestions } from '../questions/rule-questions.js';

describe('lists that are rebuilt, as people complained about it elsewhere', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make(8);
  });
  afterAll(() => shop.db.drop());

  it('mautic#2004, mautic#150, mautic#2419: three rebuilds at once take out nobody who stays, not for a moment, and no mail is lost', async () => {
    const { db, line } = shop;
    const emails = emailsOf(0, 30);
    for (const email of emails) await line.lead(email);
    const list = await shop.lists().create(actor, { name: 'Important', kind: 'rules', rules: tagged('vip', 'old') });
    const automation = await shop.follow(list.id);
    const keepers = [shop.keeper(), shop.keeper(), shop.keeper()];
    await shop.settle(...keepers);
    await shop.tag(['vip'], emails.slice(0, 25));
    await shop.tag(['old'], emails.slice(25));
    await shop.settle(...keepers);
    const members = () => shop.count(`cortex.list_members where smart_list_id = '${list.id}'`);
    expect(await members()).toBe(30);

    // Remembers everybody who is ever taken out, also where the same transaction puts them back.
    await db.database.run('create table public.taken_out (person_id uuid)');
    await db.database.run(
      `create function public.note_taken() returns trigger language plpgsql as
         $$ begin insert into public.taken_out values (old.person_id); return null; end $$`,
    );
    await db.database.run(
      'create trigger note_taken after delete or update on cortex.list_members for each row execute function public.note_taken()',
    );
    await shop.lists().put(actor, list.id, { rules: tagged('vip', 'new') });
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        keepers.map(async (keeper) => {
          await keeper.once();
          await keeper.sweep();
          await keeper.compare();
        }),
      );
      await shop.settle(...keepers);
    }
    expect(await members()).toBe(25);
    const out = await db.database.rows<{ address: string }>(
      'select p.address from public.taken_out join cortex.people p using (person_id) order by p.address',
    );
    expect(out.map(({ address }) => address)).toEqual(emails.slice(25).sort());
    expect(
      await shop.count(`cortex.automation_runs where automation_id = '${automation}' and status = 'waiting'`),
    ).toBe(30);
    await db.clock.advance({ days: 1 });
    await shop.settle(...keepers);
    expect(await shop.count(`cortex.messages where automation_id = '${automation}' and state = 'queued'`)).toBe(30);
  });
});

describe('lists of many people, as people complained about it elsewhere', () => {
  const tables = [
    'cortex.people',
    'cortex.list_members',
    'cortex.automation_runs',
    'public.crm_activities',
    'public.purchase_leads',
  ];
  /** A shop of so many people, of whom a tenth is in a kept list that an automation follows. */
  const grown = async (people: number) => {
    // One connection: then the database's own counts are exact.
    const shop = await Shop.make(1);
    await seedLeads(
      shop.db.database,
      emailsOf(0, people).map((email) => ({ email, consent: 'subscribed' })),
    );
    await shop.db.database.tx(async (tx) => {
      await tx.run("set local session_replication_role = 'replica'");
      for (const table of ['public.purchase_leads', 'cortex.people']) {
        await tx.run(`update ${table} set tags = '{vip}' where email like 'many%0@example.com'`);
      }
      await tx.run('update cortex.people set tags_folded = cortex.fold_all(tags)');
    });
    const list = await shop.lists().create(actor, { name: 'Important', kind: 'rules', rules: tagged('vip') });
    const automation = await shop.follow(list.id);
    const keeper = shop.keeper();
    await shop.settle(keeper);
    // Some have come in before, so that the server knows its tables as in use.
    await shop.tag(['vip'], emailsOf(601, 299));
    await shop.settle(keeper);
    await shop.db.database.run('vacuum analyze');
    return { shop, list, automation, keeper };
  };
  type Grown = Awaited<ReturnType<typeof grown>>;
  let small: Grown;
  let large: Grown;
  beforeAll(async () => {
    small = await grown(1_000);
    large = await grown(10_000);
  });
  afterAll(async () => {
    await small.shop.db.drop();
    await large.shop.db.drop();
  });

  /** What it takes until these people are in the list and in its automation. */
  const entering = async ({ shop, keeper }: Grown, emails: readonly string[]) => {
    const { database } = shop.db;
    const leads = await database.rows<{ id: string }>(
      'select id from public.purchase_leads where email = any($1::citext[])',
      [emails],
    );
    return countWork(database, tables, async () => {
      const ids = leads.map(({ id }) => id);
      await database.run(`update public.purchase_leads set tags = '{vip}' where id = any($1::uuid[])`, [ids]);
      await shop.settle(keeper);
    });
  };
  const inside = ({ shop, automation }: Grown) =>
    shop.count(`cortex.automation_runs where automation_id = '${automation}'`);

  it('mautic#8113, mautic#2870: the work follows how many have changed, and not how many there are', async () => {
    const ten = emailsOf(0, 12)
      .filter((email) => !email.endsWith('0@example.com'))
      .slice(0, 10);
    const few = await entering(small, ten);
    const same = await entering(large, ten);
    expect([await inside(small), await inside(large)]).toEqual([280, 280]);
    expect(same.read).toBeLessThanOrEqual(few.read * 1.2);
    expect(same.written).toBe(few.written);
    expect(same.statements).toBeLessThanOrEqual(few.statements * 1.1);
    const hundred = emailsOf(100, 112)
      .filter((email) => !email.endsWith('0@example.com'))
      .slice(0, 100);
    const more = await entering(large, hundred);
    expect(await inside(large)).toBe(380);
    expect(more.read).toBeGreaterThan(same.read);
    expect(more.read).toBeLessThanOrEqual(same.read * 12);

    // And where nobody has changed.
    await large.shop.db.clock.advance({ hours: 1 });
    const nothing = await countWork(large.shop.db.database, tables, () => large.shop.settle(large.keeper));
    expect(nothing).toMatchObject({ read: 0, written: 0 });
  });

  it('mautic#9634, mautic#13088: opening a list reads nobody, and neither does opening one that asks about it', async () => {
    const { shop, list } = large;
    const rules = { operator: 'AND' as const, conditions: [{ field: 'smart_list', operator: 'in', value: [list.id] }] };
    const outer = await shop.lists().create(actor, { name: 'Outer', kind: 'rules', rules });
    expect(outer.user_count).toBe(1_380);
    const { database } = shop.db;
    const questions = new RuleQuestions(database, new Contacts(database));
    const opened = await countWork(database, tables, async () => {
      expect(await shop.lists().get(outer.id)).toMatchObject({ rules, user_count: 1_380 });
      expect(await shop.lists().get(list.id)).toMatchObject({ name: 'Important' });
      expect((await shop.lists().list({ limit: 50 })).items).toHaveLength(2);
    });
    expect(opened.read).toBe(0);
    // What the builder offers is taken from the newest five thousand at most.
    const offered = await countWork(database, tables, () => questions.fields());
    expect(offered.read).toBeLessThan(5_200);
  });
});
