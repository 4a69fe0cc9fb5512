import { beginsWithMark, setLiquidAside } from './liquid-tags.js';

const MOST = 2_000;
const schemes = /^(?:https?:\/\/|mailto:|tel:)/i;

/** Whether a link may stand in a mail: web, mail or telephone, or one that a personal word begins. */
export function isSafeLink(href: string): boolean {
  const bare = setLiquidAside(href).text.replace(/[\u0000-\u0020\u007f-\u00a0]+/g, '');
  return href.length <= MOST && (schemes.test(bare) || beginsWithMark(bare));
}

/** A picture kept here. */
const ownMedia = /^\/media\/[\w.-]{1,200}$/;

/** Whether a picture may come from here: the web, our own media, or an address that a personal word begins. */
export function isSafeImage(src: string): boolean {
  const bare = setLiquidAside(src).text.trim();
  return src.length <= MOST && (/^https?:\/\//i.test(bare) || ownMedia.test(bare) || beginsWithMark(bare));
}

/** The address of a picture as a reader's mail program needs it. */
export const absoluteImage = (src: string, base: string): string =>
  src.startsWith('/media/') ? `${base.replace(/\/+$/, '')}${src}` : src;

/** The names of our own media in a text, such as a design's JSON or a template's HTML. */
export const mediaNamesIn = (text: string): string[] => [
  ...new Set([...text.matchAll(/\/media\/([\w-]{16,64}\.(?:jpg|png|gif))/g)].map((hit) => hit[1]!)),
];
