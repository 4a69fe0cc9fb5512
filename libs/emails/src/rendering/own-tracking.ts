import { escapeHtml } from '../liquid/liquid.js';

/** Our own links and picture in place of Postmark's, for one mail. */
export interface Tracking {
  /** Where a link leads that notes the click and goes on; undefined for one that stays as it is. */
  click(url: string): string | undefined;
  /** The address of the picture that notes an opening. */
  readonly open: string;
}

/** Rendered HTML whose web links go by way of us, with the picture at its end. Everything else stays as it is. */
export function withTracking(html: string, tracking: Tracking): string {
  return withPicture(withLinks(html, tracking), tracking.open);
}

function withLinks(html: string, tracking: Tracking): string {
  const parts: string[] = [];
  let done = 0;
  for (const { from, to, value } of hrefs(html)) {
    const url = unescaped(value).trim();
    const tracked = /^https?:\/\//i.test(url) && URL.canParse(url) ? tracking.click(url) : undefined;
    if (!tracked) continue;
    parts.push(html.slice(done, from), escapeHtml(tracked));
    done = to;
  }
  return parts.join('') + html.slice(done);
}

const opening = /<(?:a|area)[\s/]/gi;
const href = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;

/** The values of `href` of links, and where they stand. Each character is looked at a few times at most. */
function* hrefs(html: string): Generator<{ from: number; to: number; value: string }> {
  opening.lastIndex = 0;
  const tags = new RegExp(opening);
  for (let found = tags.exec(html); found; found = tags.exec(html)) {
    const end = endOfTag(html, found.index);
    if (end < 0) return;
    tags.lastIndex = end;
    const tag = html.slice(found.index, end);
    const attribute = href.exec(tag);
    if (!attribute) continue;
    const value = attribute[1] ?? attribute[2]!;
    const to = found.index + attribute.index + attribute[0].length - 1;
    yield { from: to - value.length, to, value };
  }
}

/** After the `>` of the tag that begins here, outside of quotes; -1 when there is none. */
function endOfTag(html: string, start: number): number {
  let quote = '';
  for (let at = start; at < html.length; at += 1) {
    const one = html[at]!;
    if (quote) {
      if (one === quote) quote = '';
    } else if (one === '"' || one === "'") quote = one;
    else if (one === '>') return at + 1;
  }
  return -1;
}

const entities = new Map([
  ['amp', '&'],
  ['quot', '"'],
  ['lt', '<'],
  ['gt', '>'],
  ['#38', '&'],
  ['#x26', '&'],
  ['#34', '"'],
  ['#39', "'"],
  ['#x27', "'"],
]);
const unescaped = (value: string): string =>
  value.replace(/&(#?\w{2,4});/g, (whole, name: string) => entities.get(name.toLowerCase()) ?? whole);

function withPicture(html: string, url: string): string {
  const picture = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">`;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? html + picture : html.slice(0, end) + picture + html.slice(end);
}
