import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/** What no file system takes for a part of a name, or takes for something else. */
const unfit = /[\p{Cc}\p{Cf}/\\:*?"<>|]+/gu;
const LONGEST = 100;

/**
 * The header that names a download, for whatever a person may have called it (RFC 6266): plain for old programs, and in
 * full.
 * @param name without its ending
 * @param ending e.g. `json`
 */
export function attachment(name: string, ending: string): string {
  const clean = name
    .toWellFormed()
    .replace(unfit, ' ')
    .replace(/^[\s.]+/, '')
    .trimEnd();
  const fit = [...clean].slice(0, LONGEST).join('') || 'download';
  const plain = fit.replace(/[^\x20-\x7e]/g, '_');
  const full = encodeURIComponent(fit).replace(/['()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}.${ending}"; filename*=UTF-8''${full}.${ending}`;
}

/** Spreadsheets take a CSV file for UTF-8 by this mark alone, and write “JosÃ©” for “José” without it. */
const MARK = '\uFEFF';

async function* marked(lines: AsyncGenerator<string>): AsyncGenerator<string> {
  yield MARK;
  yield* lines;
}

/** Answers with a CSV file that is made while it is read: whoever stops reading stops it. */
export const sendCsv = (reply: FastifyReply, name: string, lines: AsyncGenerator<string>): FastifyReply =>
  reply
    .header('content-type', 'text/csv; charset=utf-8')
    .header('content-disposition', attachment(name, 'csv'))
    .header('cache-control', 'no-store')
    .send(Readable.from(marked(lines)));

/** The same with one JSON document, in parts. */
export const sendJson = (reply: FastifyReply, name: string, parts: AsyncGenerator<string>): FastifyReply =>
  reply
    .header('content-type', 'application/json; charset=utf-8')
    .header('content-disposition', attachment(name, 'json'))
    .header('cache-control', 'no-store')
    .send(Readable.from(parts));
