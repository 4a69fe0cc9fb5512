import { AppError } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Bytes of bodies that may be in hand, of all who record and of one of them. */
const MOST = 64 * 1024 * 1024;
const MOST_OF_ONE = 16 * 1024 * 1024;
/** What a request is counted as beside its body. */
const HEAD = 4 * 1024;
/** What a body is counted as that announces no length, and at most: no route that records takes a larger one. */
const LARGEST = 1024 * 1024;

/** Bounds what requests that record may hold in memory, before a byte of a body is taken. */
export class Crowding {
  private readonly held = new Map<string, number>();
  private total = 0;

  /** @param isCrowdedBy whether too much of a key waits to be stored */
  constructor(
    private readonly isCrowdedBy: (by: string) => boolean,
    private readonly most = { all: MOST, ofOne: MOST_OF_ONE },
  ) {}

  /**
   * Counts a request as in hand until it is answered.
   * @param by the id of its key
   * @throws AppError 429 with the seconds to wait, when that key, or all together, have too much in hand
   */
  enter(by: string, request: FastifyRequest, reply: FastifyReply): void {
    const { 'content-length': length = '0', 'transfer-encoding': chunked } = request.headers;
    const bytes = HEAD + (chunked === undefined ? Math.min(Number(length), LARGEST) : LARGEST);
    const own = (this.held.get(by) ?? 0) + bytes;
    if (own > this.most.ofOne || this.total + bytes > this.most.all || this.isCrowdedBy(by))
      throw new AppError(
        'too_much_at_once',
        'More arrives than can be stored. Nothing of this request was stored. Wait a second and send it again.',
        { facts: { retry_after: 1 } },
      );
    this.held.set(by, own);
    this.total += bytes;
    // Once, and the last that happens: answered, or given up by the caller.
    reply.raw.on('close', () => this.leave(by, bytes));
  }

  private leave(by: string, bytes: number): void {
    this.total -= bytes;
    const left = this.held.get(by)! - bytes;
    if (left > 0) this.held.set(by, left);
    else this.held.delete(by);
  }
}
