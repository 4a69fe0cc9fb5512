import { AppError } from '#platform';
import type { FastifyReply } from 'fastify';

/** Bytes that may wait for one listener; somebody who does not read is let go, and comes back by itself. */
const MOST_WAITING = 64 * 1024;

/** Streams of server-sent events that are open, at most so many. */
export class EventStreams<T> {
  private readonly open = new Map<FastifyReply, T>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.open.size;
  }

  /** @throws AppError 503 when as many are open as may be */
  assertRoom(): void {
    if (this.open.size < this.most) return;
    throw new AppError('too_many_listeners', 'Too many screens are open. Close some, or try again in a moment.', {
      facts: { retry_after: 10 },
    });
  }

  /**
   * Begins a stream.
   * @param of what this listener asked for
   * @param onLast the last one has gone
   */
  begin(reply: FastifyReply, of: T, onLast: () => void): void {
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      // So that the connection goes with the stream when the server stops.
      connection: 'close',
    });
    reply.raw.write('retry: 2000\nevent: ready\ndata: {}\n\n');
    this.open.set(reply, of);
    reply.raw.on('close', () => {
      this.open.delete(reply);
      if (this.open.size === 0) onLast();
    });
  }

  /** Every listener with what it asked for. */
  [Symbol.iterator](): IterableIterator<[FastifyReply, T]> {
    return [...this.open][Symbol.iterator]();
  }

  sendAll(text: string): void {
    for (const [reply] of this.open) send(reply, text);
  }

  end(): void {
    for (const [reply] of this.open) reply.raw.end();
    this.open.clear();
  }
}

/** Writes to one listener, or lets it go. */
export function send(reply: FastifyReply, text: string): void {
  if (reply.raw.writableLength > MOST_WAITING) reply.raw.destroy();
  else reply.raw.write(text);
}

/** An event with data as JSON, which has no line breaks. */
export const eventText = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
