import sanitize from 'sanitize-html';
import { setLiquidAside } from '../liquid-tags.js';
import { quotedLiquid } from '../escaping.js';
import { RemovedCount } from './removed.js';

const OPEN = '\ufdd4';
const CLOSE = '\ufdd5';

/** Everything that mails are made of. */
const tags = [
  ...[
    'html',
    'head',
    'body',
    'title',
    'meta',
    'style',
    'table',
    'thead',
    'tbody',
    'tfoot',
    'tr',
    'td',
    'th',
    'caption',
  ],
  ...['div', 'span', 'p', 'a', 'img', 'br', 'hr', 'center', 'font', 'b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins'],
  ...[
    'small',
    'big',
    'sub',
    'sup',
    'ul',
    'ol',
    'li',
    'dl',
    'dt',
    'dd',
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'blockquote',
  ],
  ...[
    'pre',
    'code',
    'address',
    'section',
    'article',
    'header',
    'footer',
    'main',
    'figure',
    'figcaption',
    'col',
    'colgroup',
  ],
];
const everywhere = [
  ...[
    'style',
    'class',
    'id',
    'dir',
    'lang',
    'title',
    'align',
    'valign',
    'width',
    'height',
    'bgcolor',
    'border',
    'role',
  ],
  ...['background', 'aria-*'],
];
const attributes = {
  '*': everywhere,
  html: ['xmlns', 'xmlns:v', 'xmlns:o'],
  a: ['href', 'target', 'rel', 'name'],
  img: ['src', 'alt', 'hspace', 'vspace'],
  table: ['cellpadding', 'cellspacing', 'summary'],
  td: ['colspan', 'rowspan', 'nowrap'],
  th: ['colspan', 'rowspan', 'nowrap', 'scope'],
  font: ['color', 'face', 'size'],
  meta: ['charset', 'name', 'content', 'http-equiv'],
  style: ['type', 'media'],
  body: ['link', 'vlink', 'alink', 'text'],
  ol: ['start', 'type'],
  ul: ['type'],
  col: ['span'],
  hr: ['size', 'noshade', 'color'],
};
/** What a style sheet may not do: run, or fetch from elsewhere. */
const hostileStyle = /expression\s*\(|javascript:|vbscript:|behavior\s*:|-moz-binding|@import|<\//i;
/** What Outlook’s own part of a mail may not hold: it is kept as it is, or not at all. */
const hostileForOutlook =
  /<\s*(?:script|iframe|object|embed|form|meta|link|base)\b|javascript:|vbscript:|\bon[a-z]+\s*=/i;

/** HTML of a mail from elsewhere, cleaned. Liquid and Outlook's conditions stay as they are, the latter all or none. */
export function cleanHtml(html: string, removed = new RemovedCount()): string {
  const outlook = setOutlookAside(html.replace(/[\ufdd4\ufdd5]/g, ''), removed);
  const aside = setLiquidAside(outlook.text);
  const allowed = new Set(tags);
  const doctype = /^\s*<!doctype html[^<>]{0,200}>/i.exec(html)?.[0].trim() ?? '';
  const cleaned = sanitize(aside.text, {
    allowedTags: tags,
    allowedAttributes: attributes,
    allowVulnerableTags: true,
    nonTextTags: [
      'script',
      'textarea',
      'option',
      'noscript',
      'template',
      'iframe',
      'object',
      'embed',
      'svg',
      'math',
      'xml',
    ],
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https'] },
    allowProtocolRelative: true,
    parseStyleAttributes: false,
    exclusiveFilter: ({ tag, attribs }) =>
      (tag === 'meta' && Object.keys(attribs).length === 0) || (tag === 'img' && !attribs.src),
    onOpenTag: (name, given) => {
      if (!allowed.has(name)) removed.add(`<${name}>`);
      for (const [attribute, value] of Object.entries(given)) {
        if (/^on/i.test(attribute)) removed.add('a script in an attribute');
        else if (
          /^\s*(?:javascript|vbscript|data):/i.test(value) &&
          /^(?:href|src|action|background)$/i.test(attribute)
        )
          removed.add('a link that is none');
      }
    },
    transformTags: {
      '*': (tagName, given) => ({ tagName, attribs: withoutHostile(given, removed) }),
      meta: (tagName, given) => ({
        tagName,
        attribs: /refresh/i.test(given['http-equiv'] ?? '') ? {} : given,
      }),
    },
  });
  const styled = cleaned.replace(
    /(<style\b[^<>]*>)([\s\S]*?)(<\/style>)/gi,
    (whole, open: string, rules: string, end: string) => {
      const fonts = rules.replace(/@import\b[^;{}]*;?/gi, () => (removed.add('a style sheet from elsewhere'), ''));
      if (!hostileStyle.test(fonts)) return `${open}${fonts}${end}`;
      removed.add('a style sheet that runs something');
      return '';
    },
  );
  const inTags = styled.replace(/<[a-z][^<>]*>/gi, (tag) => aside.restore(tag, quotedLiquid));
  const body = outlook.restore(aside.restore(inTags));
  return doctype ? `${doctype}\n${body.trimStart()}` : body;
}

function withoutHostile(given: sanitize.Attributes, removed: RemovedCount): sanitize.Attributes {
  const kept = Object.entries(given).filter(([name, value]) => {
    const hostile =
      (name === 'style' && hostileStyle.test(value)) ||
      (name === 'background' && !/^(?:https?:)?\/\//i.test(value.trim()) && !value.startsWith('/media/'));
    if (hostile) removed.add(`a ${name} that fetches or runs something`);
    return !hostile;
  });
  return Object.fromEntries(kept);
}

/**
 * Outlook's conditional comments taken out of the way, which a cleaner would drop: all of them where every one is
 * closed and harmless, else none, since half of a table is worse than no table. Other comments go.
 */
function setOutlookAside(html: string, removed: RemovedCount): { text: string; restore(text: string): string } {
  const kept: string[] = [];
  let text = '';
  let done = 0;
  let open = 0;
  let sound = true;
  const keep = (comment: string) => `${OPEN}${kept.push(comment) - 1}${CLOSE}`;
  for (let at = html.indexOf('<!'); at >= 0; at = html.indexOf('<!', Math.max(at + 2, done))) {
    const reveal = /^<!--\[if [^\]<>]{1,80}\]>(?:<!-->|-->|<!---->)/.exec(html.slice(at, at + 120));
    const end = /^(?:<!--\s*)?<!\[endif\](?:\s*-->|--!?>|>)/.exec(html.slice(at, at + 40));
    if (reveal || end) {
      open += reveal ? 1 : -1;
      if (open < 0) sound = false;
      const comment = (reveal ?? end)![0];
      text += html.slice(done, at) + keep(comment);
      done = at + comment.length;
      continue;
    }
    if (!html.startsWith('<!--', at)) continue;
    const isOutlook = /^<!--\[if [^\]<>]{1,80}\]>/.test(html.slice(at, at + 120));
    const close = html.indexOf(isOutlook ? '<![endif]-->' : '-->', at + 4);
    if (close < 0) {
      if (isOutlook) sound = false;
      break;
    }
    const after = close + (isOutlook ? 12 : 3);
    const comment = html.slice(at, after);
    text += html.slice(done, at);
    if (isOutlook) {
      if (hostileForOutlook.test(comment)) sound = false;
      text += keep(comment);
    }
    done = after;
  }
  text += html.slice(done);
  if (open !== 0) sound = false;
  if (!sound && kept.length > 0) removed.add('a part for Outlook only', kept.length);
  const mark = /\ufdd4(\d+)\ufdd5/g;
  return {
    text,
    restore: (cleaned) =>
      cleaned.replace(mark, (_whole, number: string) => (sound ? (kept[Number(number)] ?? '') : '')),
  };
}
