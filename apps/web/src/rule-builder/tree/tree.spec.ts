import { describe, expect, it } from '@jest/globals';
import { isGroup, type Group, type Rule } from '#rules';
import { insertAt, mayStandAt, moveTo, pointerOf, putAt, removeAt, ruleAt, stepOf, type Path } from './tree';

const row = (field: string): Rule => ({ field, operator: 'is_set' });
const group = (operator: Group['operator'], ...conditions: Rule[]): Group => ({ operator, conditions });
/** `a (b c) d` */
const said = (rule: Rule | undefined): string =>
  !rule ? 'nothing' : isGroup(rule) ? `(${rule.conditions.map(said).join(' ')})` : rule.field;

const root = group('AND', row('a'), group('OR', row('b'), row('c')), row('d'));

describe('the rows of a rule', () => {
  it('are named by their place', () => {
    expect(pointerOf([1, 0])).toBe('/conditions/1/conditions/0');
    expect(said(ruleAt(root, [1, 1]))).toBe('c');
    expect(ruleAt(root, [0, 1])).toBeUndefined();
  });

  it('are put in, changed and taken out; an emptied group goes with its last row', () => {
    expect(said(insertAt(root, [1, 2], [row('x'), row('y')]))).toBe('(a (b c x y) d)');
    expect(said(putAt(root, [1, 0], row('x')))).toBe('(a (x c) d)');
    expect(said(removeAt(root, [1, 0]))).toBe('(a (c) d)');
    expect(said(removeAt(removeAt(root, [1, 0])!, [1, 0]))).toBe('(a d)');
    expect(said(removeAt(group('AND', group('OR', row('a'))), [0, 0]))).toBe('nothing');
  });

  it.each<[Path, Path, string, Path]>([
    [[0], [3], '((b c) d a)', [2]],
    [[2], [0], '(d a (b c))', [0]],
    [[0], [1, 1], '((b a c) d)', [0, 1]],
    [[1, 0], [0], '(b a (c) d)', [0]],
    [[1, 1], [3], '(a (b) d c)', [3]],
    [[1], [3], '(a d (b c))', [2]],
  ])('move from %j before %j', (from, to, expected, at) => {
    const moved = moveTo(root, from, to)!;
    expect([said(moved.root), moved.at]).toEqual([expected, at]);
    expect(said(ruleAt(moved.root, moved.at))).toBe(said(ruleAt(root, from)));
  });

  it('stay where they are when nothing would change, or a group would go into itself', () => {
    expect(moveTo(root, [0], [1])).toBeUndefined();
    expect(moveTo(root, [1], [1, 1])).toBeUndefined();
  });

  it('take their emptied group along when the only row of it leaves', () => {
    const lone = group('AND', row('a'), group('OR', row('b')), row('c'));
    const moved = moveTo(lone, [1, 0], [3])!;
    expect([said(moved.root), moved.at]).toEqual(['(a c b)', [2]]);
  });

  it('go down through a group and up again, step by step', () => {
    let now = { root, at: [0] as Path };
    const seen: string[] = [];
    for (const by of [1, 1, 1, 1, -1, -1, -1, -1] as const) {
      const to = stepOf(now.root, now.at, by, 2);
      now = to ? (moveTo(now.root, now.at, to) ?? now) : now;
      seen.push(said(now.root));
    }
    expect(seen).toEqual([
      '((a b c) d)',
      '((b a c) d)',
      '((b c a) d)',
      '((b c) a d)',
      '((b c a) d)',
      '((b a c) d)',
      '((a b c) d)',
      '(a (b c) d)',
    ]);
    expect(stepOf(root, [0], -1, 2)).toBeUndefined();
    expect(stepOf(root, [2], 1, 2)).toBeUndefined();
  });

  it('keep groups two deep, and step over a NOT', () => {
    expect(mayStandAt(group('OR', row('x')), [1, 0], 2)).toBe(false);
    expect(mayStandAt(group('NOT', row('x')), [1, 0], 2)).toBe(true);
    expect(mayStandAt(row('x'), [1, 0], 2)).toBe(true);
    const twoGroups = group('AND', group('OR', row('a')), group('OR', row('b')));
    expect(stepOf(twoGroups, [0], 1, 2)).toEqual([2]);
    expect(stepOf(group('AND', row('a'), group('NOT', row('b'))), [0], 1, 2)).toEqual([2]);
  });
});
