import type { MailStream, MjmlContext } from './block.js';
import { blockOf, settled } from './blocks/index.js';
import { tintOf, type Brand } from './brand.js';
import { asHex } from './contrast.js';
import { languageTag, type Design, type MailNode } from './design.js';
import { escapeAround, inHtml } from './escaping.js';

export interface MjmlOptions {
  /** Marketing mail gets the way out in its footer. Default broadcast. */
  stream?: MailStream;
  /** Where our own pictures are served; `''` leaves their addresses as they are. */
  base?: string;
}

const darkPaper = '#14191a';
const darkCard = '#1c2324';
const darkTint = '#263031';
const darkLine = '#2f393a';
const darkInk = '#eceae3';
const darkQuiet = '#b4bcb9';
const darkLink = '#5cc2ac';

/** Our own grounds and words turn dark where the reader's mail program does; colours somebody chose stay. */
const darkRules = [
  `.cx-paper,.cx-paper>table,.cx-body,.cx-body>div{background:${darkPaper}!important}`,
  `.cx-card,.cx-card>table{background:${darkCard}!important}`,
  `.cx-tint,.cx-tint>table{background:${darkTint}!important}`,
  `.cx-text>div,.cx-text h1,.cx-text h2,.cx-text h3,.cx-text p,.cx-text li{color:${darkInk}!important}`,
  `.cx-quiet>div,.cx-quiet p,.cx-quiet a{color:${darkQuiet}!important}`,
  `.cx-text a{color:${darkLink}!important}`,
  `.cx-accent>div,.cx-accent h1,.cx-accent h2,.cx-accent h3,.cx-accent p{color:${darkLink}!important}`,
  `.cx-line>p{border-top-color:${darkLine}!important}`,
].join('');

const styles = [
  'p:last-child,ul:last-child,ol:last-child,h1:last-child,h2:last-child,h3:last-child{margin-bottom:0!important}',
  '@media (max-width:479px){.cx-text h1{font-size:26px!important;line-height:34px!important}}',
  `@media (prefers-color-scheme:dark){${darkRules}}`,
].join('');

/** The class of a ground that is the brand's own; none for one that somebody chose. */
const groundClass = (brand: Brand, ground = ''): string | undefined =>
  new Map([
    [tintOf(brand), 'cx-tint'],
    [brand.paper, 'cx-paper'],
    [brand.card, 'cx-card'],
  ]).get(ground);

/** The same of the colour of words. */
const wordsClass = (brand: Brand, colour = ''): string | undefined =>
  new Map([
    [brand.accent, 'cx-accent'],
    [brand.quiet, 'cx-quiet'],
    [brand.ink, 'cx-text'],
  ]).get(colour);

/**
 * The whole design as MJML's JSON, which is rendered without any XML in between, so that Liquid needs no escaping of
 * its own. Values are escaped for the HTML that they end up in; Liquid in them stays what it was.
 */
export function toMjml(design: Design, brand: Brand, { stream = 'broadcast', base = '' }: MjmlOptions = {}): MailNode {
  const inside: MjmlContext['inside'] = (nodes) => (nodes ?? []).flatMap(written);
  const context: MjmlContext = { brand, stream, base, inside };
  const written = (node: MailNode): MailNode[] => {
    const block = blockOf(node.tagName);
    if (!block) return [];
    const { only, ...plain } = node;
    const parts = block.toMjml({ ...plain, attributes: settled(node, brand) }, context);
    return only && parts.length > 0 ? [raw(`{% if ${inHtml(only)} %}`), ...parts, raw('{% endif %}')] : parts;
  };
  const paper = asHex(design.body['background-color'] ?? '') ?? brand.paper;
  const lang = languageTag(design.body.lang);
  return {
    tagName: 'mjml',
    attributes: lang ? { lang } : {},
    children: [
      {
        tagName: 'mj-head',
        attributes: {},
        children: [
          raw(
            '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
          ),
          { tagName: 'mj-style', attributes: {}, content: styles },
        ],
      },
      {
        tagName: 'mj-body',
        attributes: {
          width: '600px',
          'background-color': paper,
          ...(paper === brand.paper ? { 'css-class': 'cx-body' } : {}),
        },
        children: inside(design.rows).map((node) => finished(node, brand)),
      },
    ],
  };
}

const raw = (content: string): MailNode => ({ tagName: 'mj-raw', attributes: {}, content });

/**
 * Escaped, once, and marked for dark mail programs, which turn our own words only where they stand on our own ground.
 * @param turns whether the ground below turns
 */
function finished(node: MailNode, brand: Brand, turns = false): MailNode {
  const { tagName, attributes: settings, children } = node;
  const own = settings['background-color'] ?? settings['container-background-color'];
  const onOurs = own === undefined ? turns : groundClass(brand, own) !== undefined;
  const mark =
    tagName === 'mj-section'
      ? groundClass(brand, own)
      : tagName === 'mj-text' && onOurs
        ? wordsClass(brand, settings.color)
        : tagName === 'mj-divider' && onOurs && settings['border-color'] === brand.line
          ? 'cx-line'
          : undefined;
  const attributes = Object.fromEntries(
    Object.entries({ ...settings, ...(mark ? { 'css-class': mark } : {}) })
      .filter(([name, value]) => value !== '' || name === 'alt')
      .map(([name, value]) => [name, escapeAround(value)]),
  );
  return {
    ...node,
    attributes,
    ...(children ? { children: children.map((child) => finished(child, brand, onOurs)) } : {}),
  };
}

/** MJML as text, for export and for who wants to read it. */
export function mjmlText({ tagName, attributes, content, children }: MailNode): string {
  const settings = Object.entries(attributes).map(([name, value]) => ` ${name}="${value}"`);
  return `<${tagName}${settings.join('')}>${content ?? ''}${(children ?? []).map(mjmlText).join('')}</${tagName}>`;
}
