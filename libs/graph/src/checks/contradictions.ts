import { isGroup, personalIds, type Condition, type Group, type Rule } from '#rules';

/** Fields that hold one value: two different ones cannot both be right. */
const single = new Set<string>(['type', 'email', ...personalIds, 'consent', 'lifetime_value']);
const opposite = new Map(Object.entries<string>({ is_set: 'is_empty', is_true: 'is_false', enrolled: 'not_enrolled' }));

const folded = (value: unknown): string =>
  typeof value === 'string' ? value.trim().toLowerCase() : JSON.stringify(value);

/** What a condition is about besides its field: a kind of activity, a step. */
const subject = (condition: Condition): string => {
  const { operator: _operator, value: _value, ...rest } = condition as Condition & { value?: unknown };
  return JSON.stringify(rest);
};

const valueOf = (condition: Condition): unknown => (condition as { value?: unknown }).value;

/** Whether two conditions about the same can never both hold. */
const exclude = (a: Condition, b: Condition): boolean => {
  const [one, other] = [a.operator as string, b.operator as string];
  if (opposite.get(one) === other) return true;
  const [left, right] = [valueOf(a), valueOf(b)];
  if (one === 'eq' && other === 'eq') return single.has(a.field) && folded(left) !== folded(right);
  if (one === 'eq' && other === 'neq') return folded(left) === folded(right);
  if ((one === 'gt' || one === 'gte') && (other === 'lt' || other === 'lte') && single.has(a.field)) {
    if (typeof left !== 'number' || typeof right !== 'number') return false;
    return left > right || (left === right && !(one === 'gte' && other === 'lte'));
  }
  return false;
};

/** Two conditions that must both hold and never can; undefined where none are found. Finds plain cases, not all. */
export const contradictionIn = (rules: Group): [Condition, Condition] | undefined => {
  const open: Rule[] = [rules];
  for (let part = open.shift(); part; part = open.shift()) {
    if (!isGroup(part)) continue;
    if (part.operator !== 'NOT') open.push(...part.conditions);
    if (part.operator !== 'AND') continue;
    const leaves = part.conditions.flatMap((one) => (isGroup(one) ? [] : [{ one, about: subject(one) }]));
    const alike = Map.groupBy(leaves, ({ about }) => about);
    for (const { one, about } of leaves)
      for (const { one: other } of alike.get(about)!) if (one !== other && exclude(one, other)) return [one, other];
  }
  return undefined;
};
