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

/**
 * A mail's HTML as one face shows it. Light and dark are decided here and not by the theme of who looks: in a mail's
 * own rules for dark mode the question is answered beforehand.
 */
export function faceOf(html: string, face: Face): string {
  const settled = html.replace(darkQuery, face === 'dark' ? '(min-width:0px)' : '(max-width:0px)');
  if (face !== 'no-images') return settled;
  return /<head[^>]*>/i.test(settled) ? settled.replace(/<head[^>]*>/i, (head) => head + noImages) : noImages + settled;
}
