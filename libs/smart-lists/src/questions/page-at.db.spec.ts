import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Contacts } from '#directory';
import { rulesSchema } from '#rules';
import { seedLeads } from '#testing';
import { actor, emailsOf, Shop } from '../scenarios/list-shop.fixture.js';
import { RuleQuestions } from './rule-questions.js';

describe('T7. One instant for all pages', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.make(8);
    await seedLeads(
      shop.db.database,
      emailsOf(0, 5).map((email) => ({ email })),
    );
  });
  afterAll(() => shop.db.drop());

  const recent = rulesSchema.parse({
    operator: 'AND',
    conditions: [{ field: 'created_at', operator: 'in_last', value: { n: 1, unit: 'hours' } }],
  });
  const hour = async () => {
    await shop.db.clock.set('2026-03-02T09:59:00Z');
    await shop.db.database.run(`update public.purchase_leads set created_at = '2026-03-02T09:00:00Z'`);
  };

  it('a search goes on as it began, though an hour has passed meanwhile', async () => {
    await hour();
    const questions = new RuleQuestions(shop.db.database, new Contacts(shop.db.database));
    const first = await questions.search(recent, { sort: 'email', limit: 2 });
    await shop.db.clock.advance({ hours: 1 });
    const rest = await questions.search(recent, { sort: 'email', limit: 10, cursor: first.next_cursor! });
    expect([...first.items, ...rest.items].map(({ email }) => email)).toEqual(emailsOf(0, 5));
    expect((await questions.search(recent, { sort: 'email', limit: 10 })).items).toEqual([]);
  });

  it('so does a list, also where a name is looked for', async () => {
    await hour();
    const lists = shop.lists();
    const { id } = await lists.create(actor, { name: 'Recent', kind: 'rules', rules: recent });
    const q = emailsOf(0, 1)[0]!.split('@')[1]!;
    const first = await lists.contactsOf(id, { sort: 'email', limit: 2, q });
    await shop.db.clock.advance({ hours: 1 });
    const rest = await lists.contactsOf(id, { sort: 'email', limit: 10, q, cursor: first.next_cursor! });
    expect([...first.items, ...rest.items].map(({ email }) => email)).toEqual(emailsOf(0, 5));
  });
});
