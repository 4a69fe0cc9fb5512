import { aroundLiquid } from './liquid-tags.js';

/** Plain text as HTML. */
export const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A value as it stands between double quotes. */
export const escapeValue = (text: string): string => escapeText(text).replaceAll('"', '&quot;');

/**
 * Liquid as it stands between double quotes: with single ones, or escaped where it has both. Either way the template is
 * well-formed HTML before it is filled in, and means the same.
 */
export const quotedLiquid = (liquid: string): string => {
  const plain = inHtml(unescapeText(liquid));
  if (!plain.includes('"')) return plain;
  return plain.includes("'") ? plain.replaceAll('"', '&quot;') : plain.replaceAll('"', "'");
};

/** Liquid as it stands in HTML: its own comparisons must not look like tags. */
export const inHtml = (liquid: string): string => liquid.replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const named = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);

/** The characters that entities stand for; the few that editors write. */
export const unescapeText = (html: string): string =>
  html.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,4}));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named.get(name.toLowerCase()) ?? whole;
      const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : whole;
    },
  );

/** A value with Liquid in it as it stands between double quotes. */
export const escapeAround = (value: string): string => aroundLiquid(value, escapeValue, quotedLiquid);

/** A text with Liquid in it as HTML; the Liquid stays as it was written. */
export const escapeTextAround = (value: string): string => aroundLiquid(value, escapeText);

/** Text between two tags: editors write hard spaces where one was typed beside a tag; alone between words it is a plain one. */
export const plainSpaces = (text: string): string =>
  text.replace(/(^|[^\s\u00a0])\u00a0(?=[^\s\u00a0]|$)/g, '$1 ').replaceAll('\u00a0', '&nbsp;');
