import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { type Config } from '../config/config.js';
import { type Database } from '../db/tx.js';
import { earlierSecrets, readSecret } from './secret.js';

/** Stored under a secret that this process does not know. */
export class UnreadableSecret extends Error {
  constructor() {
    super('it was encrypted under another CORTEX_SECRET');
    this.name = 'UnreadableSecret';
  }
}

interface Key {
  /** Names the key in what was sealed with it; says nothing about it. */
  id: string;
  sealing: Buffer;
  marking: Buffer;
}

const NONCE = 12;
const TAG = 16;

/**
 * Keys made of the installation's secrets, the current one first. What is sealed is one line: `v1.<key>.<base64url>` of
 * nonce, AES-256-GCM ciphertext and tag. `about` is bound into it, so that a sealed text is good in its own place only.
 */
export class VaultKeys {
  private readonly keys: readonly Key[];

  constructor(secrets: readonly string[]) {
    this.keys = [...new Set(secrets)].map((secret) => {
      const made = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', use, 32));
      const sealing = made('cortex sealed values');
      return {
        id: createHash('sha256').update('cortex key name').update(sealing).digest('hex').slice(0, 8),
        sealing,
        marking: made('cortex request marks'),
      };
    });
  }

  /** How everything begins that is sealed with the current key. */
  get current(): string {
    return `v1.${this.keys[0]!.id}.`;
  }

  /** The same of every key that can be opened. */
  get known(): string[] {
    return this.keys.map(({ id }) => `v1.${id}.`);
  }

  seal(text: string, about: string): string {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0]!.sealing, nonce).setAAD(Buffer.from(about));
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return this.current + sealed.toString('base64url');
  }

  /** @throws UnreadableSecret when no key opens it, or it belongs elsewhere */
  open(sealed: string, about: string): string {
    const [version, id, rest] = sealed.split('.');
    const key = this.keys.find((each) => each.id === id);
    if (version !== 'v1' || !key || rest === undefined) throw new UnreadableSecret();
    const bytes = Buffer.from(rest, 'base64url');
    if (bytes.length < NONCE + TAG) throw new UnreadableSecret();
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.sealing, bytes.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()]).toString('utf8');
    } catch {
      throw new UnreadableSecret();
    }
  }

  /** A mark by which something can be known again and not guessed: an HMAC, so that a short password cannot be tried. */
  mark(text: string | Buffer): Buffer {
    return marked(this.keys[0]!, text);
  }

  /** Whether this mark was made of this, under the current key or one before. */
  isMark(mark: Buffer, text: string | Buffer): boolean {
    return this.keys.some((key) => {
      const own = marked(key, text);
      return own.length === mark.length && timingSafeEqual(own, mark);
    });
  }
}

const marked = (key: Key, text: string | Buffer): Buffer => createHmac('sha256', key.marking).update(text).digest();

/** Encrypts what is stored and may not be read from the database. */
export class Vault {
  private made: Promise<VaultKeys> | undefined;

  constructor(
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  /** The keys, read once. */
  keys(): Promise<VaultKeys> {
    this.made ??= this.make().catch((error: unknown) => {
      this.made = undefined;
      throw error;
    });
    return this.made;
  }

  private async make(): Promise<VaultKeys> {
    const secret = await readSecret(this.database, this.config);
    return new VaultKeys([secret, ...(await earlierSecrets(this.database, this.config))]);
  }
}
