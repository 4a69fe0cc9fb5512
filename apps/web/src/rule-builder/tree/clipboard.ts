import { conditionsOf, fieldOf, isGroup, type Group, type Place, type Rule } from '#rules';

/** Says that a text on the clipboard holds rows of rules, whichever installation they come from. */
const mark = 'rules@1';

/** Rows as they are put on the clipboard. */
export const toClipboard = (rules: readonly Rule[]): string => JSON.stringify({ cortex: mark, rules }, null, 2);

export type Pasted = { rules: Rule[] } | { problem: string };

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRule = (value: unknown): value is Rule =>
  isObject(value) &&
  typeof value.operator === 'string' &&
  (typeof value.field === 'string' ||
    (Array.isArray(value.conditions) && value.conditions.length > 0 && value.conditions.every(isRule)));

/**
 * The rows in a text: copied ones, or a rule as JSON, of which an AND gives its conditions. Undefined for any other
 * text; a problem where the rows cannot stand in this place.
 */
export function fromClipboard(text: string, place: Place): Pasted | undefined {
  const rules = rowsIn(parsed(text));
  if (!rules) return undefined;
  const strange = rules.flatMap((rule) => [...conditionsOf(rule)]).find(({ field }) => !standsIn(field, place));
  if (!strange) return { rules };
  const what = `“${strange.field}”`;
  if (place === 'where') return { problem: `Only metadata can be used here, not ${what}.` };
  return { problem: `${what} cannot be used here. Nothing was pasted.` };
}

/** A free field whose name is still missing may stand where free fields may, and an open question wherever one can ask. */
const standsIn = (field: string, place: Place): boolean =>
  (field === '' && place !== 'where') || fieldOf(field.endsWith('.') ? `${field}x` : field, place) !== undefined;

function rowsIn(value: unknown): Rule[] | undefined {
  if (isObject(value) && value.cortex === mark) {
    return Array.isArray(value.rules) && value.rules.length > 0 && value.rules.every(isRule) ? value.rules : undefined;
  }
  if (Array.isArray(value)) return value.length > 0 && value.every(isRule) ? value : undefined;
  if (!isRule(value)) return undefined;
  return isGroup(value) && (value as Group).operator === 'AND' ? value.conditions : [value];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
