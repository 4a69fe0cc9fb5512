import { newerThanServer } from './fold-newer.js';

const ascii = /^[\u0000-\u007f]*$/;

const foldKnown = (text: string): string => text.normalize().toLowerCase().replaceAll('ς', 'σ');

/**
 * The form in which texts are compared, equal to `cortex.fold()` in the database for every string.
 * Letters that this runtime knows and the server's Unicode does not are left alone, as the server leaves them.
 */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  let folded = '';
  let from = 0;
  for (const newer of text.matchAll(newerThanServer)) {
    folded += foldKnown(text.slice(from, newer.index)) + newer[0];
    from = newer.index + newer[0].length;
  }
  return folded + foldKnown(text.slice(from));
}
