import type { Point } from '../model/graph.js';

/** A path as it is drawn: upright and level parts in turn. */
export interface DrawnLine {
  target: string;
  corners: readonly Point[];
}

/**
 * How often paths cross; where two lie on each other for a while counts, too, since it hides that they cross. Where two meet
 * on their way to the same step they do not.
 */
export const countCrossings = (lines: readonly DrawnLine[]): number => {
  const level: { target: string; left: number; right: number; y: number }[] = [];
  const upright: { target: string; x: number; top: number; bottom: number }[] = [];
  for (const { target, corners } of lines)
    for (let at = 1; at < corners.length; at += 1) {
      const [a, b] = [corners[at - 1]!, corners[at]!];
      if (a.y === b.y) level.push({ target, left: Math.min(a.x, b.x), right: Math.max(a.x, b.x), y: a.y });
      else upright.push({ target, x: a.x, top: Math.min(a.y, b.y), bottom: Math.max(a.y, b.y) });
    }
  let count = 0;
  for (const { target, left, right, y } of level)
    for (const up of upright)
      if (up.target !== target && up.x > left + 1 && up.x < right - 1 && y > up.top + 1 && y < up.bottom - 1)
        count += 1;
  for (const [at, one] of level.entries())
    for (const two of level.slice(at + 1))
      if (one.y === two.y && one.target !== two.target && share(one.left, one.right, two.left, two.right)) count += 1;
  for (const [at, one] of upright.entries())
    for (const two of upright.slice(at + 1))
      if (one.x === two.x && one.target !== two.target && share(one.top, one.bottom, two.top, two.bottom)) count += 1;
  return count;
};

const share = (from: number, to: number, otherFrom: number, otherTo: number): boolean =>
  Math.min(to, otherTo) > Math.max(from, otherFrom) + 1;
