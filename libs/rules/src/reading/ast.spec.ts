import { describe, expect, it } from '@jest/globals';
import { readRules, rulesSchema } from './ast.js';

const and = (...conditions: unknown[]) => ({ operator: 'AND', conditions });
const troubles = (rules: unknown, place: 'person' | 'graph' | 'where' = 'person') =>
  (readRules(rules, place).troubles ?? []).map(({ path, message }) => `/${path.join('/')} ${message}`);

describe('reading rules', () => {
  it('stores relative text in its canonical form', () => {
    expect(readRules(and({ field: 'last_activity', operator: 'gt', value: '7 days ago' })).rules).toEqual(
      and({ field: 'last_activity', operator: 'gt', value: { ago: { n: 7, unit: 'days' } } }),
    );
    const between = and({ field: 'attributes.due', operator: 'between', value: ['1 month ago', '2 weeks from now'] });
    expect(readRules(between).rules!.conditions[0]).toHaveProperty('value', [
      { ago: { n: 1, unit: 'months' } },
      { ahead: { n: 2, unit: 'weeks' } },
    ]);
  });

  it('reads its own output unchanged', () => {
    const rules = readRules(and({ field: 'created_at', operator: 'lte', value: '3 hours ago' })).rules;
    expect(readRules(rules).rules).toEqual(rules);
  });

  it.each([
    [null, '/ A group looks like'],
    [and(), '/conditions A group needs at least one condition.'],
    [{ operator: 'XOR', conditions: [{}] }, '/operator The operator of a group is AND, OR or NOT.'],
    [
      {
        operator: 'NOT',
        conditions: [
          { field: 'phone', operator: 'is_set' },
          { field: 'phone', operator: 'is_set' },
        ],
      },
      '/conditions NOT takes exactly one',
    ],
    [and({ field: 'nope', operator: 'eq', value: 1 }), '/conditions/0/field There is no field “nope”.'],
    [
      and({ field: 'lead', operator: 'enrolled' }),
      '/conditions/0/field “lead” can only be asked inside an automation.',
    ],
    [
      and({ field: 'country', operator: 'gt', value: 'x' }),
      '/conditions/0/operator “Country” cannot be asked with "gt".',
    ],
    [and({ field: 'country', operator: 'eq', value: 'x', extra: 1 }), '/conditions/0/extra “extra” is not known here.'],
    [and({ field: 'country', operator: 'eq', value: '' }), '/conditions/0/value The text is empty.'],
    [and({ field: 'country', operator: 'eq', value: 'a\0b' }), '/conditions/0/value The text holds a NUL character.'],
    [
      and({ field: 'country', operator: 'eq', value: 'a\ud800b' }),
      '/conditions/0/value The text holds half a character',
    ],
    [and({ field: 'lifetime_value', operator: 'gt', value: Infinity }), '/conditions/0/value Give a number.'],
    [and({ field: 'type', operator: 'eq', value: 'robot' }), '/conditions/0/value Give one of customer, lead.'],
    [and({ field: 'created_at', operator: 'gt', value: '2026-02-30' }), '/conditions/0/value Give an instant'],
    [
      and({ field: 'created_at', operator: 'in_last', value: { n: 0, unit: 'days' } }),
      '/conditions/0/value/n n is a whole number',
    ],
    [
      and({ field: 'created_at', operator: 'in_last', value: { n: 1, unit: 'years' } }),
      '/conditions/0/value/unit The unit is one of',
    ],
    [and({ field: 'country', operator: 'in', value: [] }), '/conditions/0/value'],
    [
      and({ field: 'country', operator: 'in', value: Array(1001).fill('a') }),
      '/conditions/0/value Give a list of 1 to 1,000',
    ],
    [
      and({ field: 'activity', operator: 'never', activity_type: 'Nope!' }),
      '/conditions/0/activity_type Name the type',
    ],
    [and({ field: 'activity', operator: 'first_within', activity_type: 'a' }), '/conditions/0/within'],
    [
      and({
        field: 'activity',
        operator: 'never',
        activity_type: 'a',
        where: and({ field: 'country', operator: 'eq', value: 'x' }),
      }),
      '/conditions/0/where/conditions/0/field Here a field is metadata.<path>',
    ],
    [and({ field: 'attributes.a/b', operator: 'is_set' }), '/conditions/0/field An attribute’s name is'],
    [and({ field: 'attributes.a', operator: 'eq', value: [1] }), '/conditions/0/value Give a number.'],
    [
      and({ field: 'attributes.a', operator: 'in', value: [1, 'x'] }),
      '/conditions/0/value This value does not go with',
    ],
    [and(...Array(51).fill({ field: 'phone', operator: 'is_set' })), '/ A rule may have at most 50 conditions.'],
    [
      and({ field: 'country', operator: 'in', value: Array.from({ length: 1000 }, (_, i) => `${i}`.padEnd(40, 'x')) }),
      '/ A rule may have at most 32 KB.',
    ],
  ])('refuses %# and says where and why', (rules, wanted) => {
    expect(troubles(rules).some((trouble) => trouble.startsWith(wanted)) ? wanted : troubles(rules)).toBe(wanted);
  });

  it('refuses what is nested too deep, however deep', () => {
    let rules: unknown = { field: 'phone', operator: 'is_set' };
    for (let depth = 0; depth < 5; depth++) rules = and(rules);
    expect(troubles(rules).join()).toContain('nested 4 deep');
    for (let depth = 0; depth < 50_000; depth++) rules = and(rules);
    expect(troubles(rules).join()).toContain('nested 4 deep');
  });

  it('gives zod issues with the path', () => {
    const parsed = rulesSchema.safeParse(and({ field: 'country', operator: 'eq', value: 5 }));
    expect(parsed.error!.issues[0]).toMatchObject({ path: ['conditions', 0, 'value'] });
  });
});
