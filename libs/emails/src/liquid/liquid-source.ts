import { liquidTags } from '#designs';

/** Tags and outputs of one part, and how deep its branches and loops may nest: both bound the time that parsing takes. */
const MOST_TAGS = 5_000;
const DEEPEST_TAGS = 20;
/** How deep elements of HTML may nest. */
const DEEPEST_ELEMENTS = 200;

const entities = new Map([
  ['&quot;', '"'],
  ['&#34;', '"'],
  ['&apos;', "'"],
  ['&#39;', "'"],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&nbsp;', ' '],
  ['&#160;', ' '],
  ['\u00a0', ' '],
  ['&amp;', '&'],
]);
const entity = new RegExp([...entities.keys()].join('|'), 'g');

/**
 * A template with the Liquid that an editor of HTML has escaped put right: `{{ contact.first_name | default: &quot;you&quot; }}`.
 * Everything else stays, and lines and columns of what follows stay too.
 */
export function readableLiquid(source: string): string {
  if (!source.includes('&') && !source.includes('\u00a0')) return source;
  const parts: string[] = [];
  let done = 0;
  for (const { tag, index } of liquidTags(source)) {
    const plain = tag.replace(entity, (written) => entities.get(written)!);
    // Spaces before the closing braces mean nothing, and keep the columns behind them where they were.
    const dash = plain.endsWith('-', plain.length - 2) && plain.length > 4 ? '-' : '';
    const inside = plain.slice(0, plain.length - 2 - dash.length);
    parts.push(source.slice(done, index), inside, ' '.repeat(tag.length - plain.length), dash, plain.slice(-2));
    done = index + tag.length;
  }
  return parts.join('') + source.slice(done);
}

/** Elements that end by themselves, or whose end may be left out. */
const unnested = new Set([
  ...['area', 'base', 'br', 'col', 'embed', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'],
  ...['p', 'li', 'dt', 'dd', 'option', 'tr', 'td', 'th', 'tbody', 'thead', 'tfoot'],
]);

/**
 * What makes a part too large to be worked on, as a sentence, and where; undefined for a part that is not.
 * Takes time in proportion to the part.
 */
export function tooComplex(source: string): { message: string; at: number } | undefined {
  let tags = 0;
  let depth = 0;
  for (const { tag, index } of liquidTags(source)) {
    tags += 1;
    if (tags > MOST_TAGS)
      return { message: `more than ${MOST_TAGS} personal places in one part; split the mail or use fewer`, at: index };
    if (/^\{%-?\s*(if|unless|case|for)\b/.test(tag)) depth += 1;
    else if (/^\{%-?\s*end/.test(tag)) depth -= 1;
    if (depth > DEEPEST_TAGS)
      return {
        message: `conditions and loops nest more than ${DEEPEST_TAGS} deep; take some of them apart`,
        at: index,
      };
  }
  let elements = 0;
  for (const { 0: tag, 1: end, 2: name, index } of source.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^<>]*>/gi)) {
    if (unnested.has(name!.toLowerCase()) || tag.endsWith('/>')) continue;
    elements = end ? Math.max(0, elements - 1) : elements + 1;
    if (elements > DEEPEST_ELEMENTS)
      return { message: `elements nest more than ${DEEPEST_ELEMENTS} deep; no mail program shows that`, at: index };
  }
  return undefined;
}
