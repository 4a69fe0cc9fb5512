/**
 * SQL: the metadata of an activity (a row under this alias) as programs read it. Others write the column too: JSON's null
 * has no names that one could ask for.
 */
export const metadataOf = (alias: string): string => `coalesce(nullif(${alias}.metadata, 'null'), '{}')`;
