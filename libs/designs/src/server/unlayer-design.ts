import { z } from 'zod';
import { DesignError } from './design-error.js';

const values = z.record(z.string(), z.unknown());
const list = <T extends z.ZodType>(item: T, most: number) => z.array(item).max(most);

const content = z.looseObject({
  type: z.string().max(100),
  slug: z.string().max(100).optional(),
  values: values.optional(),
});
const column = z.looseObject({ contents: list(content, 200), values: values.optional() });
const row = z.looseObject({
  cells: list(z.number().min(0).max(100), 12),
  columns: list(column, 12),
  values: values.optional(),
});
const rows = list(row, 300);

/** The parts of Unlayer's JSON that are read; everything else in it is kept as it is. */
const schema = z.looseObject({
  schemaVersion: z.number().optional(),
  body: z.looseObject({
    rows,
    headers: rows.optional(),
    footers: rows.optional(),
    values: values.optional(),
  }),
});

export type UnlayerDesign = z.output<typeof schema>;
export type UnlayerRow = z.output<typeof row>;

const MOST_BYTES = 1_500_000;

/**
 * Unlayer's JSON, alone or as `saveDesign` and `exportHtml` hand it over.
 * @throws DesignError for what is none
 */
export function readUnlayer(given: unknown): UnlayerDesign {
  const wrapped = given as { body?: unknown; design?: unknown } | null;
  const design = wrapped && typeof wrapped === 'object' && !wrapped.body && wrapped.design ? wrapped.design : given;
  const parsed = schema.safeParse(design);
  if (!parsed.success)
    throw new DesignError(
      'This is no Unlayer design: it has no rows where Unlayer writes them.',
      parsed.error.issues.slice(0, 10).map(({ path }) => ({
        pointer: `/design/${path.map(String).join('/')}`,
        message: 'Unlayer writes something else here.',
      })),
    );
  if (JSON.stringify(parsed.data).length > MOST_BYTES)
    throw new DesignError(`This design is longer than ${MOST_BYTES} characters. Shorten it.`);
  return parsed.data;
}
