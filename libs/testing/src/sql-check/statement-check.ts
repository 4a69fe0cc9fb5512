import type pg from 'pg';
import ts from 'typescript';
import { accepts, holds, kindOf, saysKind, takesNull } from './column-types.js';
import { prepare, type Prepared } from './prepared-statement.js';
import type { SqlCall } from './sql-calls.js';

async function typeNames(client: pg.Client): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ oid: number; typname: string }>('select oid, typname from pg_type');
  return new Map(rows.map(({ oid, typname }) => [oid, typname]));
}

/** The catalog, as far as the check asks it. */
export interface Catalog {
  /** The names of PostgreSQL's types by their object ids. */
  types: ReadonlyMap<number, string>;
  /** The columns of tables that are never null, named as `Prepared` does. */
  notNull: ReadonlySet<string>;
}

export async function readCatalog(client: pg.Client): Promise<Catalog> {
  const { rows } = await client.query<{ name: string }>(
    `select a.attrelid || '.' || a.attnum as name from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relkind in ('r', 'p') and a.attnum > 0 and a.attnotnull`,
  );
  return { types: await typeNames(client), notNull: new Set(rows.map(({ name }) => name)) };
}

/** What is wrong with a call's statements, in words; empty when nothing is. */
export async function mistakesOf(
  call: SqlCall,
  checker: ts.TypeChecker,
  client: pg.Client,
  catalog: Catalog,
): Promise<string[]> {
  const found = new Set<string>();
  for (const text of call.texts) {
    try {
      const prepared = await prepare(client, text);
      for (const mistake of [
        ...columnMistakes(call, checker, prepared, catalog.types),
        ...parameterMistakes(call, checker, prepared, catalog.types),
        ...nullMistakes(call, checker, prepared, catalog.notNull, text),
      ])
        found.add(`${call.place} ${mistake}`);
    } catch (error) {
      found.add(`${call.place} does not prepare: ${(error as Error).message}\n${text}`);
    }
  }
  return [...found];
}

function columnMistakes(
  { row, node }: SqlCall,
  checker: ts.TypeChecker,
  { columns }: Prepared,
  names: ReadonlyMap<number, string>,
): string[] {
  if (!row) return [];
  const typeOf = new Map(columns.map(({ name, type }) => [name, names.get(type) ?? `type ${type}`]));
  return checker.getPropertiesOfType(row).flatMap((property) => {
    const typeName = typeOf.get(property.name);
    if (typeName === undefined)
      return property.flags & ts.SymbolFlags.Optional ? [] : [`${property.name}: the statement returns no such column`];
    const type = checker.getTypeOfSymbolAtLocation(property, node);
    const kind = kindOf(typeName);
    return holds(checker, type, kind)
      ? []
      : [`${property.name}: ${typeName} comes as ${saysKind(kind)}, not as ${checker.typeToString(type)}`];
  });
}

/**
 * What is said to be null sometimes although its table forbids it, of columns that are shown as they are. The other
 * way round cannot be told: which nulls a condition or a constraint leaves out, the description does not say.
 */
function nullMistakes(
  { row, node }: SqlCall,
  checker: ts.TypeChecker,
  { columns }: Prepared,
  notNull: ReadonlySet<string>,
  text: string,
): string[] {
  if (!row || ADDS_NULLS.test(text)) return [];
  return columns.flatMap(({ name, from }) => {
    const property = checker.getPropertyOfType(row, name);
    if (!property || from === undefined || !notNull.has(from)) return [];
    return takesNull(checker.getTypeOfSymbolAtLocation(property, node)) ? [`${name}: is never null`] : [];
  });
}

/** What makes a column null that is not: the outer side of a join, totals of groups, the row before or after a change. */
const ADDS_NULLS = /\b(left|right|full)\b|\b(grouping sets|rollup|cube|merge)\b|\b(old|new)\./i;

function parameterMistakes(
  { values }: SqlCall,
  checker: ts.TypeChecker,
  { parameters }: Prepared,
  names: ReadonlyMap<number, string>,
): string[] {
  if (!values) return [];
  if (values.length !== parameters.length) return [`takes ${parameters.length} values and is given ${values.length}`];
  return values.flatMap((value, at) => {
    const typeName = names.get(parameters[at]!) ?? `type ${parameters[at]}`;
    const type = checker.getTypeAtLocation(value);
    return accepts(checker, type, kindOf(typeName), typeName)
      ? []
      : [`$${at + 1}: ${checker.typeToString(type)} cannot be given for ${typeName}`];
  });
}
