import { AppError } from '#platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KEY_IN_BODY } from '../parsing/sender.js';
import { FairShares, type ShareClock } from './fair-shares.js';

/** Bytes of bodies that may be in hand, of all who record and of one of them; floods leave a quarter to the others. */
const MOST = 64 * 1024 * 1024;
const MOST_OF_ONE = 16 * 1024 * 1024;
const OF_FLOODS = 0.75;
/** What a request is counted as beside its body. */
const HEAD = 4 * 1024;
/** What a body is counted as that announces no length, and at most: no route that records takes a larger one. */
const LARGEST = 1024 * 1024;
/** What is at most taken from the network of a body that nobody reads yet. */
const UNREAD = 128 * 1024;
/** Milliseconds of work that a request makes, and each byte of its body; as measured with activities of 160 bytes. */
const WORK_OF_ONE = 0.05;
const WORK_OF_BYTE = 0.0001;
/** By how much a body grows that is compressed. */
const UNPACKED = 8;
/** How long a refusal of a flood is kept back, and of how many requests at a time, of one sender and of all. */
const KEPT_BACK_MS = 1000;
const MOST_KEPT_BACK = { ofOne: 128, all: 512 };

const clock: ShareClock = {
  now: () => performance.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Bounds what requests that record may hold in memory, and how much of the time of this process one sender takes, before
 * a byte of a body is taken.
 */
export class Crowding {
  private readonly held = new Map<string, number>();
  private total = 0;
  /** Refusals that are kept back, by sender. */
  private readonly refusals = new Map<string, number>();
  private allRefusals = 0;
  private readonly shares: FairShares;

  /** @param isCrowdedBy whether too much of a key waits to be stored */
  constructor(
    private readonly isCrowdedBy: (by: string) => boolean,
    private readonly most = { all: MOST, ofOne: MOST_OF_ONE },
    private readonly time = clock,
  ) {
    this.shares = new FairShares(time);
  }

  /**
   * Counts a request as in hand until it is answered. Of a sender that floods while others are there, it waits for its turn.
   * @param by the id of its key
   * @returns nothing when it may go on at once
   * @throws AppError 429 with the seconds to wait, when that key, or all together, have too much in hand, or it had no
   *   turn within a second. A flood is told so a second later, as long as not too many wait for that
   */
  enter(by: string, request: FastifyRequest, reply: FastifyReply): Promise<void> | undefined {
    const {
      'content-length': length = '0',
      'transfer-encoding': chunked,
      'content-encoding': packed,
    } = request.headers;
    const announced = chunked === undefined ? Math.min(Number(length), LARGEST) : undefined;
    const bytes = HEAD + (announced ?? LARGEST);
    const isFlood = this.shares.isFlood(by);
    if (!this.hasRoom(by, bytes) || this.isCrowdedBy(by)) return this.refuse(by, isFlood);
    const ofByte = packed === undefined ? WORK_OF_BYTE : WORK_OF_BYTE * UNPACKED;
    const entry = this.shares.enter(by, WORK_OF_ONE + (announced ?? 0) * ofByte, by !== KEY_IN_BODY);
    if (!entry) return this.refuse(by, isFlood);
    let counted = entry.later ? Math.min(bytes, UNREAD) : bytes;
    this.count(by, counted);
    const { socket } = request.raw;
    const readBefore = announced === undefined ? socket.bytesRead : 0;
    // Once, and the last that happens: answered, or given up by the caller.
    reply.raw.on('close', () => {
      this.count(by, -counted);
      if (announced === undefined) this.shares.charge(by, (socket.bytesRead - readBefore) * ofByte);
      entry.left();
    });
    return entry.later?.then((mayComeIn) => {
      if (!mayComeIn || !this.hasRoom(by, bytes - counted)) throw tooMuch();
      this.count(by, bytes - counted);
      counted = bytes;
    });
  }

  /** Counts a sender as there whom the body of a request named. */
  isThere(by: string): void {
    this.shares.isThere(by);
  }

  private hasRoom(by: string, bytes: number): boolean {
    const all = this.shares.isFlood(by) ? this.most.all * OF_FLOODS : this.most.all;
    return (this.held.get(by) ?? 0) + bytes <= this.most.ofOne && this.total + bytes <= all;
  }

  private count(by: string, bytes: number): void {
    this.total += bytes;
    const held = (this.held.get(by) ?? 0) + bytes;
    if (held > 0) this.held.set(by, held);
    else this.held.delete(by);
  }

  /** Whoever sends again as soon as they are refused would otherwise do nothing but that, on the thread of all. */
  private refuse(by: string, isFlood: boolean): Promise<never> {
    const own = this.refusals.get(by) ?? 0;
    if (!isFlood || own >= MOST_KEPT_BACK.ofOne || this.allRefusals >= MOST_KEPT_BACK.all) throw tooMuch();
    this.refusals.set(by, own + 1);
    this.allRefusals += 1;
    return new Promise((_, refuse) => {
      this.time.after(KEPT_BACK_MS, () => {
        this.allRefusals -= 1;
        const left = this.refusals.get(by)! - 1;
        if (left > 0) this.refusals.set(by, left);
        else this.refusals.delete(by);
        refuse(tooMuch());
      });
    });
  }
}

const tooMuch = (): AppError =>
  new AppError(
    'too_much_at_once',
    'More arrives than can be stored. Nothing of this request was stored. Wait a second and send it again.',
    { facts: { retry_after: 1 } },
  );
