import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { cookiePrefix, type Realm } from './realms.js';

const DAYS = 180;

/**
 * A mark that a browser keeps once somebody has signed in on it: later tries from there are counted apart from
 * everybody else's, so that nobody can lock its owner out. It opens nothing by itself. It names no person; whose it is,
 * the signature says.
 */
export class DeviceCookie {
  private readonly key: Buffer;
  private readonly name: string;

  constructor(
    realm: Realm,
    secret: string,
    private readonly publicUrl: string,
  ) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', `cortex ${realm} devices`, 32));
    this.name = `${cookiePrefix(realm, publicUrl)}.device`;
  }

  /** The device's mark, when this person has signed in on it before. */
  read(cookies: string | undefined, userId: string): string | undefined {
    const value = (cookies ?? '')
      .split(';')
      .map((part) => part.trim())
      .find((part) => part.startsWith(`${this.name}=`))
      ?.slice(this.name.length + 1);
    const [, mark, signature] = /^([\w-]{22})\.([\w-]{43})$/.exec(value ?? '') ?? [];
    if (!mark || !signature) return undefined;
    const same = timingSafeEqual(Buffer.from(signature, 'base64url'), this.sign(mark, userId));
    return same ? mark : undefined;
  }

  /** The `Set-Cookie` line of a device that this person has just signed in on. */
  make(userId: string): string {
    const mark = randomBytes(16).toString('base64url');
    const secure = this.publicUrl.startsWith('https:') ? '; Secure' : '';
    const value = `${mark}.${this.sign(mark, userId).toString('base64url')}`;
    return `${this.name}=${value}; Max-Age=${DAYS * 24 * 3600}; Path=/; HttpOnly; SameSite=Lax${secure}`;
  }

  private sign(mark: string, userId: string): Buffer {
    return createHmac('sha256', this.key).update(`${mark} ${userId}`).digest();
  }
}
