import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';

/** Bytes that the parser is given at once. */
const BYTES = 64 * 1024;
/** Bytes of a row. One that is longer is not gathered to its end: a quotation mark that never closes, only commas. */
const LONGEST_ROW = 100_000;

/** A file that cannot be read as CSV; the message says where, why and what to do. */
export class CsvProblem extends Error {}

export interface RowsOf {
  file: Uint8Array;
  /** What stands between values; several where the file may have any of them. */
  delimiter: string | readonly string[];
}

/**
 * The rows of a CSV file in UTF-8, one after another, without empty ones.
 * @throws CsvProblem
 */
export async function* eachRow({ file, delimiter }: RowsOf): AsyncGenerator<string[]> {
  const parser = parse({
    bom: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    delimiter: typeof delimiter === 'string' ? delimiter : [...delimiter],
    max_record_size: LONGEST_ROW,
  });
  // What goes wrong is thrown where rows are read.
  pipeline(Readable.from(bytesOf(file), { objectMode: false }), parser, () => undefined);
  try {
    yield* parser as AsyncIterable<string[]>;
  } catch (error) {
    throw new CsvProblem(`The CSV file cannot be read${whereOf(error)}. ${whyOf(error)}`);
  }
}

const reasons = new Map<string, string>([
  ['CSV_QUOTE_NOT_CLOSED', 'A quotation mark opens and never closes. Close it, or write it twice inside a value.'],
  ['CSV_INVALID_CLOSING_QUOTE', 'Something stands behind a closing quotation mark. Write a mark inside a value twice.'],
  [
    'CSV_MAX_RECORD_SIZE',
    `A row is longer than ${LONGEST_ROW.toLocaleString('en')} bytes. Look for a quotation mark that never closes.`,
  ],
  ['INVALID_OPENING_QUOTE', 'A quotation mark stands inside a value. Put the value in marks and write its own twice.'],
]);

const whyOf = (error: unknown): string =>
  (error instanceof CsvError && reasons.get(error.code)) || 'Save it as CSV in UTF-8, with commas or semicolons.';

const whereOf = (error: unknown): string => {
  const line = error instanceof CsvError ? Number((error as { lines?: unknown }).lines) : NaN;
  return Number.isFinite(line) ? ` at line ${line}` : '';
};

const lineEnds = [0x0a, 0x0d];

/** The parser counts the characters of values only, so lines are held to the limit before it sees them. */
function* bytesOf(file: Uint8Array): Generator<Uint8Array> {
  let lineBegan = 0;
  for (let at = 0; at < file.length; at += BYTES) {
    const piece = file.subarray(at, at + BYTES);
    const ends = lineEnds.map((end) => piece.indexOf(end)).filter((end) => end >= 0);
    const firstEnd = at + (ends.length > 0 ? Math.min(...ends) : piece.length);
    if (firstEnd - lineBegan > LONGEST_ROW) throw new CsvError('CSV_MAX_RECORD_SIZE', 'A line is too long.');
    if (ends.length > 0) lineBegan = at + Math.max(...lineEnds.map((end) => piece.lastIndexOf(end)));
    yield piece;
  }
}
