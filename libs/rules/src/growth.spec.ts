import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import { rulesSchema } from './reading/ast.js';
import { fold } from './text/fold.js';
import { limits, type Group } from './language/language.js';
import { readMailbox } from './mail/mailbox.js';
import { toEnglish } from './english/to-english.js';
import { toSql } from './sql/to-sql.js';

const moment = { now: new Date('2026-11-22T12:00:00Z'), timezone: 'Europe/Berlin' };
const condition = (at: number) => ({ field: 'first_name', operator: 'contains', value: `name ${at}` });
const wide = (count: number) => ({
  operator: 'AND',
  conditions: Array.from({ length: count }, (_, at) => condition(at)),
});
const deep = (depth: number): object => {
  let rules: object = condition(0);
  for (let level = 0; level < depth; level += 1) rules = { operator: 'AND', conditions: [rules] };
  return rules;
};
const parse = (rules: unknown) => rulesSchema.safeParse(rules);
const work = (rules: unknown) => {
  const read = rulesSchema.parse(rules) as Group;
  toSql(read, moment);
  toEnglish(read);
};

describe('work on rules that grows faster than they do', () => {
  it.each([
    ['conditions', () => growth(limits.conditions / 2, wide, work)],
    ['conditions beyond the bound', () => growth(5_000, wide, parse)],
    ['levels beyond the bound', () => growth(1_500, deep, parse)],
    [
      'values of a list',
      () =>
        growth(
          limits.list / 2,
          (count) => ({
            operator: 'AND',
            conditions: [
              { field: 'country', operator: 'in', value: Array.from({ length: count }, (_, at) => `c${at}`) },
            ],
          }),
          work,
        ),
    ],
  ])('is not there: twice the %s, less than three times the time', async (_name, ratio) => {
    expect(await ratio()).toBeLessThan(3);
  });
});

describe('work on text that is searched for or read', () => {
  it.each([
    ['a text that is folded', (size: number) => 'Ǆ é ß İ '.repeat(size), fold],
    ['a mailbox without an end', (size: number) => `"${'a '.repeat(size)}`, readMailbox],
    ['a mailbox of signs', (size: number) => '<@.'.repeat(size), readMailbox],
  ] as const)('is not there: twice %s, less than three times the time', async (_name, make, of) => {
    expect(await growth(20_000, make, of)).toBeLessThan(3);
  });
});
