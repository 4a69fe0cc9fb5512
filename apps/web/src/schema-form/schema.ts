import type { z } from 'zod';

/** What a schema's `.meta()` says to the form. */
export interface FieldHints {
  label: string;
  help?: string;
  control?: string;
  /** Words for the values of a choice. */
  options?: Record<string, string>;
  /** Shown only while these other fields have these values (`true`: any value). */
  when?: Record<string, unknown>;
  /** Fields of the same name exclude each other: the form asks which one is meant. */
  oneOf?: string;
}

export interface FormField extends FieldHints {
  name: string;
  optional: boolean;
  /** What kind of value it holds: `boolean`, `enum`, `number`, `object`, or another. */
  type: string;
  /** What counts while nothing is said. */
  initial?: unknown;
}

/** A field whose zod schema is at hand. */
export interface SchemaField extends FormField {
  /** The schema without `optional` and `default`. */
  inner: z.ZodType;
}

interface Wrapped {
  def: { type: string; innerType?: z.ZodType };
}

const unwrap = (schema: z.ZodType): z.ZodType => {
  let at = schema;
  for (let depth = 0; depth < 8; depth += 1) {
    const { def } = at as unknown as Wrapped;
    if ((def.type !== 'optional' && def.type !== 'default' && def.type !== 'nullable') || !def.innerType) return at;
    at = def.innerType;
  }
  return at;
};

const words = (name: string) => name.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** The fields of a form in their order, as its zod schema has them. */
export const fieldsOf = (schema: z.ZodObject): SchemaField[] =>
  Object.entries(schema.shape).map(([name, field]) => {
    const whole = field as z.ZodType;
    const inner = unwrap(whole);
    const hints = { ...inner.meta(), ...whole.meta() } as Partial<FieldHints>;
    return {
      ...hints,
      label: hints.label ?? words(name),
      name,
      inner,
      type: (inner as unknown as Wrapped).def.type,
      optional: whole.safeParse(undefined).success,
    };
  });

/** A schema as it came to the browser as data. */
export interface JsonSchema {
  properties?: Record<string, unknown>;
  required?: readonly string[];
}

/** The fields of a form in their order, as a JSON Schema with the same hints has them. */
export const fieldsOfJson = ({ properties = {}, required = [] }: JsonSchema): FormField[] =>
  Object.entries(properties).map(([name, property]) => {
    const said = property as Partial<FieldHints> & { type?: string; enum?: unknown[]; default?: unknown };
    return {
      label: said.label ?? words(name),
      name,
      type: said.enum ? 'enum' : said.type === 'integer' ? 'number' : (said.type ?? ''),
      optional: !required.includes(name),
      ...(said.help === undefined ? {} : { help: said.help }),
      ...(said.control === undefined ? {} : { control: said.control }),
      ...(said.options === undefined ? {} : { options: said.options }),
      ...(said.when === undefined ? {} : { when: said.when }),
      ...(said.default === undefined ? {} : { initial: said.default }),
    };
  });

/** Whether a field is asked for, given what stands in the others. */
export const isAsked = (field: FormField, config: Record<string, unknown>): boolean =>
  Object.entries(field.when ?? {}).every(([name, wanted]) =>
    wanted === true ? config[name] !== undefined && config[name] !== '' : config[name] === wanted,
  );

const usualControls = new Map([
  ['boolean', 'switch'],
  ['enum', 'select'],
  ['number', 'number'],
  ['object', 'group'],
]);

/** Which control draws a field: the one its schema names, else one that fits its type. */
export const controlOf = (field: FormField): string => field.control ?? usualControls.get(field.type) ?? 'text';
