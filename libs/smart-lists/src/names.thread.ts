import { pipeline, Readable } from 'node:stream';
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
/** Bytes of a row. One that is longer is not gathered to its end: a quotation mark that never closes, only commas. */
const LONGEST_ROW = 100_000;
const emailHeads = new Set(['email', 'contact_email', 'e-mail']);
const idHeads = new Set(['contact_id', 'id']);

/**
 * The addresses or contact ids in a CSV file: of the column headed `email` or `contact_id`; without a heading, of
 * the first column. Each once.
 * @returns a sentence instead when the file cannot be read or names nobody
 */
export async function read(file: Uint8Array): Promise<NamesRead | string> {
  const names = new Set<string>();
  const found = await eachName(file, (name) => names.add(name));
  if ('wrong' in found) return found.wrong;
  const pieces: string[] = [];
  const all = [...names];
  for (let at = 0; at < all.length; at += PIECE) pieces.push(JSON.stringify(all.slice(at, at + PIECE)));
  return { of: found.of, pieces };
}

/** What is wrong with a file, as a sentence; undefined when `read` can work with it. Keeps nothing of the file. */
export async function check(file: Uint8Array): Promise<string | undefined> {
  const found = await eachName(file, () => undefined);
  return 'wrong' in found ? found.wrong : undefined;
}

type Found = Pick<NamesRead, 'of'> | { wrong: string };

/** Tells each name, in order and as often as it is there. @returns what they are, or what is wrong, as a sentence */
async function eachName(file: Uint8Array, tell: (name: string) => void): Promise<Found> {
  const parser = parse({
    bom: true,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    delimiter: [',', ';', '\t'],
    max_record_size: LONGEST_ROW,
  });
  // What goes wrong is thrown where rows are read.
  pipeline(Readable.from(bytesOf(file), { objectMode: false }), parser, () => undefined);
  let column: Column | undefined;
  let count = 0;
  let noId: string | undefined;
  try {
    for await (const row of parser as AsyncIterable<string[]>) {
      const isFirst = column === undefined;
      column ??= columnOf(row);
      if (isFirst && column.headed) continue;
      const name = row[column.at] ?? '';
      if (name === '') continue;
      count += 1;
      if (noId === undefined && column.headed !== 'email' && !isUuid(name)) noId = name;
      tell(name);
    }
  } catch (error) {
    return { wrong: `The CSV file cannot be read${whereOf(error)}. ${whyOf(error)}` };
  }
  if (count === 0)
    return {
      wrong: 'There is nobody in this file. Put one address on each line, or name a column email or contact_id.',
    };
  if (column?.headed === 'id' && noId !== undefined)
    return { wrong: `“${noId.slice(0, 100)}” in the column contact_id is not an id. Fix it, or use addresses.` };
  return { of: column?.headed === 'email' || noId !== undefined ? 'emails' : 'contact_ids' };
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
