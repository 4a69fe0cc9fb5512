import { gunzip, inflate, type InputType, type ZlibOptions } from 'node:zlib';
import { AppError } from '#platform';
import type { FastifyRequest } from 'fastify';

type Unpack = (packed: InputType, options: ZlibOptions, done: (error: Error | null, text: Buffer) => void) => void;

const WAYS = new Map<string, Unpack>([
  ['gzip', gunzip],
  // As browsers' clients of PostHog say it, in the address.
  ['gzip-js', gunzip],
  ['deflate', inflate],
]);

/**
 * The JSON that a client of others sends, whatever it calls it: compressed, or in a form. What it grows to is bounded
 * while it grows.
 * @param limit in bytes, of what comes out
 * @throws AppError 400 when it is not compressed as it says, 413 when it is larger, 415 for another way to compress
 */
export async function clientBody(request: FastifyRequest, body: Buffer, limit: number): Promise<Buffer> {
  return outOfForm(await unpacked(request, body, limit));
}

/** `data=`, as browsers' clients of PostHog send JSON or base64 of it without a preflight. */
function outOfForm(body: Buffer): Buffer {
  if (body.subarray(0, 5).toString('latin1') !== 'data=') return body;
  const data = new URLSearchParams(body.toString('utf8')).get('data')!;
  return Buffer.from(data, /^[[{]/.test(data) ? 'utf8' : 'base64');
}

async function unpacked(request: FastifyRequest, body: Buffer, limit: number): Promise<Buffer> {
  const { compression } = request.query as { compression?: unknown };
  const said = request.headers['content-encoding'] ?? (typeof compression === 'string' ? compression : undefined);
  // PostHog's browsers do not always say it. No JSON begins so.
  const way = said ?? (body[0] === 0x1f && body[1] === 0x8b ? 'gzip' : 'identity');
  if (way === 'identity' || way === 'base64' || body.length === 0) return body;
  const unpack = WAYS.get(way.toLowerCase());
  if (!unpack)
    throw new AppError('unsupported_media_type', 'This compression is not read here. Send gzip or deflate, or none.');
  return new Promise((resolve, reject) =>
    unpack(body, { maxOutputLength: limit }, (error, text) => {
      if (!error) return resolve(text);
      const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      reject(
        isTooLarge
          ? new AppError(
              'too_large',
              `The body is larger than ${limit} bytes when it is not compressed. Send it in several requests.`,
            )
          : new AppError('invalid_json', `The body is not ${way} as its header says.`),
      );
    }),
  );
}
