/**
 * PostgreSQL's binary form of one-dimensional arrays, for parameters of hot statements: parsing a text array costs
 * the server more than twice as much.
 */
const OID = { bool: 16, text: 25, timestamptz: 1184, uuid: 2950 };
const HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const YEAR_2000_MS = 946_684_800_000;

/** Length that stands for null. */
const NULL = -1;

/** @param write puts one value at a position, and returns the bytes it took */
function arrayOf<T>(
  oid: number,
  values: readonly (T | null)[],
  sizeOf: (value: T) => number,
  write: (buffer: Buffer, value: T, at: number) => number,
): Buffer {
  const dimensions = values.length === 0 ? 0 : 1;
  let size = HEADER_BYTES + DIMENSION_BYTES * dimensions + 4 * values.length;
  let hasNull = 0;
  for (const value of values) {
    if (value === null) hasNull = 1;
    else size += sizeOf(value);
  }
  const buffer = Buffer.allocUnsafe(size);
  // Dimensions, whether there are nulls, the type; of the dimension, if there is one, its length and first index.
  const head = [dimensions, hasNull, oid, ...(dimensions === 1 ? [values.length, 1] : [])];
  let at = 0;
  for (const field of head) at = buffer.writeInt32BE(field, at);
  for (const value of values) {
    const length = value === null ? NULL : write(buffer, value, at + 4);
    at = buffer.writeInt32BE(length, at) + Math.max(0, length);
  }
  return buffer;
}

export const textArray = (values: readonly (string | null)[]): Buffer =>
  arrayOf(OID.text, values, Buffer.byteLength, (buffer, value, at) => buffer.write(value, at));

export const uuidArray = (values: readonly (string | null)[]): Buffer =>
  arrayOf(
    OID.uuid,
    values,
    () => 16,
    (buffer, value, at) => buffer.write(value.replaceAll('-', ''), at, 'hex'),
  );

export const booleanArray = (values: readonly (boolean | null)[]): Buffer =>
  arrayOf(
    OID.bool,
    values,
    () => 1,
    (buffer, value, at) => buffer.writeUInt8(value ? 1 : 0, at) - at,
  );

/** @param values RFC 3339 with any number of fractional digits; PostgreSQL keeps six */
export const instantArray = (values: readonly (string | null)[]): Buffer =>
  arrayOf(
    OID.timestamptz,
    values,
    () => 8,
    (buffer, value, at) => buffer.writeBigInt64BE(microsecondsSince2000(value), at) - at,
  );

function microsecondsSince2000(instant: string): bigint {
  const [fraction] = /\.\d{4,}/.exec(instant) ?? [];
  if (fraction === undefined) return BigInt(Date.parse(instant) - YEAR_2000_MS) * 1000n;
  const whole = Date.parse(instant.replace(fraction, ''));
  return BigInt(whole - YEAR_2000_MS) * 1000n + BigInt(Math.round(Number(fraction) * 1e6));
}
