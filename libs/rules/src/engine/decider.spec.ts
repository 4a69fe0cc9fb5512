import { describe, expect, it } from '@jest/globals';
import { readRules } from '../reading/ast.js';
import { aggregateKey, type PersonFacts } from '../language/facts.js';
import type { Condition } from '../language/language.js';
import { eachPersonal } from '../language/personal-fields.js';
import { compileFilter, compileWhereFilter } from './filter.js';
import { Decider } from './decider.js';

const moment = { now: new Date('2026-11-22T12:00:00Z'), timezone: 'Europe/Berlin' };
const rules = (...conditions: unknown[]) => readRules({ operator: 'AND', conditions }, 'graph').rules!;
const where = (...conditions: unknown[]) => readRules({ operator: 'AND', conditions }, 'where').rules!;
const anna: PersonFacts = {
  person_id: '1',
  type: 'lead',
  email: 'anna@example.com',
  ...eachPersonal(() => null),
  first_name: 'Anna',
  country: 'DE',
  tags: ['VIP'],
  created_at: moment.now.getTime() - 3_600_000,
  last_activity: null,
  lifetime_value: 0,
  can_be_emailed: true,
  consent: 'subscribed',
  attributes: {},
  enrollments: [],
  lists: {},
  activities: {},
};

describe('Decider', () => {
  it('answers many rules about one person at once', async () => {
    const groups = [
      rules({ field: 'tags', operator: 'contains', value: 'vip' }),
      rules({ field: 'country', operator: 'eq', value: 'FR' }),
      rules({ field: 'last_name', operator: 'neq', value: 'x' }),
      rules({ field: 'created_at', operator: 'in_last', value: { n: 2, unit: 'hours' } }),
      rules({ operator: 'NOT', conditions: [{ field: 'country', operator: 'eq', value: 'de' }] }),
    ];
    const answers = await new Decider(moment).decideAll(groups, anna);
    expect(groups.map((group) => answers.get(group))).toEqual([true, false, true, true, false]);
  });

  it('does not mix up evaluations that run at the same time', async () => {
    const decider = new Decider(moment);
    const group = rules({ field: 'country', operator: 'eq', value: 'DE' }, { field: 'phone', operator: 'is_empty' });
    const people = Array.from({ length: 200 }, (_, n) => ({
      ...anna,
      country: n % 3 ? 'DE' : 'FR',
      phone: n % 2 ? '1' : null,
    }));
    const answers = await Promise.all(people.map((person) => decider.decide(group, person)));
    expect(answers).toEqual(people.map((person) => person.country === 'DE' && person.phone === null));
  });

  it('answers many wheres about one activity, and by each moment anew where that matters', async () => {
    const big = where({ field: 'metadata.total', operator: 'gt', value: 10 });
    const pro = where({ field: 'metadata.plan', operator: 'eq', value: 'pro' });
    const soon = where({ field: 'metadata.due', operator: 'in_next', value: { n: 2, unit: 'days' } });
    const activity = { metadata: { total: 11, plan: 'basic', due: '2026-11-23T12:00:00Z' } };
    const at = async (now: string) => {
      const answers = await new Decider({ now: new Date(now), timezone: 'UTC' }).decideAllWhere(
        [big, pro, soon, big],
        activity,
      );
      return [big, pro, soon].map((each) => answers.get(each));
    };
    expect(await at('2026-11-22T12:00:00Z')).toEqual([true, false, true]);
    expect(await at('2026-11-01T12:00:00Z')).toEqual([true, false, false]);
    expect(await at('2026-11-22T12:00:00Z')).toEqual([true, false, true]);
  });

  it('knows none of the library’s own operators', async () => {
    const foreign = { operator: 'AND' as const, conditions: [{ field: 'country', operator: 'equal', value: 'DE' }] };
    await expect(new Decider(moment).decideAll([foreign], anna)).rejects.toThrow('cannot be asked with “equal”');
  });

  it('treats a value that looks like the library’s own reference as the text it is', async () => {
    const decider = new Decider(moment);
    const facts = { ...anna, attributes: { a: { fact: 'country' } }, first_name: '$.x[?(@.y>1)].y' };
    expect(await decider.decide(rules({ field: 'first_name', operator: 'eq', value: '$.x[?(@.y>1)].y' }), facts)).toBe(
      true,
    );
    expect(await decider.decide(rules({ field: 'attributes.a', operator: 'eq', value: 'DE' }), facts)).toBe(false);
  });

  it('proves its answer, condition by condition', async () => {
    const activity = {
      field: 'activity',
      operator: 'count_gte',
      value: 2,
      activity_type: 'page_view',
      within: { n: 1, unit: 'days' },
    };
    const group = rules(
      { operator: 'OR', conditions: [activity, { field: 'country', operator: 'eq', value: 'FR' }] },
      { field: 'created_at', operator: 'gt', value: '1 day ago' },
      { field: 'last_activity', operator: 'is_set' },
    );
    const asked = (group.conditions[0] as { conditions: Condition[] }).conditions[0]!;
    const facts = { ...anna, activities: { [aggregateKey(asked)]: { count: 3, first_at: 1, last_at: 2 } } };
    expect(await new Decider(moment).explain(group, facts)).toEqual({
      operator: 'AND',
      result: false,
      children: [
        {
          operator: 'OR',
          result: true,
          children: [
            { operator: 'count_gte', result: true, field: 'activity', value_seen: 3, wanted: 2 },
            { operator: 'eq', result: false, field: 'country', value_seen: 'de', wanted: 'fr' },
          ],
        },
        {
          operator: 'gt',
          result: true,
          field: 'created_at',
          value_seen: '2026-11-22T11:00:00.000Z',
          wanted: '2026-11-21T12:00:00.000Z',
        },
        { operator: 'is_set', result: false, field: 'last_activity', value_seen: null, wanted: null },
      ],
    });
  });

  it('decides a where over an activity', async () => {
    const decider = new Decider(moment);
    const asked = where(
      { field: 'metadata.items.sku', operator: 'in', value: ['A', 'b'] },
      { field: 'metadata.total', operator: 'gte', value: 10 },
    );
    const of = (metadata: unknown) => decider.decideWhere(asked, { metadata });
    expect(await of({ items: [{ sku: 'x' }, { sku: 'B' }], total: '10.0' })).toBe(true);
    expect(await of({ items: [{ sku: 'x' }], total: 10 })).toBe(false);
    expect(await of({ items: { sku: 'a' }, total: 9.99 })).toBe(false);
    expect(await of(null)).toBe(false);
  });
});

describe('the necessary-condition filter', () => {
  it('refuses on what must hold and passes what it cannot judge', () => {
    const country = { field: 'country', operator: 'eq', value: 'FR' };
    const recent = { field: 'created_at', operator: 'gt', value: '1 day ago' };
    expect(compileFilter(rules(country, recent))(anna)).toBe(false);
    expect(compileFilter(rules(recent))({ ...anna, created_at: null })).toBe(true);
    expect(compileFilter(rules({ operator: 'OR', conditions: [country, recent] }))(anna)).toBe(true);
    expect(compileFilter(rules({ operator: 'NOT', conditions: [{ ...country, value: 'DE' }] }))(anna)).toBe(true);
    expect(
      compileWhereFilter(where({ field: 'metadata.plan', operator: 'eq', value: 'pro' }))({
        metadata: { plan: 'Basic' },
      }),
    ).toBe(false);
  });
});
