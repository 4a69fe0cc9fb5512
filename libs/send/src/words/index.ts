import { de } from './de.js';
import { en } from './en.js';
import type { PublicWords } from './public-words.js';

export type { PublicWords } from './public-words.js';

/** The languages of our pages: one file each, and one line here. */
const languages = new Map<string, PublicWords>([
  ['en', en],
  ['de', de],
]);

/** Languages of a header that are looked at; browsers send a handful. */
const MOST = 10;

/**
 * The words of a page: in the language of the person whom it is for, else in one that the browser asks for, else English.
 * @param person a BCP 47 tag, where somebody has said it
 * @param accepted the header `Accept-Language`
 */
export function wordsFor(person: string | null | undefined, accepted: string | undefined): PublicWords {
  const wanted = [...(person ? [person] : []), ...preferred(accepted ?? '')];
  for (const tag of wanted) {
    const words = languages.get(tag.split(/[-_]/, 1)[0]!.toLowerCase());
    if (words) return words;
  }
  return en;
}

/** The languages of the header, most wanted first; those that are refused (`q=0`) are left out. */
function preferred(header: string): string[] {
  return header
    .slice(0, 500)
    .split(',', MOST)
    .map((part) => {
      const [tag = '', ...rest] = part.split(';');
      const q = /^\s*q\s*=\s*([\d.]+)\s*$/i.exec(rest[0] ?? '');
      return { tag: tag.trim(), q: q ? Number(q[1]) : 1 };
    })
    .filter(({ q }) => q > 0)
    .sort((a, b) => b.q - a.q)
    .map(({ tag }) => tag);
}

/** A day in the words of a page: `1 May 2026`. */
export const dayIn = ({ lang }: PublicWords, at: Date): string =>
  new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' }).format(at);
