import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { passwordLength } from '#contracts';
import { invalidRequest, projectRoot } from '#platform';

/** What a password is chosen for. */
export interface PasswordFor {
  email: string;
  name?: string;
}

let known: ReadonlySet<string> | undefined;

/** Read at the first use: the list takes a megabyte, and the worker needs none. */
function commonPasswords(): ReadonlySet<string> {
  known ??= new Set(
    readFileSync(join(projectRoot(), 'libs', 'access', 'data', 'common-passwords.txt'), 'utf8')
      .trim()
      .split('\n'),
  );
  return known;
}

/** Whether it is one short piece over and over: aaaaaaaaaa, 1212121212, abcabcabcabc. */
function repeatsItself(text: string): boolean {
  for (let size = 1; size <= Math.min(4, Math.floor(text.length / 2)); size++) {
    if ([...text].every((sign, at) => sign === text[at % size])) return true;
  }
  return false;
}

/** What is left when the digits and signs around a word are taken away: `cortex2026!` → `cortex`. */
const wordOf = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');

/**
 * Why nobody should use this password, as a sentence; undefined for one that may be used. Only its length and how easily
 * it is guessed count: no capitals, digits or signs are asked for.
 */
export function weaknessOf(password: string, whose: PasswordFor): string | undefined {
  const { min, max } = passwordLength;
  const length = [...password].length;
  if (length < min) return `A password has at least ${min} characters.`;
  if (length > max) return `A password has at most ${max} characters.`;
  const folded = password.normalize('NFKC').toLowerCase();
  if (commonPasswords().has(folded) || repeatsItself(folded))
    return 'This password is one of those that are tried first. Choose another one, for example four words.';
  const email = whose.email.toLowerCase();
  const own = [email, ...email.split('@'), (whose.name ?? '').toLowerCase(), 'cortex'].map(wordOf);
  if (own.includes(wordOf(folded)) || folded.includes(email))
    return 'This password is your address, your name or the name of the product. Choose another one.';
  return undefined;
}

/**
 * Refuses a password that is easily guessed.
 * @param pointer where in the request it stands
 * @throws AppError 400
 */
export function assertGoodPassword(password: string, whose: PasswordFor, pointer = '/password'): void {
  const message = weaknessOf(password, whose);
  if (message) throw invalidRequest('Choose another password.', [{ pointer, message }]);
}
