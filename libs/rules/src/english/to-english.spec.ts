import { describe, expect, it } from '@jest/globals';
import { readRules } from '../reading/ast.js';
import { operators } from '../operators/index.js';
import { toClause, toEnglish } from './to-english.js';

const say = (rules: unknown, names: [string, string][] = []) =>
  toEnglish(readRules(rules, 'graph').rules!, { place: 'graph', names: new Map(names) });
const course = '00000000-0000-7000-8000-0000000000c1';

describe('rules as English', () => {
  it('says the design document’s example', () => {
    const rules = {
      operator: 'AND',
      conditions: [
        { field: 'type', operator: 'eq', value: 'lead' },
        { field: 'last_activity', operator: 'gt', value: '7 days ago' },
        { field: 'tags', operator: 'contains', value: 'abandoned' },
      ],
    };
    expect(say(rules)).toBe('Leads whose last activity was within the last 7 days and who are tagged “abandoned”');
  });

  it.each([
    [{ field: 'country', operator: 'in', value: ['DE', 'AT'] }, 'People whose country is “DE” or “AT”'],
    [
      { field: 'created_at', operator: 'lt', value: '2026-11-22' },
      'People whose first day with us is before 22 November 2026',
    ],
    [
      { field: 'created_at', operator: 'in_last', value: { n: 1, unit: 'days' } },
      'People whose first day with us was within the last day',
    ],
    [
      { field: 'lifetime_value', operator: 'between', value: [10, 20] },
      'People whose lifetime value is between 10 and 20',
    ],
    [
      { field: 'enrollment', operator: 'exists', value: { course_id: course, status: 'active' } },
      'People who have an active enrollment in “Plants”',
    ],
    [
      {
        field: 'activity',
        activity_type: 'page_view',
        operator: 'count_gte',
        value: 3,
        within: { n: 30, unit: 'days' },
        where: { operator: 'AND', conditions: [{ field: 'metadata.page', operator: 'eq', value: '/pricing' }] },
      },
      'People who have done “page_view” where its page is “/pricing” at least 3 times within the last 30 days',
    ],
    [{ field: 'lead', operator: 'not_enrolled' }, 'People whose lead is not enrolled'],
    [{ field: 'step', node_id: 'n4', operator: 'clicked' }, 'People who clicked a link in an earlier mail'],
    [{ field: 'can_be_emailed', operator: 'is_true' }, 'People who can be e-mailed'],
  ])('says %j', (condition, sentence) => {
    expect(say({ operator: 'AND', conditions: [condition] }, [[course, 'Plants']])).toBe(sentence);
  });

  it('shows how groups belong together', () => {
    const tag = (value: string) => ({ field: 'tags', operator: 'contains', value });
    const rules = {
      operator: 'AND',
      conditions: [
        { operator: 'OR', conditions: [tag('a'), tag('b')] },
        { operator: 'NOT', conditions: [tag('c')] },
      ],
    };
    expect(say(rules)).toBe(
      'People either who are tagged “a” or who are tagged “b”, and who are not among those who are tagged “c”',
    );
    const or = (...conditions: unknown[]) => ({ operator: 'OR', conditions });
    const and = (...conditions: unknown[]) => ({ operator: 'AND', conditions });
    expect(say(or(tag('a'), and(tag('b'), tag('c'))))).toBe(
      'People who are tagged “a”, or both who are tagged “b” and who are tagged “c”',
    );
    expect(say(and(tag('a'), or(tag('b'), and(tag('c'), tag('d')))))).toBe(
      'People who are tagged “a”, and (who are tagged “b”, or both who are tagged “c” and who are tagged “d”)',
    );
  });

  it('leaves blanks where a rule is unfinished', () => {
    expect(toEnglish({ operator: 'AND', conditions: [] })).toBe('People ____');
    expect(toEnglish({ operator: 'AND', conditions: [{ field: 'country', operator: 'eq' }] })).toBe(
      'People whose country is ____',
    );
    const counted = (operator: string, value: number) =>
      toClause({
        operator: 'AND',
        conditions: [{ field: 'activity', activity_type: 'page_view', operator, value }],
      });
    expect(counted('count_gte', 1)).toBe('who have done “page_view” at least once');
    expect(counted('count_lte', 2)).toBe('who have done “page_view” at most twice');
    expect(counted('count_eq', 3)).toBe('who have done “page_view” exactly 3 times');
    expect(toClause({ operator: 'AND', conditions: [{ field: 'activity', operator: 'count_gte' }] })).toBe(
      'who have done ____ at least ____ times',
    );
  });

  it('finds words for every example of every operator', () => {
    for (const operator of operators) {
      for (const { ask } of operator.examples) {
        const rules = readRules({ operator: 'AND', conditions: [{ ...ask, operator: operator.name }] }, 'graph').rules!;
        expect(toEnglish(rules, { place: 'graph' })).toMatch(
          /^(People|Leads|Customers)( (who|whose|for whom) [^{}]+)?$/,
        );
        expect(toEnglish(rules, { place: 'graph' })).not.toMatch(/undefined|\[object/);
      }
    }
  });
});
