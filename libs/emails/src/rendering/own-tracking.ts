import { escapeHtml } from '../liquid/liquid.js';
import { withHrefs } from '../content/html-links.js';

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

const withLinks = (html: string, tracking: Tracking): string =>
  withHrefs(html, (value) => {
    const url = unescaped(value).trim();
    const tracked = /^https?:\/\//i.test(url) && URL.canParse(url) ? tracking.click(url) : undefined;
    return tracked && escapeHtml(tracked);
  });

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
/** The value of an attribute as the browser reads it. */
export const unescaped = (value: string): string =>
  value.replace(/&(#?\w{2,4});/g, (whole, name: string) => entities.get(name.toLowerCase()) ?? whole);

function withPicture(html: string, url: string): string {
  const picture = `<img src="${escapeHtml(url)}" width="1" height="1" alt="" style="display:block;border:0;width:1px;height:1px">`;
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? html + picture : html.slice(0, end) + picture + html.slice(end);
}
