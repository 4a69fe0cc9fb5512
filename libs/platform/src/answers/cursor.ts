import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { AppError } from './errors.js';

/** Puts the sort key of a page's last row into the text that the next request hands back. Values must be JSON. */
export function encodeCursor(values: unknown[]): string {
  return Buffer.from(JSON.stringify(values), 'utf8').toString('base64url');
}

/**
 * The sort key inside a cursor, or undefined for the first page.
 * @param length how many values the list's sort key has
 * @throws AppError 400 when the text is not a cursor of such a list
 */
export function decodeCursor(cursor: string | undefined, length: number): unknown[] | undefined {
  if (cursor === undefined || cursor === '') return undefined;
  let values: unknown;
  try {
    values = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    values = undefined;
  }
  const usable =
    Array.isArray(values) &&
    values.length === length &&
    values.every((value) => value === null || ['string', 'number', 'boolean'].includes(typeof value));
  if (!usable) throw foreign();
  return values as unknown[];
}

const foreign = () =>
  new AppError('invalid_cursor', 'This cursor was not made by this list. Leave it out to start at the first page.');

/** The cursor together with the instant at which its list was asked first; milliseconds. */
export const joinInstant = (at: Date, cursor: string): string => `${at.getTime()}.${cursor}`;

/**
 * What `joinInstant` put together; without an instant where the cursor has none.
 * @throws AppError 400 when what should be the instant is none
 */
export function splitInstant(text: string | undefined): { at?: Date; cursor?: string } {
  if (text === undefined || text === '') return {};
  const dot = text.indexOf('.');
  if (dot < 0) return { cursor: text };
  if (!/^\d{1,14}$/.test(text.slice(0, dot))) throw foreign();
  return { at: new Date(Number(text.slice(0, dot))), cursor: text.slice(dot + 1) };
}

/** The key that cursors are signed with, derived from the installation's secret. */
export const cursorKey = (secret: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', 'cortex cursors', 32));

/** Characters of a signature: 128 bits as base64url. */
const SIGNATURE_LENGTH = 22;

const signature = (key: Buffer, list: string, cursor: string): string =>
  createHmac('sha256', key).update(`${list}\n${cursor}`).digest('base64url').slice(0, SIGNATURE_LENGTH);

/**
 * A cursor as callers get it: only whoever has the key can have made it, and for this list only.
 * @param list what the cursor is of; any text
 */
export const signCursor = (key: Buffer, list: string, cursor: string): string => signature(key, list, cursor) + cursor;

/**
 * What was signed for this list.
 * @throws AppError 400 for any other text
 */
export function openCursor(key: Buffer, list: string, signed: string): string {
  const cursor = signed.slice(SIGNATURE_LENGTH);
  const given = Buffer.from(signed.slice(0, SIGNATURE_LENGTH));
  const wanted = Buffer.from(signature(key, list, cursor));
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw foreign();
  return cursor;
}
