import { isGroup, type Group, type Rule } from '#rules';
import type { Proof } from '#rules/engine';

/** A proof that also says which activities were counted, where that is the run's own. */
export interface EntryProof extends Proof {
  /** What their metadata had to say, with the run's own values. */
  where?: Group;
  children?: EntryProof[];
}

/**
 * The proof in the shape of the rule that was asked, though it was decided with the run's own values in it: several
 * values of one name became a group, and are one condition again.
 * @param bound the same rule after `bindEntry`
 */
export function proofWithEntry(asked: Rule, bound: Rule, proof: Proof): EntryProof {
  if (asked === bound) return proof;
  if (isGroup(asked)) {
    const parts = (bound as Group).conditions;
    const children = proof.children?.map((child, at) => proofWithEntry(asked.conditions[at]!, parts[at]!, child));
    return children ? { ...proof, children } : proof;
  }
  if (isGroup(bound)) {
    const [first] = proof.children!;
    const wanted = proof.children!.map((child) => child.wanted);
    return { ...first!, operator: asked.operator, result: proof.result, wanted };
  }
  return bound.where === undefined || bound.where === asked.where ? proof : { ...proof, where: bound.where };
}
