import { durationUnits } from '#graph';
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
  schema: z.ZodType;
  /** The schema without `optional` and `default`. */
  inner: z.ZodType;
  optional: boolean;
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

/** The fields of a step's config in their order, as its zod schema has them. */
export const fieldsOf = (schema: z.ZodObject): FormField[] =>
  Object.entries(schema.shape).map(([name, field]) => {
    const whole = field as z.ZodType;
    const inner = unwrap(whole);
    const hints = { ...inner.meta(), ...whole.meta() } as Partial<FieldHints>;
    return {
      ...hints,
      label: hints.label ?? words(name),
      name,
      schema: whole,
      inner,
      optional: whole.safeParse(undefined).success,
    };
  });

/** Whether a field is asked for, given what stands in the others. */
export const isAsked = (field: FormField, config: Record<string, unknown>): boolean =>
  Object.entries(field.when ?? {}).every(([name, wanted]) =>
    wanted === true ? config[name] !== undefined && config[name] !== '' : config[name] === wanted,
  );

/** Which control draws a field: the one its schema names, else one that fits its type. */
export const controlOf = (field: FormField): string => {
  if (field.control) return field.control;
  const { type } = (field.inner as unknown as Wrapped).def;
  return { boolean: 'switch', enum: 'select', number: 'number', object: 'group' }[type] ?? 'text';
};

export const units = durationUnits;
