import { fold } from '../text/fold.js';
import type { ValueType } from './operator.js';
import { parseInstant } from './time.js';

/** Beyond these digits a text is no number: so neither side ever overflows. */
const numberText = /^[+-]?\d{1,300}(\.\d{1,300})?$/;

/**
 * Reads one value of free data (JSON) as a type, the twin of `cortex.json_text`, `json_number`,
 * `json_boolean` and `json_instant`: what does not fit is a missing value, never an error.
 */
const readers: Partial<Record<ValueType, (value: unknown, timezone: string) => unknown>> = {
  any: (value) => value ?? undefined,
  text: (value) => {
    if (typeof value === 'string') return value === '' ? undefined : fold(value);
    return Number.isSafeInteger(value) ? String(value as number) : undefined;
  },
  number: (value) => {
    if (typeof value === 'string') return numberText.test(value) ? Number(value) : undefined;
    return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  },
  boolean: (value) => {
    if (typeof value === 'boolean') return value;
    return value === 'true' ? true : value === 'false' ? false : undefined;
  },
  instant: (value, timezone) => (typeof value === 'string' ? parseInstant(value, timezone) : undefined),
};

/** The value as that type, or undefined when it is missing or does not fit. */
export const readAs = (type: ValueType, value: unknown, timezone: string): unknown => readers[type]?.(value, timezone);

/** A value, or the elements of an array: rules look through one level. What lies deeper fits no type, so is missing. */
export const elementsOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** A JSON object; an array is none. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The values at a dotted path; through an array, and at its end, every element (as `jsonpath` in lax mode). */
export function valuesAt(data: unknown, path: string): unknown[] {
  let found: unknown[] = [data];
  for (const key of path.split('.')) {
    found = found
      .flatMap(elementsOf)
      .filter(isObject)
      .filter((value) => Object.hasOwn(value, key))
      .map((value) => value[key]);
  }
  return found.flatMap(elementsOf);
}
