import ts from 'typescript';

/** What the driver makes of a value of a PostgreSQL type; text, unless it stands here. */
export type Kind = 'text' | 'number' | 'boolean' | 'Date' | 'Buffer' | 'json' | 'interval' | { listOf: Kind };

const DATES = ['date', 'timestamp', 'timestamptz'];
const NUMBERS = ['int2', 'int4', 'float4', 'float8', 'oid'];
const TEXT_LISTS = ['text', 'varchar', 'bpchar', 'uuid', 'int8', 'inet', 'cidr', 'time'];

/** By the types' names in `pg_type`; held to the driver by the spec. bigint and numeric are text, as they may not fit. */
const KINDS = new Map<string, Kind>([
  ...NUMBERS.map((name): [string, Kind] => [name, 'number']),
  ...DATES.map((name): [string, Kind] => [name, 'Date']),
  ['bool', 'boolean'],
  ['bytea', 'Buffer'],
  ['json', 'json'],
  ['jsonb', 'json'],
  ['interval', 'interval'],
  ...[...NUMBERS, 'numeric'].map((name): [string, Kind] => [`_${name}`, { listOf: 'number' }]),
  ...DATES.map((name): [string, Kind] => [`_${name}`, { listOf: 'Date' }]),
  ...TEXT_LISTS.map((name): [string, Kind] => [`_${name}`, { listOf: 'text' }]),
  ['_bool', { listOf: 'boolean' }],
  ['_bytea', { listOf: 'Buffer' }],
  ['_json', { listOf: 'json' }],
  ['_jsonb', { listOf: 'json' }],
  ['_interval', { listOf: 'interval' }],
]);

export const kindOf = (typeName: string): Kind => KINDS.get(typeName) ?? 'text';

export const saysKind = (kind: Kind): string =>
  typeof kind === 'string' ? kind : `a list of ${saysKind(kind.listOf)}`;

/** Whether every value of the kind is one of the type. Null is left out: a description does not tell it. */
export function holds(checker: ts.TypeChecker, type: ts.Type, kind: Kind): boolean {
  if (type.flags & ts.TypeFlags.Any) return false;
  const members = membersOf(checker, type);
  if (kind === 'json') return members.every((member) => isJson(checker, member, 4));
  return members.every((member) => {
    if (isUnknown(checker, member)) return true;
    if (typeof kind !== 'string') {
      const item = itemOf(checker, member);
      return item !== undefined && holds(checker, item, kind.listOf);
    }
    return is(member, kind);
  });
}

/** Whether null is named among the type's values. */
export const takesNull = (type: ts.Type): boolean =>
  (type.isUnion() ? type.types : [type]).some((member) => (member.flags & ts.TypeFlags.Null) !== 0);

/** Whether the driver's text for a value of the type is one of the parameter's kind. */
export function accepts(checker: ts.TypeChecker, type: ts.Type, kind: Kind, typeName: string): boolean {
  return membersOf(checker, type).every((member) => {
    if (isUnknown(checker, member) || is(member, 'text')) return true;
    const item = itemOf(checker, member);
    // The driver writes a list as PostgreSQL's array, which is no JSON.
    if (item) return typeof kind !== 'string' && accepts(checker, item, kind.listOf, typeName.slice(1));
    if (is(member, 'number')) return kind === 'number' || kind === 'json' || NUMBER_LIKE.has(typeName);
    if (is(member, 'boolean')) return kind === 'boolean' || kind === 'json' || typeName === 'text';
    if (is(member, 'Date')) return kind === 'Date';
    if (is(member, 'Buffer')) return kind === 'Buffer';
    return kind === 'json';
  });
}

const NUMBER_LIKE = new Set(['int8', 'numeric', 'text', 'interval']);

/** What a type can be, without null and undefined; a type parameter is what it extends. */
function membersOf(checker: ts.TypeChecker, type: ts.Type): ts.Type[] {
  const known = type.flags & ts.TypeFlags.TypeParameter ? (checker.getBaseConstraintOfType(type) ?? type) : type;
  const members = known.isUnion() ? known.types : [known];
  return members.filter((member) => !(member.flags & (ts.TypeFlags.Null | ts.TypeFlags.Undefined)));
}

/** `unknown` without null is `{}`. */
const isUnknown = (checker: ts.TypeChecker, type: ts.Type): boolean =>
  (type.flags & (ts.TypeFlags.Any | ts.TypeFlags.Unknown)) !== 0 || checker.typeToString(type) === '{}';

const itemOf = (checker: ts.TypeChecker, type: ts.Type): ts.Type | undefined =>
  checker.isArrayType(type) || checker.isTupleType(type)
    ? checker.getIndexTypeOfType(type, ts.IndexKind.Number)
    : undefined;

function is(type: ts.Type, kind: Exclude<Kind, { listOf: Kind }>): boolean {
  // A branded text is a text.
  if (type.isIntersection()) return type.types.some((part) => is(part, kind));
  switch (kind) {
    case 'text':
      return (type.flags & ts.TypeFlags.StringLike) !== 0;
    case 'number':
      return (type.flags & ts.TypeFlags.NumberLike) !== 0;
    case 'boolean':
      return (type.flags & ts.TypeFlags.BooleanLike) !== 0;
    case 'Date':
      return type.symbol?.name === 'Date';
    case 'Buffer':
      return type.symbol?.name === 'Buffer' || type.symbol?.name === 'Uint8Array';
    case 'interval':
      return type.symbol?.name === 'IPostgresInterval';
    case 'json':
      return true;
  }
}

/** JSON has no instants, no bytes and no bigint; some levels are looked through. */
function isJson(checker: ts.TypeChecker, type: ts.Type, levels: number): boolean {
  if (levels === 0 || isUnknown(checker, type)) return true;
  if (type.flags & ts.TypeFlags.BigIntLike) return false;
  if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return true;
  if (['Date', 'Buffer', 'Uint8Array', 'Map', 'Set', 'ReadonlyMap', 'ReadonlySet'].includes(type.symbol?.name ?? ''))
    return false;
  const item = itemOf(checker, type) ?? checker.getIndexTypeOfType(type, ts.IndexKind.String);
  const parts = item ? [item] : checker.getPropertiesOfType(type).map((property) => checker.getTypeOfSymbol(property));
  return parts.flatMap((part) => membersOf(checker, part)).every((part) => isJson(checker, part, levels - 1));
}
