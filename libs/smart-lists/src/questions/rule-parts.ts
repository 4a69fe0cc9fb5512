import { isGroup, type Group, type Rule } from '#rules';

/** A part of a rule that a screen shows as a row of its own. */
export interface RulePart {
  /** JSON pointer into the rules: `/conditions/1/conditions/0`. */
  pointer: string;
  group: Group;
}

const asGroup = (rule: Rule): Group => (isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] });

/** The parts of a rule, two levels deep, in order; a NOT is one part. None for a rule that is itself a NOT. */
export function partsOf(rules: Group): RulePart[] {
  if (rules.operator === 'NOT') return [];
  return rules.conditions.flatMap((rule, at) => {
    const pointer = `/conditions/${at}`;
    const own: RulePart = { pointer, group: asGroup(rule) };
    if (!isGroup(rule) || rule.operator === 'NOT') return [own];
    const inner = rule.conditions.map((one, within) => ({
      pointer: `${pointer}/conditions/${within}`,
      group: asGroup(one),
    }));
    return [own, ...inner];
  });
}

/** The first 1, 2, … conditions of an AND, without all of them; none for any other group. */
export const beginningsOf = ({ operator, conditions }: Group): Group[] =>
  operator === 'AND'
    ? conditions.slice(0, -1).map((_, at) => ({ operator, conditions: conditions.slice(0, at + 1) }))
    : [];

/** The parts that have no parts, and how to tell of any part (and of the whole, pointer '') from what holds of them. */
export interface Leaves {
  groups: Group[];
  holds: (pointer: string) => (fits: readonly boolean[]) => boolean;
}

/** What must be asked about a person to know which of the parts hold: each condition once. */
export function leavesOf(rules: Group): Leaves {
  const groups: Group[] = [];
  const tests = new Map<string, (fits: readonly boolean[]) => boolean>();
  const add = (rule: Rule, pointer: string, depth: number): ((fits: readonly boolean[]) => boolean) => {
    let test: (fits: readonly boolean[]) => boolean;
    if (isGroup(rule) && rule.operator !== 'NOT' && depth < 2) {
      const inner = rule.conditions.map((one, at) => add(one, `${pointer}/conditions/${at}`, depth + 1));
      const all = rule.operator === 'AND';
      test = (fits) => (all ? inner.every((each) => each(fits)) : inner.some((each) => each(fits)));
    } else {
      const at = groups.push(asGroup(rule)) - 1;
      test = (fits) => fits[at]!;
    }
    tests.set(pointer, test);
    return test;
  };
  add(rules, '', 0);
  return { groups, holds: (pointer) => tests.get(pointer)! };
}
