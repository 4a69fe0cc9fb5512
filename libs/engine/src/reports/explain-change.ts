import { theyText } from '#graph';
import { isGroup, type Condition, type Group, type Rule } from '#rules';
import type { Proof } from '#rules/engine';

/** One condition that would have to answer otherwise. */
export interface Turn {
  field: string;
  operator: string;
  wanted: unknown;
  value_seen: unknown;
  /** What it would have to answer. */
  must: boolean;
}

export interface SmallestChange {
  text: string;
  changes: Turn[];
}

interface Leaf {
  rule: Condition;
  proof: Proof;
  must: boolean;
}

/**
 * The fewest conditions that would have to answer otherwise for the whole to hold, read from a proof: of an OR the
 * cheapest way, of an AND everything that fails. Undefined when it holds already.
 */
export function smallestChange(rules: Group, proof: Proof): SmallestChange | undefined {
  if (proof.result) return undefined;
  const leaves = cheapest(rules, proof, true);
  const said = leaves.map(({ rule, must }) => {
    const clause = theyText({ operator: 'AND', conditions: [rule] });
    return must ? clause : `no longer: ${clause}`;
  });
  return {
    text: `It would change if ${said.join(', and if ')}.`,
    changes: leaves.map(({ rule, proof: seen, must }) => ({
      field: rule.field,
      operator: rule.operator,
      wanted: seen.wanted ?? rule.value ?? null,
      value_seen: seen.value_seen ?? null,
      must,
    })),
  };
}

function cheapest(rule: Rule, proof: Proof, must: boolean): Leaf[] {
  if (proof.result === must) return [];
  if (!isGroup(rule)) return [{ rule, proof, must }];
  const parts = rule.conditions.map((child, at) => ({ child, proof: proof.children![at]! }));
  if (rule.operator === 'NOT') return cheapest(parts[0]!.child, parts[0]!.proof, !must);
  const ways = parts.map(({ child, proof: seen }) => cheapest(child, seen, must));
  const every = (rule.operator === 'AND') === must;
  if (every) return ways.flat();
  return ways.reduce((best, way) => (way.length < best.length ? way : best));
}
