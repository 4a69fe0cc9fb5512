import sanitize from 'sanitize-html';
import { asHex } from '../contrast.js';
import type { Design, MailNode } from '../design.js';
import { plainSpaces, quotedLiquid, unescapeText } from '../escaping.js';
import { isSafeLink } from '../link.js';
import { setLiquidAside, type SetAside } from '../liquid-tags.js';
import { wordTags } from '../words.js';
import { RemovedCount } from './removed.js';

const plainer = { strong: 'b', em: 'i', div: 'p', del: 's', strike: 's' } as const;
const alignable = new Set(['p', 'h1', 'h2', 'h3', 'li']);
const never = [
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
  'textarea',
  'option',
];

/**
 * The words of an element, cleaned by an allow-list; the Liquid in them stays as it is. What the canvas reads back
 * (`liquidFromChips`) comes out unchanged.
 */
export function cleanWords(html: string, removed = new RemovedCount()): string {
  const aside = setLiquidAside(html);
  const allowed = new Set<string>([...wordTags, ...Object.keys(plainer), 'font']);
  const cleaned = sanitize(aside.text, {
    allowedTags: [...wordTags, 'cx-nothing'],
    allowedAttributes: { a: ['href'], ...Object.fromEntries([...alignable, 'span'].map((tag) => [tag, ['style']])) },
    nonTextTags: never,
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    onOpenTag: (name, attributes) => {
      if (!allowed.has(name)) removed.add(`<${name}>`);
      for (const attribute of Object.keys(attributes))
        if (/^on/i.test(attribute)) removed.add('a script in an attribute');
    },
    transformTags: {
      ...Object.fromEntries(
        Object.entries(plainer).map(([from, to]) => [from, (_name, attributes) => lookOf(to, attributes)]),
      ),
      ...Object.fromEntries(
        [...alignable, 'span'].map((tag) => [
          tag,
          (_name: string, attributes: sanitize.Attributes) => lookOf(tag, attributes),
        ]),
      ),
      font: (_name, { color = '' }) => lookOf('span', { style: `color:${color}` }),
      a: (_name, { href = '' }) => linkOf(href.trim(), aside, removed),
    } as sanitize.IOptions['transformTags'],
  });
  const tidy = cleaned
    .replaceAll('<br />', '<br>')
    .replace(/<(\/?)cx-nothing>/g, '')
    .split(/(<[^<>]*>|\ufdd0\d+\ufdd1)/)
    .map((part) => (part.startsWith('<') ? part : plainSpaces(part)))
    .join('');
  return inPlace(tidy, aside);
}

/** Puts Liquid back: between double quotes as it may stand there, in words as it was. */
function inPlace(cleaned: string, aside: SetAside): string {
  const inTags = cleaned.replace(/<[a-z][^<>]*>/gi, (tag) => aside.restore(tag, quotedLiquid));
  return aside.restore(inTags, unescapeText);
}

function linkOf(href: string, aside: SetAside, removed: RemovedCount): sanitize.Tag {
  const whole = aside.restore(href);
  if (isSafeLink(whole)) return { tagName: 'a', attribs: { href } };
  if (href !== '') removed.add('a link that is none');
  return { tagName: 'cx-nothing', attribs: {} };
}

/** A tag with what is kept of its style: where it stands, and its colour. */
function lookOf(tagName: string, { style = '' }: sanitize.Attributes): sanitize.Tag {
  const value = (name: string) => new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]{1,60})`, 'i').exec(style)?.[1]?.trim();
  const align = alignable.has(tagName) ? value('text-align')?.toLowerCase() : undefined;
  const colour = tagName === 'span' ? asHex(value('color') ?? '') : undefined;
  const kept = [
    ...(align === 'left' || align === 'center' || align === 'right' ? [`text-align:${align}`] : []),
    ...(colour ? [`color:${colour}`] : []),
  ];
  return { tagName, attribs: kept.length > 0 ? { style: kept.join(';') } : {} };
}

/** A design whose words are clean, as it is stored. */
export function cleanDesign(design: Design, removed = new RemovedCount()): Design {
  const clean = (node: MailNode): MailNode => ({
    ...node,
    ...(node.content === undefined ? {} : { content: cleanWords(node.content, removed) }),
    ...(node.children === undefined ? {} : { children: node.children.map(clean) }),
  });
  return { ...design, rows: design.rows.map(clean) };
}

/** A row that is kept for other mails, its words clean. */
export const cleanRow = (row: MailNode): MailNode => cleanDesign({ v: 1, body: {}, rows: [row] }).rows[0]!;
