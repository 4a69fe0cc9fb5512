import { isGroup, readRules, type Group, type Rule } from '#rules';

export interface CountablePart {
  /** What of the rule can be asked about people now. */
  rules: Group;
  /** Nothing was left out. */
  whole: boolean;
  /** From a pointer into `rules` to the same condition's pointer into the given rule. */
  origin: ReadonlyMap<string, string>;
}

const canBeAsked = (rule: Rule): boolean =>
  readRules(isGroup(rule) ? rule : { operator: 'AND', conditions: [rule] }).rules !== undefined;

/**
 * The part of a rule that can be counted: without rows that are unfinished, and without those that only a run can
 * answer. Undefined when nothing is left.
 */
export function countablePart(root: Group): CountablePart | undefined {
  const origin = new Map<string, string>();
  let whole = true;
  const part = (rule: Rule, from: string, to: string): Rule | undefined => {
    let kept: Rule | undefined;
    if (!isGroup(rule) || rule.operator === 'NOT') kept = canBeAsked(rule) ? rule : undefined;
    else {
      const conditions: Rule[] = [];
      for (const [index, child] of rule.conditions.entries()) {
        const one = part(child, `${from}/conditions/${index}`, `${to}/conditions/${conditions.length}`);
        if (one) conditions.push(one);
      }
      kept = conditions.length > 0 ? { ...rule, conditions } : undefined;
    }
    if (kept) origin.set(to, from);
    else whole = false;
    return kept;
  };
  const rules = part(root, '', '');
  if (!rules || !isGroup(rules) || !canBeAsked(rules)) return undefined;
  return { rules, whole, origin };
}
