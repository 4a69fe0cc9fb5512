import { Readable } from 'node:stream';
import { setImmediate as letOthers } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import { AppError } from '#platform';
import { isUuid } from '#rules';
import type { Named } from './members.js';

/** Bytes that are read in one go: a few milliseconds, and then it is others' turn. */
const PIECE = 64 * 1024;
const emailHeads = new Set(['email', 'contact_email', 'e-mail']);
const idHeads = new Set(['contact_id', 'id']);

/**
 * The addresses or contact ids in a CSV file: of the column headed `email` or `contact_id`; without a heading, of
 * the first column. Each once. Reads piece by piece, so that a large file holds up nobody else in the process.
 * @throws AppError 400
 */
export async function namesInCsv(file: Uint8Array): Promise<Named> {
  const parser = Readable.from(pieces(file), { objectMode: false }).pipe(
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
    throw new AppError('unreadable_file', `The CSV file cannot be read${whereOf(error)}. ${whyOf(error)}`);
  }
  return named([...names], column?.headed);
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

function named(names: string[], headed: Column['headed']): Named {
  if (names.length === 0) {
    throw new AppError(
      'unreadable_file',
      'There is nobody in this file. Put one address on each line, or name a column email or contact_id.',
    );
  }
  const wrong = headed === 'email' ? undefined : names.find((name) => !isUuid(name));
  if (headed === 'id' && wrong !== undefined)
    throw new AppError(
      'unreadable_file',
      `“${wrong.slice(0, 100)}” in the column contact_id is not an id. Fix it, or use addresses.`,
    );
  return headed !== 'email' && wrong === undefined ? { contact_ids: names } : { emails: names };
}

async function* pieces(file: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += PIECE) {
    yield file.subarray(at, at + PIECE);
    await letOthers();
  }
}
