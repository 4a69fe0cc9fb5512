import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Group, Rule } from '#rules';
import { leavesOf, partsOf } from './rule-parts.js';

/** Rules whose conditions are named by the place of their truth in a table. */
const rule: fc.Memo<Rule> = fc.memo((depth) =>
  depth <= 1
    ? fc.nat(5).map((at): Rule => ({ field: 'email', operator: 'eq', value: at }))
    : fc.oneof(rule(1), group(depth - 1)),
);
const group: fc.Memo<Group> = fc.memo((depth) =>
  fc.oneof(
    fc.record({
      operator: fc.constantFrom('AND' as const, 'OR' as const),
      conditions: fc.array(rule(depth), { minLength: 1, maxLength: 3 }),
    }),
    rule(depth).map((one): Group => ({ operator: 'NOT', conditions: [one] })),
  ),
);
const truth = (of: Rule, table: readonly boolean[]): boolean => {
  if (!('conditions' in of)) return table[of.value as number]!;
  const each = of.conditions.map((one) => truth(one, table));
  if (of.operator === 'NOT') return !each[0];
  return of.operator === 'AND' ? each.every(Boolean) : each.some(Boolean);
};

describe('the leaves of a rule', () => {
  it('tell of the whole and of every part what the rule says, although each is asked once', () => {
    fc.assert(
      fc.property(group(4), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (rules, table) => {
        const { groups, holds } = leavesOf(rules);
        const fits = groups.map((leaf) => truth(leaf, table));
        expect(holds('')(fits)).toBe(truth(rules, table));
        for (const { pointer, group: part } of partsOf(rules)) expect(holds(pointer)(fits)).toBe(truth(part, table));
      }),
    );
  });
});
