import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Milliseconds in which a challenge can be answered. */
export const CHALLENGE_LIFE = 5 * 60_000;

const RANDOM = 16;
const ENDS = RANDOM + 6;

/**
 * What a device is asked to sign: random bytes, when they run out, and our signature over both and what they are for.
 * So nothing has to be kept for those who only ask.
 */
export class Challenges {
  private readonly key: Buffer;

  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'cortex passkey challenges', 32));
  }

  /** @param purpose what the answer may be used for, with whose it is */
  make(purpose: string, now: Date): Uint8Array<ArrayBuffer> {
    const begin = Buffer.alloc(ENDS);
    randomBytes(RANDOM).copy(begin);
    begin.writeUIntBE(now.getTime() + CHALLENGE_LIFE, RANDOM, 6);
    return new Uint8Array(Buffer.concat([begin, this.sign(begin, purpose)]));
  }

  /** @param challenge in base64url, as a browser sends it back */
  isGood(challenge: string, purpose: string, now: Date): boolean {
    const bytes = Buffer.from(challenge, 'base64url');
    const begin = bytes.subarray(0, ENDS);
    const signature = this.sign(begin, purpose);
    if (bytes.length !== ENDS + signature.length) return false;
    if (!timingSafeEqual(bytes.subarray(ENDS), signature)) return false;
    return begin.readUIntBE(RANDOM, 6) > now.getTime();
  }

  private sign(begin: Buffer, purpose: string): Buffer {
    return createHmac('sha256', this.key).update(begin).update(purpose).digest();
  }
}
