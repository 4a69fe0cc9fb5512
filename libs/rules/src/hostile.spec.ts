import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRules, toEnglish, toSql } from './index.js';

/** Texts that would mean something if they reached SQL, and names that mean something in the language or in JavaScript. */
const hostile = [
  "'; drop table people; --",
  "' or 'a' = 'a",
  '$1',
  '%L',
  '{"fact":"x"}',
  '$$ evil',
  '__proto__',
  'constructor',
  'toString',
  'İ\u0000',
  '\ud800',
];
const words = [
  ...['AND', 'OR', 'NOT', 'email', 'tags', 'activity', 'smart_list', 'enrollment', 'attributes.plan', 'metadata.x'],
  ...['eq', 'contains', 'has_any', 'count_gte', 'between', 'in_last', 'days', 'page_view', "attributes.'; drop table"],
];
const keys = ['operator', 'conditions', 'field', 'value', 'activity_type', 'within', 'where', 'n', 'unit', 'ago'];
const text = fc.constantFrom(...hostile, ...words);
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
const anything = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys, '__proto__', 'constructor'), tie('any'), { maxKeys: 5 }),
  ),
})).any;
/** Near to rules: what comes through more often. */
const condition = fc.oneof(
  fc.record({
    field: fc.constantFrom('email', 'first_name', 'attributes.plan'),
    operator: fc.constant('eq'),
    value: text,
  }),
  fc.record({ field: fc.constant('tags'), operator: fc.constant('has_any'), value: fc.array(text, { maxLength: 3 }) }),
  fc.record({ field: text, operator: text, value: anything }),
  anything,
);
const group = fc.record({
  operator: fc.constantFrom('AND', 'OR', 'XOR'),
  conditions: fc.array(condition, { maxLength: 2 }),
});

/** The text of a value, each key of an object twice: first with something else. */
const doubled = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(doubled).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, one]) => [JSON.stringify(key), doubled(one)] as const);
  return `{${[...members.map(([key]) => `${key}:{"operator":"NOT"}`), ...members.map((each) => each.join(':'))].join(',')}}`;
};

describe('hostile rules', () => {
  it('are refused with a reason, or mean the same when read again, and leave no text of theirs in SQL', () => {
    let taken = 0;
    const look = (given: unknown) => {
      const { rules, troubles } = readRules(given);
      if (!rules) return expect(troubles.length).toBeGreaterThan(0);
      taken += 1;
      expect(readRules(JSON.parse(JSON.stringify(rules))).rules).toEqual(rules);
      const sql = toSql(rules, { now: new Date('2026-11-22T12:00:00Z'), timezone: 'UTC' });
      for (const each of hostile.slice(0, 2)) expect(sql.text.toLowerCase()).not.toContain(each);
      expect(sql.text).not.toContain('evil');
      const last = [...sql.text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]));
      expect(Math.max(0, ...last)).toBe(sql.values.length);
      expect(typeof toEnglish(rules)).toBe('string');
    };
    fc.assert(
      fc.property(fc.oneof(group, anything), (given) => {
        look(given);
        look(JSON.parse(doubled(given)));
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
  });

  it('are refused however deep, without a full stack', () => {
    let deep: unknown = { field: 'email', operator: 'eq', value: 'x' };
    for (let n = 0; n < 100_000; n += 1) deep = { operator: 'AND', conditions: [deep] };
    const { rules, troubles } = readRules(deep);
    expect(rules).toBeUndefined();
    expect(troubles![0]!.message).not.toBe('');
  });
});
