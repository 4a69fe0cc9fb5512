import { controlOf, isAsked, type FormField } from '../../../schema-form/schema';
import type { ActionInput } from './actions.queries';

/** Fields that the form does not draw, or draws elsewhere: what is chosen among, and what is typed to be sure. */
const apart = new Set(['hidden', 'candidate', 'confirm']);

const blank = (value: unknown): boolean => value === undefined || (typeof value === 'string' && value.trim() === '');

/** What stands in the form, with what counts where nothing was said. */
export const withDefaults = (fields: readonly FormField[], values: ActionInput): ActionInput =>
  Object.fromEntries(
    fields.flatMap(({ name, initial }) => {
      const value = values[name] === undefined ? initial : values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

/** The fields that the form draws, given what stands in the others. */
export const drawnFields = (fields: readonly FormField[], values: ActionInput): FormField[] => {
  const all = withDefaults(fields, values);
  return fields.filter((field) => isAsked(field, all) && !apart.has(controlOf(field)));
};

/** What is sent: what is asked and filled in. */
export const inputOf = (fields: readonly FormField[], values: ActionInput): ActionInput => {
  const all = withDefaults(fields, values);
  return Object.fromEntries(
    fields.filter((field) => !blank(all[field.name]) && isAsked(field, all)).map(({ name }) => [name, all[name]]),
  );
};

/** The fields that must be filled in and are not, with what to do. */
export const missingIn = (fields: readonly FormField[], values: ActionInput): Map<string, string> => {
  const input = inputOf(fields, values);
  const missing = drawnFields(fields, values).filter(({ name, optional }) => !optional && input[name] === undefined);
  return new Map(missing.map(({ name }) => [name, 'Fill this in.']));
};

/**
 * What the preview is asked with: without what is typed to be sure, and with dots where a reason is still missing, which
 * changes nothing of what would be done. Undefined while something else is missing.
 */
export function previewInput(fields: readonly FormField[], values: ActionInput): ActionInput | undefined {
  const input = inputOf(fields, values);
  for (const field of fields) {
    const control = controlOf(field);
    if (control === 'confirm') delete input[field.name];
    if (control === 'long_text' && !field.optional) input[field.name] ??= '…';
  }
  return [...missingIn(fields, values).keys()].every((name) => input[name] !== undefined) ? input : undefined;
}
