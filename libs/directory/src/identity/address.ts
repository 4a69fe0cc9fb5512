import { fold } from '#rules';

/**
 * The one form in which an address identifies a person: spaces around it removed, folded. Equal to
 * `cortex.address()` in SQL. Undefined for text that is too long to be an address.
 */
export function addressOf(email: string): string | undefined {
  if (Buffer.byteLength(email) > 800) return undefined;
  return fold(email.replace(/^ +| +$/g, ''));
}
