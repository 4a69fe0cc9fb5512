import type { Brand } from './brand.js';
import { inHtml, unescapeText } from './escaping.js';
import { fontStacks } from './fonts.js';
import { aroundLiquid, setLiquidAside } from './liquid-tags.js';

/** Tags that words may be set in. */
export const wordTags = ['b', 'i', 'u', 's', 'a', 'br', 'p', 'ul', 'ol', 'li', 'h1', 'h2', 'h3', 'span'] as const;

/** How the tags of a text look, as inline CSS; the canvas sets its paper with the same. */
export function wordStyles(brand: Brand): Record<string, string> {
  const heading = `font-family:${fontStacks[brand.heading_font]};font-weight:normal`;
  return {
    h1: `${heading};font-size:30px;line-height:38px;margin:0 0 12px`,
    h2: `${heading};font-size:22px;line-height:30px;margin:0 0 8px`,
    h3: 'font-size:16px;line-height:24px;font-weight:bold;margin:0 0 4px',
    p: 'margin:0 0 12px',
    ul: 'margin:0 0 12px;padding:0 0 0 20px',
    ol: 'margin:0 0 12px;padding:0 0 0 20px',
    li: 'margin:0 0 6px',
    a: 'color:inherit;text-decoration:underline',
  };
}

/** Words with the look of their tags written into them, since mail programs drop style sheets. */
export function styledWords(html: string, brand: Brand, link = brand.accent): string {
  const styles = new Map(Object.entries({ ...wordStyles(brand), a: `color:${link};text-decoration:underline` }));
  return aroundLiquid(
    html,
    (text) =>
      text.replace(/<(h1|h2|h3|p|ul|ol|li|a)(\s[^<>]*)?>/g, (_whole, tag: string, rest = '') => {
        const own = /\sstyle="([^"]*)"/.exec(rest);
        const style = [styles.get(tag), own?.[1]].filter(Boolean).join(';');
        return `<${tag}${own ? rest.replace(own[0], '') : rest} style="${style}">`;
      }),
    inHtml,
  );
}

/** Words as plain text: links in brackets behind theirs, items with a dash. Liquid stays as it is. */
export function plainWords(html: string): string {
  const aside = setLiquidAside(html);
  const text = aside.text
    .replace(/<a\b[^<>]*?\shref="([^"<>]*)"[^<>]*>/g, (_whole, href: string) => `\ufdd2${href}\ufdd3`)
    .replace(/\ufdd2([^\ufdd2\ufdd3]*)\ufdd3([^\ufdd2\ufdd3]*?)<\/a>/g, (_whole, href: string, words: string) =>
      words.trim() === href ? words : `${words} (${href})`,
    )
    .replace(/[\ufdd2\ufdd3]/g, '')
    .replace(/<li\b[^<>]*>/g, '\n- ')
    .replace(/<br\b[^<>]*>/g, '\n')
    .replace(/<\/(?:p|h[1-3]|ul|ol)>/g, '\n\n')
    .replace(/<\/?[a-z][^<>]*>/gi, '');
  return tidy(aside.restore(unescapeText(text), (liquid) => unescapeText(liquid))).replaceAll('\u00a0', ' ');
}

/** No space at the ends of lines, no more than one empty line. */
export const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
