import { escapeAround, escapeText, escapeValue, plainSpaces, unescapeText } from './escaping.js';
import { isSafeLink } from './link.js';
import { liquidTags, setLiquidAside } from './liquid-tags.js';
import { chipLabel } from './personal-words.js';

/**
 * Words as the canvas shows them: Liquid between tags becomes a chip that is moved and deleted as one, Liquid inside a
 * tag (a link) stays as it is.
 */
export function chipsFromLiquid(html: string): string {
  const aside = setLiquidAside(html);
  let inTag = false;
  let quote = '';
  let out = '';
  const { text } = aside;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '\ufdd0') {
      const end = text.indexOf('\ufdd1', at);
      const mark = text.slice(at, end + 1);
      out += aside.restore(
        mark,
        inTag ? (liquid) => (quote === '"' ? liquid.replaceAll('"', '&quot;') : liquid) : chip,
      );
      at = end;
      continue;
    }
    if (!inTag) inTag = character === '<' && /[a-z/!]/i.test(text[at + 1] ?? '');
    else if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === '"' || character === "'") quote = character;
    else inTag = character !== '>';
    out += character;
  }
  return out;
}

function chip(liquid: string): string {
  const plain = unescapeText(liquid);
  return `<span data-liquid="${escapeValue(plain)}" contenteditable="false" class="cx-chip">${escapeText(chipLabel(plain))}</span>`;
}

/** The little of the DOM that is read; every browser's elements have it. */
export interface WordsNode {
  readonly nodeType: number;
  readonly nodeValue: string | null;
  readonly childNodes: ArrayLike<WordsNode>;
  readonly localName?: string;
  getAttribute?(name: string): string | null;
}

const ELEMENT = 1;
const TEXT = 3;
const never = new Set([
  'script',
  'style',
  'title',
  'xml',
  'template',
  'iframe',
  'object',
  'embed',
  'svg',
  'math',
  'noscript',
]);
const plainer = new Map([
  ['strong', 'b'],
  ['em', 'i'],
  ['div', 'p'],
  ['del', 's'],
  ['strike', 's'],
]);
const kept = new Set(['b', 'i', 'u', 's', 'p', 'ul', 'ol', 'li', 'h1', 'h2', 'h3']);
const alignable = new Set(['p', 'h1', 'h2', 'h3', 'li']);

/**
 * From an edited element, which is read and never changed, to the words that are stored: the tags of `wordTags`, Liquid
 * where there were chips. The server's cleaning leaves the result as it is.
 */
export function liquidFromChips(element: WordsNode): string {
  return Array.from(element.childNodes).map(wordsOf).join('');
}

function wordsOf(node: WordsNode): string {
  if (node.nodeType === TEXT) return wordsOfText(node.nodeValue ?? '');
  if (node.nodeType !== ELEMENT) return '';
  const name = node.localName ?? '';
  if (never.has(name)) return '';
  const liquid = node.getAttribute?.('data-liquid');
  if (liquid) return onlyLiquid(liquid);
  const tag = plainer.get(name) ?? name;
  if (tag === 'br') return '<br>';
  const inner = liquidFromChips(node);
  if (kept.has(tag)) {
    const align = alignable.has(tag) ? alignOf(node) : undefined;
    return `<${tag}${align ? ` style="text-align:${align}"` : ''}>${inner}</${tag}>`;
  }
  if (tag === 'a') {
    const href = (node.getAttribute?.('href') ?? '').trim();
    return isSafeLink(href) ? `<a href="${escapeAround(href)}">${inner}</a>` : inner;
  }
  const colour =
    name === 'font'
      ? colourIn(`color:${node.getAttribute?.('color') ?? ''}`)
      : name === 'span'
        ? colourIn(styleOf(node))
        : undefined;
  return colour ? `<span style="color:${colour}">${inner}</span>` : inner;
}

/** A chip's Liquid, unless something else was written where it stands. */
const onlyLiquid = (liquid: string): string => [...liquidTags(liquid)].map(({ tag }) => tag).join('');

/** Braces that were typed are Liquid too. */
function wordsOfText(text: string): string {
  const aside = setLiquidAside(text.replace(/[\u200b\ufeff]/g, ''));
  return aside.restore(plainSpaces(escapeText(aside.text)));
}

const styleOf = (node: WordsNode): string => node.getAttribute?.('style') ?? '';
const alignOf = (node: WordsNode): string | undefined =>
  /(?:^|;)\s*text-align\s*:\s*(left|center|right)\s*(?:;|$)/i.exec(styleOf(node))?.[1]?.toLowerCase();

/** The colour of a style, as `#rrggbb`. */
function colourIn(style: string): string | undefined {
  const value =
    /(?:^|;)\s*color\s*:\s*(#[\da-f]{3}(?:[\da-f]{3})?|rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\))\s*(?:;|$)/i.exec(
      style,
    )?.[1];
  if (value === undefined) return undefined;
  if (value.startsWith('#')) {
    const digits = value.slice(1).toLowerCase();
    return digits.length === 3 ? `#${[...digits].map((digit) => digit + digit).join('')}` : `#${digits}`;
  }
  const parts = [...value.matchAll(/\d+/g)].map(([part]) => Math.min(255, Number(part)));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
