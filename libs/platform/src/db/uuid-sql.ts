/**
 * SQL that reads a text as an id, and null where it is none: what other programs wrote is not cast blindly.
 * @param text an SQL expression
 */
export const uuidSql = (text: string): string =>
  `case when ${text} ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (${text})::uuid end`;
