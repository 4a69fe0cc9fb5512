import { emailAddress, instant } from '#rules';
import type { ImportItem } from './suppressions.queries';

/** A file as it was read: the names of its columns, where it has some, and its rows. */
export interface CsvFile {
  columns: string[];
  rows: string[][];
  /** Number of the first row, as tables count: 1, or 2 below a heading. */
  first: number;
}

/** Rows that are read at most; who has more splits the file. */
export const mostRows = 200_000;

/** What a file says once its columns are known. */
export interface Unsubscribes {
  items: ImportItem[];
  /** Rows without an address that mail could go to; the first few are named. */
  unreadable: { count: number; rows: number[] };
  /** Rows of an address that stood above already. */
  repeated: number;
  /** Rows whose time could not be read: they count as of now. */
  withoutTime: number;
}

const NAMED = 5;

/**
 * Reads a CSV file: comma, semicolon or tab, quotes as RFC 4180 says, any line ends. A first line without an `@` names
 * the columns.
 * @returns undefined when nothing is in it or it has too many rows
 */
export function readCsv(text: string): CsvFile | undefined {
  const clean = text.replace(/^\uFEFF/, '');
  const [line = ''] = clean.split(/\r\n|\r|\n/, 1);
  const rows = split(clean, separatorOf(line));
  if (rows.length === 0 || rows.length > mostRows) return undefined;
  const named = !rows[0]!.some((cell) => cell.includes('@'));
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const names = named ? rows[0]! : [];
  return {
    columns: Array.from({ length: width }, (_, at) => names[at]?.trim() || `Column ${at + 1}`),
    rows: named ? rows.slice(1) : rows,
    first: named ? 2 : 1,
  };
}

/** What separates most of a line. */
const separatorOf = (line: string): string =>
  [',', ';', '\t'].reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best));

function split(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length && rows.length <= mostRows) {
    let cell = '';
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        const quote = text.indexOf('"', end);
        if (quote === -1 || text[quote + 1] !== '"') {
          cell = text.slice(at + 1, quote === -1 ? text.length : quote).replaceAll('""', '"');
          at = quote === -1 ? text.length : quote + 1;
          break;
        }
        end = quote + 2;
      }
    }
    const from = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
    row.push(cell + text.slice(from, at));
    if (text[at] === separator) {
      at += 1;
      if (at < text.length) continue;
      row.push('');
    } else if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else at += 1;
    if (row.some((one) => one.trim() !== '')) rows.push(row);
    row = [];
  }
  return rows;
}

/** Which column holds addresses, as far as its name or its first rows say so; -1 when none does. */
export function addressColumn({ columns, rows }: CsvFile): number {
  const named = columns.findIndex((name) => /e-?mail|address/i.test(name));
  if (named !== -1) return named;
  return columns.findIndex((_, at) => rows.slice(0, 20).some((row) => row[at]?.includes('@')));
}

/** Which column says when; -1 when none seems to. */
export const timeColumn = ({ columns }: CsvFile): number =>
  columns.findIndex((name) => /unsub.*(time|date|at)$|^(date|time|timestamp)$|_at$/i.test(name.trim()));

/** `2026-01-31`, `2026-01-31 10:00`, or a whole instant; without an offset it is UTC. */
function readInstant(text: string): string | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/i.exec(
    text.trim(),
  );
  if (!parts) return undefined;
  const [, day, clock = '00:00', seconds = ':00', offset = 'Z'] = parts;
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset.toUpperCase();
  const read = instant.safeParse(`${day}T${clock}${seconds}${zone}`);
  return read.success ? read.data : undefined;
}

/** The addresses in these columns, each once, with what could not be read. `time` is -1 where the file does not say. */
export function unsubscribesIn(
  file: CsvFile,
  columns: { address: number; time: number },
  reason: ImportItem['reason'],
): Unsubscribes {
  const found: Unsubscribes = { items: [], unreadable: { count: 0, rows: [] }, repeated: 0, withoutTime: 0 };
  const seen = new Set<string>();
  file.rows.forEach((row, nth) => {
    const read = emailAddress.safeParse(row[columns.address] ?? '');
    if (!read.success) {
      found.unreadable.count += 1;
      if (found.unreadable.rows.length < NAMED) found.unreadable.rows.push(nth + file.first);
      return;
    }
    const folded = read.data.toLowerCase();
    if (seen.has(folded)) {
      found.repeated += 1;
      return;
    }
    seen.add(folded);
    const at = columns.time === -1 ? undefined : readInstant(row[columns.time] ?? '');
    if (columns.time !== -1 && at === undefined) found.withoutTime += 1;
    found.items.push({ email: read.data, reason, ...(at === undefined ? {} : { at }) });
  });
  return found;
}
