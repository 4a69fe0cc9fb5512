import { personalIds } from '#rules';

/** What decides about the kept row of a person in one row of the shop, a profile or a lead. */
export const sourceColumns: readonly string[] = ['id', 'email', ...personalIds, 'tags', 'attributes', 'created_at'];

/** What the directory's definition says of an address, under the names of the kept row. */
export const definedColumns: readonly string[] = [
  'id',
  'email',
  'type',
  ...personalIds,
  'tags',
  'attributes',
  'created_at',
  'lifetime_value_minor',
];

/** Columns of the kept row that the shop's tables know nothing of and the view shows. */
export const keptColumns = [
  'last_activity',
  'consent_status',
  'consent_source',
  'consent_at',
  'consent_text',
  'suppressed_broadcast',
  'suppressed_transactional',
  'demo',
] as const;

/** What the kept row holds where the definition has nobody: these columns are never null. */
const empty = new Map([
  ['tags', "'{}'"],
  ['attributes', "'{}'"],
  ['lifetime_value_minor', '0'],
]);

/** A column of the definition as the kept row takes it, also where a left join found nobody. */
export const orEmpty = (alias: string) => (column: string) =>
  empty.has(column) ? `coalesce(${alias}.${column}, ${empty.get(column)})` : `${alias}.${column}`;

export const of = (alias: string) => (column: string) => `${alias}.${column}`;

/** For comparing: by citext's own equality a change of case would be none. */
export const exact = (expression: string, column: string): string =>
  column === 'email' ? `${expression}::text` : expression;

const WIDTH = 118;

/** The parts with commas between, in lines of a readable length; each line after the first is indented by so many spaces. */
export function list(parts: readonly string[], indent: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && indent + last.length + part.length + 3 <= WIDTH)
      lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(part);
  }
  return lines.join(`,\n${' '.repeat(indent)}`);
}

/** Of the file in front of everything that a function of this folder writes. */
export const generatedBy = (file: string): string =>
  `-- Generated from libs/directory/src/sql/${file} by \`npm run gen\`. Do not edit: change that file, or the list of a\n-- person's fields in libs/rules/src/language/personal-fields.ts.\n`;
