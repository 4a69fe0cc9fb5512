import { typeKey } from '#rules';

/**
 * What is called how, by id: lists, courses, automations, templates, and the drawing's own mail steps; types of
 * activities by `typeKey`.
 */
export type Names = ReadonlyMap<string, string>;

/** Nothing has a name: sentences then speak of “the chosen list”. */
export const noNames: Names = new Map();

/** The name in quotation marks, or other words where there is none; nothing without an id. */
export const called = (names: Names, id: string | undefined, otherwise: string): string => {
  const name = id && names.get(id);
  return name ? `“${name}”` : id ? otherwise : '';
};

/** What a type of activity is called, in quotation marks; where it has no name, the type as it is. */
export const typeName = (names: Names, type: string | undefined): string | undefined => {
  const name = type && names.get(typeKey(type));
  return name ? `“${name}”` : type;
};
