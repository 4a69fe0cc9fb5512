import { describe, expect, it } from '@jest/globals';
import { eachPersonal, rulesSchema, type Group, type PersonFacts } from '#rules';
import { Decider } from '#rules/engine';
import { smallestChange } from './explain-change.js';

const decider = new Decider({ now: new Date('2026-05-01T00:00:00Z'), timezone: 'UTC' });
const somebody: PersonFacts = {
  person_id: 'a',
  type: 'lead',
  email: 'a@example.com',
  ...eachPersonal(() => null),
  country: 'FR',
  tags: ['lead'],
  created_at: 0,
  last_activity: null,
  lifetime_value: 20,
  can_be_emailed: true,
  consent: 'subscribed',
  attributes: {},
  enrollments: [],
  lists: {},
  activities: {},
};
const is = (field: string, operator: string, value?: unknown) => ({ field, operator, value });
const change = async (given: unknown) => {
  const rules = rulesSchema.parse(given) as Group;
  return smallestChange(rules, await decider.explain(rules, somebody));
};

describe('the smallest change that would turn a rule', () => {
  it('is everything that fails of an AND, and the cheapest way of an OR', async () => {
    const found = await change({
      operator: 'AND',
      conditions: [
        is('type', 'eq', 'lead'),
        {
          operator: 'OR',
          conditions: [
            { operator: 'AND', conditions: [is('country', 'eq', 'DE'), is('tags', 'contains', 'vip')] },
            is('lifetime_value', 'gte', 100),
          ],
        },
      ],
    });
    expect(found!.changes).toEqual([
      { field: 'lifetime_value', operator: 'gte', wanted: 100, value_seen: 20, must: true },
    ]);
    expect(found!.text).toMatch(/^It would change if their lifetime value/);
  });

  it('goes through NOT, and says what would have to be no longer', async () => {
    const found = await change({ operator: 'NOT', conditions: [is('country', 'eq', 'FR')] });
    expect(found!.changes).toMatchObject([{ field: 'country', value_seen: 'fr', must: false }]);
    expect(found!.text).toContain('no longer');
  });

  it('is nothing when it holds', async () => {
    expect(await change({ operator: 'AND', conditions: [is('type', 'eq', 'lead')] })).toBeUndefined();
  });
});
