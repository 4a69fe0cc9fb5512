import type { IncomingMessage } from 'node:http';

/**
 * Takes a body into memory that threads see too, piece by piece, so that it is there once: neither joined of its
 * pieces nor copied for whoever reads it. Without Content-Length there is room for as much as the limit.
 * @param limit bytes
 * @throws what `tooLarge` makes, as soon as there is more than the limit
 */
export async function takeShared(
  request: IncomingMessage,
  limit: number,
  tooLarge: (limit: number) => Error,
): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? limit);
  const room = Buffer.from(new SharedArrayBuffer(Math.min(announced, limit)));
  let taken = 0;
  // Whoever sends too much gets an answer, so the connection is not torn down here.
  for await (const piece of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (taken + piece.length > room.length) throw tooLarge(limit);
    taken += piece.copy(room, taken);
  }
  return room.subarray(0, taken);
}
