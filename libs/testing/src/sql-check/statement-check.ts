import type pg from 'pg';
import ts from 'typescript';
import { accepts, holds, kindOf, saysKind } from './column-types.js';
import { prepare, type Prepared } from './prepared-statement.js';
import type { SqlCall } from './sql-calls.js';

/** The names of PostgreSQL's types by their object ids. */
export async function typeNames(client: pg.Client): Promise<ReadonlyMap<number, string>> {
  const { rows } = await client.query<{ oid: number; typname: string }>('select oid, typname from pg_type');
  return new Map(rows.map(({ oid, typname }) => [oid, typname]));
}

/** What is wrong with a call's statements, in words; empty when nothing is. */
export async function mistakesOf(
  call: SqlCall,
  checker: ts.TypeChecker,
  client: pg.Client,
  names: ReadonlyMap<number, string>,
): Promise<string[]> {
  const found = new Set<string>();
  for (const text of call.texts) {
    try {
      const prepared = await prepare(client, text);
      for (const mistake of [
        ...columnMistakes(call, checker, prepared, names),
        ...parameterMistakes(call, checker, prepared, names),
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
