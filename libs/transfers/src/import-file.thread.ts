import { CsvProblem, eachRow, inUtf8, separatorOf } from '#platform/csv';

/** Rows of one step of an import. */
const STEP = 500;
/** Rows that are shown before anything is imported. */
const SHOWN = 10;
const MOST_ROWS = 1_000_000;
const MOST_COLUMNS = 200;
const LONGEST_NAME = 200;
/** Bytes at the beginning by which a picture or a workbook is told from text. */
const LOOKED_AT = 1_000;
const noText = /^%PDF|[\x01-\x08\x0e-\x1f]/;

export interface FileRead {
  /** The names of its columns, each different. */
  columns: string[];
  rows: number;
  encoding: string;
  delimiter: string;
  preview: string[][];
  /** The rows as pieces of JSON, each an array of up to 500 of them. */
  pieces: string[];
}

/** Reads a CSV file whose first line names its columns. @returns a sentence instead when it cannot be imported */
export async function read(given: Uint8Array): Promise<FileRead | string> {
  const { file, encoding } = inUtf8(given);
  if (noText.test(Buffer.from(file.subarray(0, LOOKED_AT)).toString('latin1')))
    return 'This is not a text file. In Excel or Numbers, save the sheet as CSV, and choose that file.';
  const delimiter = separatorOf(file);
  let columns: string[] | undefined;
  let some: string[][] = [];
  let rows = 0;
  const preview: string[][] = [];
  const pieces: string[] = [];
  try {
    for await (const row of eachRow({ file, delimiter })) {
      if (!columns) {
        if (row.length > MOST_COLUMNS) return `The file has more than ${MOST_COLUMNS} columns. Leave some out.`;
        if (row.some((name) => name.includes('@')))
          return 'The first line must name the columns, such as email and first_name. Add such a line and try again.';
        columns = named(row);
        continue;
      }
      if (rows === MOST_ROWS) return 'The file has more than 1,000,000 rows. Split it into smaller files.';
      rows += 1;
      const cells = row.slice(0, columns.length).map(cell);
      if (preview.length < SHOWN) preview.push(cells);
      some.push(cells);
      if (some.length === STEP) {
        pieces.push(JSON.stringify(some));
        some = [];
      }
    }
  } catch (error) {
    if (error instanceof CsvProblem) return error.message;
    throw error;
  }
  if (!columns || rows === 0)
    return 'There is nobody in this file. It needs a line of column names and a row for each person.';
  if (some.length > 0) pieces.push(JSON.stringify(some));
  return { columns, rows, encoding, delimiter, preview, pieces };
}

/** The database has no NUL; and the apostrophe that an export puts before what looks like a formula goes again. */
const cell = (text: string): string =>
  text
    .replaceAll('\0', '')
    .toWellFormed()
    .replace(/^'(?=[=+\-@\t\r])/, '');

/** Names of columns, none empty and none twice. */
function named(row: readonly string[]): string[] {
  const taken = new Set<string>();
  return row.map((text, at) => {
    const name = cell(text).slice(0, LONGEST_NAME) || `Column ${at + 1}`;
    let different = name;
    for (let nth = 2; taken.has(different); nth += 1) different = `${name} (${nth})`;
    taken.add(different);
    return different;
  });
}
