/** The ways in which a mail is shown. */
export type Face = 'desktop' | 'phone' | 'dark' | 'text' | 'no-images';

export const faces: readonly { value: Face; label: string }[] = [
  { value: 'desktop', label: 'Desktop' },
  { value: 'phone', label: 'Phone' },
  { value: 'dark', label: 'Dark' },
  { value: 'no-images', label: 'Images off' },
  { value: 'text', label: 'Plain text' },
];

const darkQuery = /\(\s*prefers-color-scheme\s*:\s*dark\s*\)/gi;
const noImages = `<meta http-equiv="Content-Security-Policy" content="img-src 'none'; media-src 'none'">`;

/** Where what is added to a mail's head goes: before a doctype it would change how the mail is laid out. */
const heads = [/<head(\s[^>]*)?>/i, /<html(\s[^>]*)?>/i, /<!doctype[^>]*>/i];

/**
 * A mail's HTML as one face shows it. Light and dark are decided here and not by the theme of who looks: in a mail's
 * own rules for dark mode the question is answered beforehand, and what has no color of its own is as readable as in a
 * mail program.
 */
export function faceOf(html: string, face: Face): string {
  const settled = html.replace(darkQuery, face === 'dark' ? '(min-width:0px)' : '(max-width:0px)');
  const scheme = `<style>:root{color-scheme:${face === 'dark' ? 'dark' : 'only light'}}</style>`;
  const added = face === 'no-images' ? scheme + noImages : scheme;
  const head = heads.find((one) => one.test(settled));
  return head ? settled.replace(head, (found) => found + added) : added + settled;
}
