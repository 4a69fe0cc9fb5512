/** Characters of an address that are looked at: its scheme stands at its beginning. */
const BEGINNING = 300;
/** What a program opens by itself or at a click, in any of HTML's three ways to write a value. */
const links = new RegExp(
  `([\\s"'/](?:href|src|action|formaction|background|poster|data|xlink:href)\\s*=\\s*)` +
    `(?:"([^"]{0,${BEGINNING}})|'([^']{0,${BEGINNING}})|([^\\s"'<>]{1,${BEGINNING}}))`,
  'gi',
);
/** Schemes that run or read something where the link is opened. */
const unsafe = new Set(['javascript', 'vbscript', 'data', 'file', 'blob']);
const pictures = /^data:image\/(?:png|gif|jpe?g|webp)[;,]/i;
const named = new Map([
  ['&colon;', ':'],
  ['&tab;', ''],
  ['&newline;', ''],
]);

/** An address as a browser reads its scheme: entities decoded, control characters and spaces gone. */
const asRead = (value: string): string =>
  value
    .replace(/&#(?:x([0-9a-f]+)|(\d+));?|&(?:colon|tab|newline);/gi, (entity, hex?: string, decimal?: string) => {
      const code = hex ? parseInt(hex, 16) : Number(decimal);
      if (!hex && !decimal) return named.get(entity.toLowerCase())!;
      return code <= 0x10ffff ? String.fromCodePoint(code) : '';
    })
    .replace(/[\u0000-\u0020\u007f]+/g, '');

/** The scheme that makes an address unsafe. */
function unsafeScheme(value: string): string | undefined {
  const read = asRead(value);
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(read)?.[0].toLowerCase();
  return scheme !== undefined && unsafe.has(scheme) && !pictures.test(read) ? scheme : undefined;
}

/** Links of an HTML text that would run something instead of leading somewhere, with their places in it. */
export function* unsafeLinks(html: string): Generator<{ scheme: string; at: number }> {
  for (const { 1: before = '', 2: double, 3: single, 4: bare, index } of html.matchAll(links)) {
    const scheme = unsafeScheme(double ?? single ?? bare ?? '');
    if (scheme) yield { scheme, at: index + before.length };
  }
}

/** Whether a template leaves the scheme of some link to a value, so that only the finished mail shows what it is. */
export function leavesSchemeOpen(html: string): boolean {
  for (const { 2: double, 3: single, 4: bare } of html.matchAll(links)) {
    const value = double ?? single ?? bare ?? '';
    const first = /\{[{%]-?\s*([a-z_]*)/.exec(value);
    // Our own links are addresses of this installation.
    if (first && first[1] !== 'links' && !/[/?#]/.test(value.slice(0, first.index))) return true;
  }
  return false;
}

/** The same HTML with links to nowhere in place of unsafe ones. */
export const withoutUnsafeLinks = (html: string): string =>
  html.replace(links, (whole, before: string, double?: string, single?: string, bare?: string) =>
    unsafeScheme(double ?? single ?? bare ?? '') === undefined
      ? whole
      : `${before}${double !== undefined ? '"' : single !== undefined ? "'" : ''}#`,
  );
