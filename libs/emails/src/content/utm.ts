import type { Utm } from '#contracts';
import { withHrefs } from './html-links.js';

/** As a query has them: `utm_source=newsletter&utm_medium=email&…`; undefined where there are none to add. */
export function utmQuery(utm: Utm | null | undefined): string | undefined {
  if (!utm) return undefined;
  const pairs = [
    ['utm_source', utm.source],
    ['utm_medium', utm.medium],
    ['utm_campaign', utm.campaign],
    ['utm_content', utm.content],
  ] as const;
  const given = pairs.filter(([, value]) => value);
  // Quotes of either kind end an attribute, and encodeURIComponent leaves the single one.
  const written = given.map(([name, value]) => `${name}=${encodeURIComponent(value!).replaceAll("'", '%27')}`);
  return written.length === 0 ? undefined : written.join('&');
}

/** A whole address of the web, with a host. */
const onTheWeb = /^\s*https?:\/\/[^\s/?#]/i;
const named = /[?&;]utm_[a-z_]+=/i;

/**
 * An address with these parameters behind its own, see `withParameters`.
 * @param own how our own links begin: ways out, the view in the browser
 * @returns undefined for what is no address of the web, one of ours, and one that names its own UTM parameters
 */
function tagged(address: string, query: string, separator: '&' | '&amp;', own: string): string | undefined {
  const bare = address.trim();
  if (!onTheWeb.test(bare) || bare === own || bare.startsWith(`${own}/`)) return undefined;
  return withParameters(bare, query, separator, named);
}

/**
 * An address with these parameters behind its own and before its fragment, otherwise as it was written.
 * @param separator `&`, or `&amp;` where the address is written in HTML
 * @param present how it looks where it has such parameters already
 * @returns undefined where it has
 */
export function withParameters(
  bare: string,
  query: string,
  separator: '&' | '&amp;',
  present: RegExp,
): string | undefined {
  const fragment = fragmentOf(bare);
  const before = bare.slice(0, fragment);
  if (present.test(before)) return undefined;
  const joint = !before.includes('?') ? '?' : /[?&]$|&amp;$/.test(before) ? '' : separator;
  return `${before}${joint}${separator === '&' ? query : query.replaceAll('&', '&amp;')}${bare.slice(fragment)}`;
}

/** Where the fragment begins; the length where there is none. The # of a numeric entity is none. */
function fragmentOf(address: string): number {
  for (let at = address.indexOf('#'); at >= 0; at = address.indexOf('#', at + 1))
    if (address[at - 1] !== '&' || !/^#(?:\d{1,7}|x[\da-f]{1,6});/i.test(address.slice(at, at + 10))) return at;
  return address.length;
}

/** HTML whose links to the web carry these parameters. What has them already stays as it is. */
export const htmlWithUtm = (html: string, query: string, own: string): string =>
  withHrefs(html, (value) => tagged(value, query, '&amp;', own));

/** The same of plain text. */
export const textWithUtm = (text: string, query: string, own: string): string =>
  withAddresses(text, (address) => tagged(address, query, '&', own));

/**
 * Plain text with other addresses of the web in it.
 * @param change gets an address without the marks that end its sentence; undefined leaves it
 */
export const withAddresses = (text: string, change: (address: string) => string | undefined): string =>
  text.replace(/https?:\/\/[^\s<>"]+/gi, (found) => {
    const address = withoutEnd(found);
    return (change(address) ?? address) + found.slice(address.length);
  });

/** An address in a sentence, without the marks that end the sentence or the brackets around it. */
function withoutEnd(address: string): string {
  const count = (mark: string) => address.split(mark).length;
  const surplus = new Map([
    [')', count(')') - count('(')],
    [']', count(']') - count('[')],
  ]);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address[end - 1]!;
    const closing = surplus.get(last);
    if (closing === undefined ? !`.,;:!?'*_`.includes(last) : closing <= 0) break;
    if (closing !== undefined) surplus.set(last, closing - 1);
  }
  return address.slice(0, end);
}
