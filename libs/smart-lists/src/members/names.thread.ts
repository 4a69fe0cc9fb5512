import { CsvProblem, eachRow } from '#platform/csv';
import { isUuid } from '#rules';

/** Names as pieces of JSON, each an array of them: whoever works them off reads one piece at a time. */
export interface NamesRead {
  of: 'emails' | 'contact_ids';
  pieces: string[];
}

/** Names in one piece. */
const PIECE = 5_000;
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
  let column: Column | undefined;
  let count = 0;
  let noId: string | undefined;
  try {
    for await (const row of eachRow({ file, delimiter: [',', ';', '\t'] })) {
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
    if (error instanceof CsvProblem) return { wrong: error.message };
    throw error;
  }
  if (count === 0)
    return {
      wrong: 'There is nobody in this file. Put one address on each line, or name a column email or contact_id.',
    };
  if (column?.headed === 'id' && noId !== undefined)
    return { wrong: `“${noId.slice(0, 100)}” in the column contact_id is not an id. Fix it, or use addresses.` };
  return { of: column?.headed === 'email' || noId !== undefined ? 'emails' : 'contact_ids' };
}

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
