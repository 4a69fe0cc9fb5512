import type { z } from 'zod';

/** What is known about fields by their name: ids of things that exist, rules, drawings. The first that fits is taken. */
export type Known = ReadonlyMap<string, readonly unknown[]>;

interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  options?: z.ZodType[];
  innerType?: z.ZodType;
  in?: z.ZodType;
  out?: z.ZodType;
  getter?: () => z.ZodType;
  valueType?: z.ZodType;
  values?: unknown[];
  entries?: Record<string, unknown>;
  items?: z.ZodType[];
}

const definition = (schema: z.ZodType): Definition => (schema as unknown as { _zod: { def: Definition } })._zod.def;

/** For fields whose name says nothing. */
const ordinary: readonly unknown[] = [
  'x',
  3,
  true,
  '2026-11-01T09:00:00Z',
  '6f9619ff-8b86-4011-b42d-00c04fc964ff',
  'ann@school.example',
  'checkout.abandoned',
  'EUR',
  'DE',
  'en',
  'Europe/Berlin',
  '09:00',
  'https://127.0.0.1:9/hook',
  'metadata.order_id',
  'a password for tests',
  'a token that is long enough',
  {},
  [],
  null,
];

/** A transform on its own may throw at what its pipe would never give it. */
function fits(schema: z.ZodType, value: unknown): boolean {
  try {
    return schema.safeParse(value).success;
  } catch {
    return false;
  }
}

/**
 * Values that a schema takes, walked generically: each of its fields is in at least one of them, and each alternative
 * of its first levels is one. Empty when nothing was found.
 * @param known values by the name of a field, tried before anything else
 */
export function examples(schema: z.ZodType, known: Known, name = '', depth = 0): unknown[] {
  const given = (known.get(name) ?? []).filter((value) => fits(schema, value));
  if (given.length > 0) return given.slice(0, 3);
  const { type, ...def } = definition(schema);
  if (depth > 8) return [];
  const deeper = (inner: z.ZodType, as = name) => examples(inner, known, as, depth + 1);
  switch (type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return deeper(def.innerType!);
    case 'lazy':
      return deeper(def.getter!());
    case 'pipe':
      return [...deeper(def.in!), ...deeper(def.out!)].filter((value) => fits(schema, value));
    case 'union':
      return def.options!.flatMap((option) => deeper(option)).filter((value) => fits(schema, value));
    case 'literal':
      return [...def.values!];
    case 'enum':
      return Object.values(def.entries!);
    case 'array':
      return deeper(def.element!, name.replace(/s$/, ''))
        .slice(0, 3)
        .map((value) => [value])
        .filter((value) => fits(schema, value));
    case 'record':
      return deeper(def.valueType!, `${name}.*`)
        .slice(0, 2)
        .map((value) => ({ name: value }))
        .filter((value) => fits(schema, value));
    case 'object':
      return ofObject(schema, def.shape!, deeper);
    default:
      return ordinary.filter((value) => fits(schema, value)).slice(0, 1);
  }
}

/** With as many fields as go together, and one more for each field and alternative that does not go with those. */
function ofObject(
  schema: z.ZodType,
  shape: Record<string, z.ZodType>,
  deeper: (inner: z.ZodType, name: string) => unknown[],
): unknown[] {
  const fields = Object.entries(shape).map(([name, field]) => ({
    name,
    values: deeper(field, name),
    mayBeLeftOut: fits(field, undefined),
  }));
  const start: Record<string, unknown> = {};
  for (const { name, values, mayBeLeftOut } of fields) if (!mayBeLeftOut) start[name] = values[0];
  const optional = fields.filter(({ mayBeLeftOut, values }) => mayBeLeftOut && values.length > 0);
  const bases = [start, ...optional.map(({ name, values }) => ({ ...start, [name]: values[0] }))].filter((value) =>
    fits(schema, value),
  );
  const found: Record<string, unknown>[] = [];
  for (const base of bases) {
    if (found.some((full) => Object.keys(base).every((name) => name in full))) continue;
    const full = { ...base };
    for (const { name, values } of optional) {
      if (!(name in full) && fits(schema, { ...full, [name]: values[0] })) full[name] = values[0];
    }
    found.push(full);
    for (const { name, values } of fields) {
      if (!(name in full)) continue;
      for (const value of values.slice(1, 14)) {
        const other = { ...full, [name]: value };
        if (fits(schema, other)) found.push(other);
      }
    }
  }
  return found;
}

export type Place = readonly (string | number)[];

/** Every place of a value, itself first. */
export function placesOf(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, inside]) =>
      placesOf(inside, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

/** The value with another one in this place. */
export function replaced(value: unknown, [first, ...rest]: Place, other: unknown): unknown {
  if (first === undefined) return other;
  const inside = replaced((value as Record<string | number, unknown>)[first], rest, other);
  return Array.isArray(value) ? value.with(Number(first), inside) : { ...(value as object), [first]: inside };
}
