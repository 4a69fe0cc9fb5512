import { isGroup, type Group, type Rule } from '#rules';

/** Where a row stands: the index in the outermost group, then in the group that stands there, and so on. */
export type Path = readonly number[];

/** The same as a JSON pointer into the rule: `/conditions/1/conditions/0`. */
export const pointerOf = (path: Path): string => path.map((index) => `/conditions/${index}`).join('');

export function ruleAt(root: Group, path: Path): Rule | undefined {
  let rule: Rule = root;
  for (const index of path) {
    const next: Rule | undefined = isGroup(rule) ? rule.conditions[index] : undefined;
    if (!next) return undefined;
    rule = next;
  }
  return rule;
}

const groupAt = (root: Group, path: Path): Group | undefined => {
  const rule = ruleAt(root, path);
  return rule && isGroup(rule) ? rule : undefined;
};

const parentOf = (path: Path): Path => path.slice(0, -1);
const lastOf = (path: Path): number => path.at(-1)!;
const beside = (path: Path, by: number): Path => [...parentOf(path), lastOf(path) + by];

/** The rule with something else at a path. */
export function putAt(root: Group, path: Path, rule: Rule): Group {
  const [index, ...rest] = path;
  if (index === undefined) return isGroup(rule) ? rule : root;
  return {
    ...root,
    conditions: root.conditions.map((each, at) => {
      if (at !== index) return each;
      return rest.length > 0 && isGroup(each) ? putAt(each, rest, rule) : rule;
    }),
  };
}

/** The rule with rows put in, so that the first of them stands at the path. */
export function insertAt(root: Group, path: Path, rules: readonly Rule[]): Group {
  const group = groupAt(root, parentOf(path));
  if (!group) return root;
  const at = lastOf(path);
  return putAt(root, parentOf(path), {
    ...group,
    conditions: [...group.conditions.slice(0, at), ...rules, ...group.conditions.slice(at)],
  });
}

/** Without the row, and without groups that are left empty, because those are refused; undefined when nothing is left. */
export function removeAt(root: Group, path: Path): Group | undefined {
  const gone = emptiedWith(root, path);
  if (gone.length === 0) return undefined;
  const group = groupAt(root, parentOf(gone));
  if (!group) return root;
  return putAt(root, parentOf(gone), {
    ...group,
    conditions: group.conditions.filter((_each, at) => at !== lastOf(gone)),
  });
}

/** The outermost thing that goes when this row does: the row, or the groups of which it is the only one. */
function emptiedWith(root: Group, path: Path): Path {
  let gone = path;
  while (gone.length > 0 && (groupAt(root, parentOf(gone))?.conditions.length ?? 0) <= 1) gone = parentOf(gone);
  return gone;
}

const startsWith = (path: Path, start: Path): boolean => start.every((index, at) => path[at] === index);

/** Where a path leads after something was taken out at another. */
function afterRemoval(path: Path, gone: Path): Path {
  const depth = gone.length - 1;
  if (path.length <= depth || !startsWith(path, parentOf(gone)) || path[depth]! <= lastOf(gone)) return path;
  return path.map((index, at) => (at === depth ? index - 1 : index));
}

export interface Moved {
  root: Group;
  /** Where the row stands now. */
  at: Path;
}

/**
 * Moves a row so that it stands before what is at `to` (counted as long as the row is still in its place).
 * Undefined where that changes nothing, or would put a group into itself.
 */
export function moveTo(root: Group, from: Path, to: Path): Moved | undefined {
  const rule = ruleAt(root, from);
  if (!rule || from.length === 0 || startsWith(to, from)) return undefined;
  const siblings = startsWith(from, parentOf(to)) && from.length === to.length;
  if (siblings && (lastOf(to) === lastOf(from) || lastOf(to) === lastOf(from) + 1)) return undefined;
  const inserted = insertAt(root, to, [rule]);
  const depth = to.length - 1;
  const shifted = from.length > depth && startsWith(from, parentOf(to)) && from[depth]! >= lastOf(to);
  const old = shifted ? from.map((index, at) => (at === depth ? index + 1 : index)) : from;
  const gone = emptiedWith(inserted, old);
  return { root: removeAt(inserted, old)!, at: afterRemoval(to, gone) };
}

/** Groups deep that a rule needs, as it is drawn; what is drawn as one locked row needs none. */
const heightOf = (rule: Rule, deepest: number): number =>
  isGroup(rule) && rule.operator !== 'NOT' && deepest > 0
    ? 1 + Math.max(0, ...rule.conditions.map((each) => heightOf(each, deepest - 1)))
    : 0;

/** Whether a rule may stand at a path so that it is still drawn with rows, groups being drawn `deepest` deep. */
export const mayStandAt = (rule: Rule, to: Path, deepest: number): boolean =>
  to.length + heightOf(rule, deepest) <= deepest;

const isOpen = (rule: Rule | undefined): rule is Group =>
  rule !== undefined && isGroup(rule) && rule.operator !== 'NOT';

/**
 * Where a row goes with one step up or down: past its neighbour, into a neighbouring group, or out of its own.
 * As `moveTo` wants it; undefined at either end.
 */
export function stepOf(root: Group, path: Path, by: -1 | 1, deepest: number): Path | undefined {
  const rule = ruleAt(root, path);
  if (!rule || path.length === 0) return undefined;
  const neighbourAt = beside(path, by);
  const neighbour = lastOf(neighbourAt) >= 0 ? ruleAt(root, neighbourAt) : undefined;
  if (neighbour) {
    const inside = isOpen(neighbour) ? [...neighbourAt, by < 0 ? neighbour.conditions.length : 0] : undefined;
    if (inside && mayStandAt(rule, inside, deepest)) return inside;
    return by < 0 ? neighbourAt : beside(path, 2);
  }
  const parent = parentOf(path);
  if (parent.length === 0) return undefined;
  return by < 0 ? parent : beside(parent, 1);
}
