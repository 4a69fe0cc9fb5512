import { AppError, inThreads } from '#platform';
import type { Named } from './members.js';
import * as here from './names.thread.js';

const inThread = inThreads<typeof here>(new URL('./names.thread.js', import.meta.url));

/** Bytes from which a file is read in a thread: so many take a few milliseconds. */
const LARGE = 64 * 1024;

/**
 * The addresses or contact ids in a CSV file (see `read`), up to 5,000 at a time, so that whoever works them off holds
 * up nobody else.
 * @throws AppError 400
 */
export async function namesInCsv(file: Uint8Array): Promise<Iterable<Named>> {
  const found = await (file.length > LARGE ? inThread('read', file) : here.read(file));
  if (typeof found === 'string') throw new AppError('unreadable_file', found);
  return parsed(found);
}

function* parsed({ of, pieces }: here.NamesRead): Generator<Named> {
  for (const piece of pieces) yield { [of]: JSON.parse(piece) as string[] };
}

/** @throws AppError 400 when `namesInCsv` could not read this file */
export async function assertReadable(file: Uint8Array): Promise<void> {
  const wrong = await (file.length > LARGE ? inThread('check', file) : here.check(file));
  if (wrong !== undefined) throw new AppError('unreadable_file', wrong);
}
