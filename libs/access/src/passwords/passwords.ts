import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AppError } from '#platform';

/** One of OWASP's settings for scrypt: 32 MiB and about a quarter of a second. */
const cost = { ln: 15, r: 8, p: 3 };
const keyLength = 32;
const prefix = `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$`;

/** At the same time: more would take the thread pool from everything else, and 32 MiB each. */
const atOnce = 2;
/** Beyond these a request is turned away at once instead of waiting for half a minute. */
const mostWaiting = 40;
let running = 0;
const waiting: (() => void)[] = [];

/** Runs `work` when its turn comes. @throws AppError 503 when too many wait already */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) {
    if (waiting.length >= mostWaiting)
      throw new AppError('busy', 'Too many people sign in at this moment. Try again in a few seconds.', {
        facts: { retry_after: 5 },
      });
    await new Promise<void>((go) => waiting.push(go));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

/** On the thread pool, so that nobody else waits for it. */
const derive = (password: string, salt: Buffer, { ln, r, p }: typeof cost): Promise<Buffer> =>
  inTurn(
    () =>
      new Promise<Buffer>((done, failed) => {
        const options = { N: 2 ** ln, r, p, maxmem: 64 * 1024 * 1024 };
        scrypt(password.normalize('NFKC'), salt, keyLength, options, (error, key) =>
          error ? failed(error) : done(key),
        );
      }),
  );

/** A new password as it is stored. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return `${prefix}${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Whether a password is the one that was stored; hashes of earlier releases still count. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  if (isOldHash(stored)) {
    // Checked at today's cost as well, so that the time does not tell whose password is old.
    await derive(password, Buffer.alloc(16), cost);
    const { verifyPassword: verifyOldHash } = await import('better-auth/crypto');
    return inTurn(() => verifyOldHash({ hash: stored, password }));
  }
  const [salt = '', key = ''] = stored.slice(prefix.length).split('$');
  const made = await derive(password, Buffer.from(salt, 'base64url'), cost);
  const kept = Buffer.from(key, 'base64url');
  return kept.length === made.length && timingSafeEqual(kept, made);
}

/** Whether a stored hash is of an earlier cost and should be made anew when its password is known. */
export const isOldHash = (stored: string): boolean => !stored.startsWith(prefix);

/** The hash of a password that nobody has: checking against it takes as long as checking against a member's. */
export const nobodysHash = `${prefix}${Buffer.alloc(16).toString('base64url')}$${Buffer.alloc(keyLength).toString('base64url')}`;
