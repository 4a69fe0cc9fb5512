import { Readable } from 'node:stream';
import { isUuid } from '#rules';
import { CsvError, parse } from 'csv-parse';

/** Names as pieces of JSON, each an array of them: whoever works them off reads one piece at a time. */
export interface NamesRead {
  of: 'emails' | 'contact_ids';
  pieces: string[];
}

/** Names in one piece. */
const PIECE = 5_000;
/** Bytes that the parser is given at once. */
const BYTES = 64 * 1024;
const emailHeads = new Set(['email', 'contact_email', 'e-mail']);
const idHeads = new Set(['contact_id', 'id']);

/**
 * The addresses or contact ids in a CSV file: of the column headed `email` or `contact_id`; without a heading, of
 * the first column. Each once.
 * @returns a sentence instead when the file cannot be read or names nobody
 */
export async function read(file: Uint8Array): Promise<NamesRead | string> {
  const parser = Readable.from(bytesOf(file), { objectMode: false }).pipe(
    parse({ bom: true, trim: true, relax_column_count: true, skip_empty_lines: true, delimiter: [',', ';', '\t'] }),
  );
  let column: Column | undefined;
  const names = new Set<string>();
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      const isFirst = column === undefined;
      column ??= columnOf(row);
      if (isFirst && column.headed) continue;
      const name = row[column.at] ?? '';
      if (name !== '') names.add(name);
    }
  } catch (error) {
    return `The CSV file cannot be read${whereOf(error)}. ${whyOf(error)}`;
  }
  return named([...names], column?.headed);
}

/** What is wrong with a file, as a sentence; undefined when `read` can work with it. */
export async function check(file: Uint8Array): Promise<string | undefined> {
  const found = await read(file);
  return typeof found === 'string' ? found : undefined;
}

const reasons = new Map<string, string>([
  ['CSV_QUOTE_NOT_CLOSED', 'A quotation mark opens and never closes. Close it, or write it twice inside a value.'],
  ['CSV_INVALID_CLOSING_QUOTE', 'Something stands behind a closing quotation mark. Write a mark inside a value twice.'],
  ['INVALID_OPENING_QUOTE', 'A quotation mark stands inside a value. Put the value in marks and write its own twice.'],
]);

const whyOf = (error: unknown): string =>
  (error instanceof CsvError && reasons.get(error.code)) || 'Save it as CSV in UTF-8, with commas or semicolons.';

const whereOf = (error: unknown): string => {
  const line = error instanceof CsvError ? Number((error as { lines?: unknown }).lines) : NaN;
  return Number.isFinite(line) ? ` at line ${line}` : '';
};

interface Column {
  at: number;
  headed?: 'email' | 'id';
}

function columnOf(first: readonly string[]): Column {
  const heads = first.map((head) => head.toLowerCase());
  const email = heads.findIndex((head) => emailHeads.has(head));
  if (email >= 0) return { at: email, headed: 'email' };
  const id = heads.findIndex((head) => idHeads.has(head));
  return id >= 0 ? { at: id, headed: 'id' } : { at: 0 };
}

function named(names: string[], headed: Column['headed']): NamesRead | string {
  if (names.length === 0)
    return 'There is nobody in this file. Put one address on each line, or name a column email or contact_id.';
  const wrong = headed === 'email' ? undefined : names.find((name) => !isUuid(name));
  if (headed === 'id' && wrong !== undefined)
    return `“${wrong.slice(0, 100)}” in the column contact_id is not an id. Fix it, or use addresses.`;
  const pieces: string[] = [];
  for (let at = 0; at < names.length; at += PIECE) pieces.push(JSON.stringify(names.slice(at, at + PIECE)));
  return { of: headed !== 'email' && wrong === undefined ? 'contact_ids' : 'emails', pieces };
}

function* bytesOf(file: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += BYTES) yield file.subarray(at, at + BYTES);
}
