import { Transform, type TransformCallback } from 'node:stream';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
/** Of an escape: what follows the backslash decides how much more there is. */
const UNDECIDED = 5;

/**
 * Passes JSON text on without what its strings have beyond some bytes, such as files in base64. Piece by piece, so that
 * a body never is in memory whole. Other text comes out in some form or other, and never throws.
 */
export class LongTexts extends Transform {
  /** By this Fastify compares with the length that was announced. */
  receivedEncodedLength = 0;
  private left = 0;
  private inString = false;
  private dropping = false;
  /** Bytes of the string so far, and those that an escape still has. */
  private size = 0;
  private escape = 0;

  /**
   * @param most bytes of a string that are passed on
   * @param room bytes that may be passed on in all
   * @param tooLarge makes the error when there are more
   */
  constructor(
    private readonly most: number,
    private readonly room: number,
    private readonly tooLarge: (room: number) => Error,
  ) {
    super();
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.receivedEncodedLength += piece.length;
    const kept = this.shortened(piece);
    this.left += kept.length;
    if (this.left > this.room) done(this.tooLarge(this.room));
    else done(null, kept);
  }

  private shortened(piece: Buffer): Buffer {
    const parts: Buffer[] = [];
    let from = this.dropping ? -1 : 0;
    for (let at = 0; at < piece.length; at += 1) {
      const was = this.dropping;
      this.step(piece[at]!);
      if (was === this.dropping) continue;
      if (this.dropping) parts.push(piece.subarray(from, at));
      from = this.dropping ? -1 : at;
    }
    if (from >= 0) parts.push(piece.subarray(from));
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** One byte. A string is cut where a character begins, so that neither an escape nor a letter is halved. */
  private step(byte: number): void {
    if (!this.inString) {
      if (byte === QUOTE) [this.inString, this.size] = [true, 0];
      return;
    }
    if (this.escape > 0) {
      this.escape = this.escape === UNDECIDED ? (byte === LETTER_U ? 4 : 0) : this.escape - 1;
    } else if (byte === QUOTE) {
      this.inString = this.dropping = false;
    } else {
      if (this.size >= this.most && (byte & 0xc0) !== 0x80) this.dropping = true;
      if (byte === BACKSLASH) this.escape = UNDECIDED;
    }
    this.size += 1;
  }
}
