import { escapeHtml } from '../liquid/liquid.js';

/** What a part of a marketing mail lacks of who sent it and how to stop it. */
export interface Lacking {
  address: boolean;
  unsubscribe: boolean;
}

/**
 * The rendered mail is asked, for every person and for both parts: a link in a branch not taken, in a comment or in the
 * other part is no way out.
 * @param address the workspace's postal address; `''` where there is none
 * @param unsubscribe the person's link; `''` where Postmark puts in its own
 */
export const htmlLacks = (html: string, address: string, unsubscribe: string): Lacking => ({
  address: address !== '' && !showsAddress(html, address),
  unsubscribe: unsubscribe !== '' && !linksTo(html, escapeHtml(unsubscribe)),
});

/** The same of the text part. */
export const textLacks = (text: string, address: string, unsubscribe: string): Lacking => ({
  address: address !== '' && !saysAddress(text, address),
  unsubscribe: unsubscribe !== '' && !text.includes(unsubscribe),
});

/** A person's own links; `unsubscribe` is `''` where Postmark puts in its own. */
export interface WaysOut {
  readonly unsubscribe: string;
  /** Asked for only where it is shown: each link costs a signature. */
  readonly preferences: string;
}

/** What is put at the end of the HTML: what it lacks. */
export function htmlFooter(html: string, address: string, ways: WaysOut): string {
  const lacks = htmlLacks(html, address, ways.unsubscribe);
  const lines: string[] = [];
  if (lacks.address) lines.push(escapeHtml(address).replaceAll('\n', '<br>'));
  if (lacks.unsubscribe)
    lines.push(`${linkTo(ways.unsubscribe, 'Unsubscribe')} · ${linkTo(ways.preferences, 'Choose what you get')}`);
  if (lines.length === 0) return '';
  return `<div style="margin-top:32px;font:12px/1.5 sans-serif;color:#6b6b6b">${lines.join('<br>')}</div>`;
}

const linkTo = (url: string, words: string): string =>
  `<a href="${escapeHtml(url)}" style="color:inherit">${words}</a>`;

/** The same for the text part. */
export function textFooter(text: string, address: string, ways: WaysOut): string {
  const lacks = textLacks(text, address, ways.unsubscribe);
  const lines: string[] = [];
  if (lacks.address) lines.push(address);
  if (lacks.unsubscribe) lines.push(`Unsubscribe: ${ways.unsubscribe}`, `Choose what you get: ${ways.preferences}`);
  return lines.length === 0 ? '' : `\n\n--\n${lines.join('\n')}\n`;
}

/** Whether a link that is not in a comment leads there. */
function linksTo(html: string, url: string): boolean {
  for (let at = html.indexOf(url); at >= 0; at = html.indexOf(url, at + url.length))
    if (/href\s*=\s*["']?\s*$/i.test(html.slice(Math.max(0, at - 20), at)) && !inComment(html, at)) return true;
  return false;
}

/** Whether the HTML shows the address outside of comments, with whatever elements around its lines. */
function showsAddress(html: string, address: string): boolean {
  const { first, whole } = wantedOf(address).html;
  for (let at = html.indexOf(first); at >= 0; at = html.indexOf(first, at + first.length)) {
    if (inComment(html, at)) continue;
    if (html.startsWith(whole, at)) return true;
    const shown = html.slice(at, at + roomFor(whole)).replace(/<[^<>]*>/g, ' ');
    if (oneSpaced(shown).startsWith(whole)) return true;
  }
  return false;
}

function saysAddress(text: string, address: string): boolean {
  const { first, whole } = wantedOf(address).text;
  for (let at = text.indexOf(first); at >= 0; at = text.indexOf(first, at + first.length))
    if (text.startsWith(whole, at) || oneSpaced(text.slice(at, at + roomFor(whole))).startsWith(whole)) return true;
  return false;
}

/** Characters that an address may take with line breaks and elements around its lines. */
const roomFor = (whole: string): number => 4 * whole.length + 200;

interface Wanted {
  /** Its first line, which is looked for, and all of it on one line. */
  html: { first: string; whole: string };
  text: { first: string; whole: string };
}
let wanted: (Wanted & { address: string }) | undefined;

/** One address is asked about in every mail of a batch, so what is looked for is kept. */
function wantedOf(address: string): Wanted {
  if (wanted?.address === address) return wanted;
  const [first, whole] = [firstLine(address), oneSpaced(address)];
  wanted = { address, text: { first, whole }, html: { first: escapeHtml(first), whole: escapeHtml(whole) } };
  return wanted;
}

/** Where the mail's author shows a part to some mail programs only (`<!--[if !mso]><!-->`), that counts as shown. */
function inComment(html: string, at: number): boolean {
  const open = html.lastIndexOf('<!--', at);
  if (open < 0) return false;
  const end = html.indexOf('-->', open + 2);
  return end < 0 || end > at;
}

const firstLine = (text: string): string => text.trim().split('\n', 1)[0]!.trim();
const oneSpaced = (text: string): string => text.replace(/\s+/g, ' ').trim();
