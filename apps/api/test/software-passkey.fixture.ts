import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest();
const letters = (bytes: Buffer) => bytes.toString('base64url');

interface Wish {
  origin: string;
  /** Whether it asked its owner for a finger, a face or a PIN. */
  verified?: boolean;
  counter?: number;
}

/**
 * A device that makes passkeys and answers with them, after the W3C's “Web Authentication” (level 3, sections 6.1 and
 * 6.5), with ES256 and without attestation.
 */
export class SoftwarePasskey {
  private readonly id = randomBytes(32);
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  create(challenge: string, wish: Wish) {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const coordinate = (value: string) => Buffer.concat([Buffer.from([0x58, 32]), Buffer.from(value, 'base64url')]);
    // CBOR of { 1: 2, 3: -7, -1: 1, -2: x, -3: y }.
    const key = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]),
      coordinate(x!),
      Buffer.from([0x22]),
      coordinate(y!),
    ]);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(this.id.length);
    const data = Buffer.concat([this.data(wish, 0x40), Buffer.alloc(16), length, this.id, key]);
    // CBOR of { fmt: 'none', attStmt: {}, authData: data }.
    const attestation = Buffer.concat([
      Buffer.from([0xa3, 0x63]),
      Buffer.from('fmt'),
      Buffer.from([0x64]),
      Buffer.from('none'),
      Buffer.from([0x67]),
      Buffer.from('attStmt'),
      Buffer.from([0xa0, 0x68]),
      Buffer.from('authData'),
      Buffer.from([0x59, data.length >> 8, data.length & 255]),
      data,
    ]);
    return this.answer({
      clientDataJSON: letters(this.client('webauthn.create', challenge, wish)),
      attestationObject: letters(attestation),
      transports: ['internal'],
    });
  }

  get(challenge: string, wish: Wish) {
    const client = this.client('webauthn.get', challenge, wish);
    const data = this.data(wish, 0);
    return this.answer({
      clientDataJSON: letters(client),
      authenticatorData: letters(data),
      signature: letters(sign('sha256', Buffer.concat([data, sha256(client)]), this.keys.privateKey)),
    });
  }

  private answer<R>(response: R) {
    const id = letters(this.id);
    return { id, rawId: id, type: 'public-key', response, clientExtensionResults: {} };
  }

  private client(type: string, challenge: string, { origin }: Wish): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  }

  /** For whom, with which flags, used how often. */
  private data({ origin, verified = true, counter = 0 }: Wish, more: number): Buffer {
    const counted = Buffer.alloc(4);
    counted.writeUInt32BE(counter);
    const flags = 0x01 | (verified ? 0x04 : 0) | more;
    return Buffer.concat([sha256(new URL(origin).hostname), Buffer.from([flags]), counted]);
  }
}
