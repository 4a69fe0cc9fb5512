import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomRules } from '#testing';
import { isGroup, type Group, type Rule } from '../language/language.js';
import { operators } from '../operators/index.js';
import { readRules } from '../reading/ast.js';
import { group, people } from './from-english.js';
import { Reading, type Parser } from './heard/grammar.js';
import { thingsOf } from './heard/things.js';
import { toClause, toEnglish } from './to-english.js';

const uuid = (n: string) => `00000000-0000-7000-8000-0000000000${n}`;
const things = [
  { kind: 'course', id: uuid('c1'), name: 'Plants' },
  { kind: 'course', id: uuid('c2'), name: 'Trees and shrubs' },
  { kind: 'list', id: uuid('a1'), name: 'Regulars' },
  { kind: 'list', id: uuid('a2'), name: 'Reads “or” and writes' },
  { kind: 'list', id: uuid('b1'), name: 'Nested' },
  { kind: 'step', id: 'n4', name: 'Welcome' },
  { kind: 'step', id: 'n5', name: 'Questions?' },
] as const;
const names = new Map<string, string>(things.map(({ id, name }) => [id, name]));
const known = thingsOf(things);
const options = { place: 'graph', names, whole: true } as const;

const heard = (parser: Parser<Group>, text: string): Group | undefined => {
  const reading = new Reading(text, known);
  for (const [rules, end] of parser(reading, 0)) if (reading.skip(end) === text.length) return rules;
  return undefined;
};
const clause = (text: string) => heard(group('graph'), text);

/** Groups without others around them that say nothing. */
const plain = (rule: Rule): Rule => {
  if (!isGroup(rule)) return rule;
  const conditions = rule.conditions.map(plain);
  return rule.operator !== 'NOT' && conditions.length === 1 ? conditions[0]! : { ...rule, conditions };
};

describe('rules that are typed', () => {
  it('are those whose sentence it is, whatever the rule', () => {
    fc.assert(
      fc.property(randomRules(Date.parse('2026-11-22T12:00:00Z'), 'person', 1), (input) => {
        const { rules } = readRules(input, 'graph');
        fc.pre(rules !== undefined);
        const said = toClause(rules!, options);
        const typed = clause(said);
        expect([said, typed && toClause(typed, options)]).toEqual([said, said]);
        const about = toEnglish(rules!, options);
        const group = heard(people('graph'), about);
        expect([about, group && toEnglish(group, options)]).toEqual([about, about]);
        // What a typed rule says is that very rule: several ways to store one meaning become one.
        expect(plain(clause(toClause(typed!, options))!)).toEqual(plain(typed!));
      }),
      { numRuns: 400, seed: 20_261_130 },
    );
  });

  it('are found for every example of every operator, about them and about people', () => {
    for (const operator of operators)
      for (const { ask } of operator.examples) {
        const { rules } = readRules({ operator: 'AND', conditions: [{ ...ask, operator: operator.name }] }, 'graph');
        const said = toClause(rules!, options);
        const they = said.replaceAll(/(?<!those )\bwhose\b/g, 'their').replaceAll(/(?<!those )\bwho\b/g, 'they');
        expect([said, clause(said) && toClause(clause(said)!, options)]).toEqual([said, said]);
        expect([they, clause(they)]).toEqual([they, clause(said)]);
      }
  });

  it.each([
    ['not enrolled', 'whose lead is not enrolled'],
    ['they enrolled', 'whose lead is enrolled'],
    ['country is DE', 'whose country is “DE”'],
    ["country is 'DE' or 'AT'", 'whose country is “DE” or “AT”'],
    ['their plan is 5', 'whose plan is 5'],
    ['can be emailed and tagged "vip"', 'who can be e-mailed and who are tagged “vip”'],
    ['Their Last Activity was within the last week', 'whose last activity was within the last week'],
    ['they have done page_view at least 3 times', 'who have done “page_view” at least 3 times'],
  ])('may be typed as one speaks: %s', (typed, says) => {
    expect(toClause(clause(typed) ?? { operator: 'AND', conditions: [] }, options)).toBe(says);
  });

  it('say where they stop being understood, and what could stand there', () => {
    const reading = new Reading('whose last activity was withn', known);
    expect([...group('graph')(reading, 0)]).toEqual([]);
    expect(reading.text.slice(reading.furthest)).toBe('withn');
    expect(reading.expected.map(({ text }) => text)).toContain('within the last');
  });
});
