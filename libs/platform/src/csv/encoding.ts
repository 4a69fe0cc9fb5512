/** Bytes that are looked at to tell an encoding without a mark. */
const LOOKED_AT = 2_000;

/**
 * A text file in UTF-8, whatever it was: UTF-8, UTF-16 of either order, or what old spreadsheets write (Windows-1252),
 * where it is neither.
 */
export function inUtf8(file: Uint8Array): { file: Uint8Array; encoding: 'utf-8' | 'utf-16' | 'windows-1252' } {
  const wide = wideOrder(file);
  if (wide) return { file: Buffer.from(new TextDecoder(wide).decode(plain(file))), encoding: 'utf-16' };
  if (isUtf8(file)) return { file, encoding: 'utf-8' };
  return { file: Buffer.from(new TextDecoder('windows-1252').decode(plain(file))), encoding: 'windows-1252' };
}

/** A decoder refuses memory that threads share. */
const plain = (file: Uint8Array): Uint8Array =>
  file.buffer instanceof ArrayBuffer ? file : Buffer.from(Uint8Array.prototype.slice.call(file));

function isUtf8(file: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(plain(file));
    return true;
  } catch {
    return false;
  }
}

/** By its mark; without one, every second byte of plain letters is zero. */
function wideOrder(file: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (file[0] === 0xff && file[1] === 0xfe) return 'utf-16le';
  if (file[0] === 0xfe && file[1] === 0xff) return 'utf-16be';
  const seen = file.subarray(0, LOOKED_AT);
  const zeros = [0, 0];
  seen.forEach((byte, at) => {
    if (byte === 0) zeros[at % 2]! += 1;
  });
  if (zeros[1]! > seen.length / 4) return 'utf-16le';
  return zeros[0]! > seen.length / 4 ? 'utf-16be' : undefined;
}

const separators = [',', ';', '\t', '|'];

/** What separates most of the first line, outside of quotation marks; a comma where nothing does. */
export function separatorOf(file: Uint8Array): string {
  const text = new TextDecoder().decode(plain(file.subarray(0, 64 * 1024)));
  const [line = ''] = text.replace(/"(?:[^"]|"")*"/g, '').split(/[\r\n]/, 1);
  return separators.reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best));
}
