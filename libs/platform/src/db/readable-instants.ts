import pg from 'pg';

/** The years that RFC 3339 can write; what lies beyond, infinity and years before Christ included, is read as their edge. */
const FIRST = new Date('0001-01-01T00:00:00Z');
const LAST = new Date('9999-12-31T23:59:59.999Z');

const { TIMESTAMP, TIMESTAMPTZ } = pg.types.builtins;
const instants: ReadonlySet<number> = new Set([TIMESTAMP, TIMESTAMPTZ]);

/** How pg reads columns, with instants that are always dates. The shop's programs may store any that PostgreSQL knows. */
export const readableInstants: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: 'text' | 'binary') => {
    const parse = pg.types.getTypeParser(type, format as 'text') as (text: string) => unknown;
    if (!instants.has(type) || format === 'binary') return parse;
    return (text: string) => inRange(parse(text), text);
  },
} as pg.CustomTypesConfig;

function inRange(value: unknown, text: string): Date {
  const at = value instanceof Date ? value.getTime() : Number(value);
  if (Number.isNaN(at)) return text.endsWith('BC') ? FIRST : LAST;
  return new Date(Math.min(Math.max(at, FIRST.getTime()), LAST.getTime()));
}
