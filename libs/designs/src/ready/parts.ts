import type { MailStream } from '../block.js';
import type { Brand } from '../brand.js';
import type { Design, MailNode } from '../design.js';

/** A design to begin with: what a shop sends, written out. */
export interface ReadyDesign {
  id: string;
  name: string;
  /** When one sends it. */
  summary: string;
  stream: MailStream;
  subject: string;
  preheader: string;
  /** The design in the colours of a brand. */
  make(brand: Brand): Design;
}

type Settings = Record<string, string>;

export const header = (attributes: Settings = {}): MailNode => ({ tagName: 'cx-header', attributes });
export const footer = (content?: string, attributes: Settings = {}): MailNode => ({
  tagName: 'cx-footer',
  attributes,
  ...(content ? { content } : {}),
});
export const row = (children: MailNode[], attributes: Settings = {}): MailNode => ({
  tagName: 'mj-section',
  attributes,
  children,
});
export const column = (children: MailNode[], attributes: Settings = {}): MailNode => ({
  tagName: 'mj-column',
  attributes,
  children,
});
/** A row of one column. */
export const letter = (children: MailNode[], attributes: Settings = {}): MailNode =>
  row([column(children)], attributes);
export const text = (content: string, attributes: Settings = {}): MailNode => ({
  tagName: 'mj-text',
  attributes,
  content,
});
export const button = (content: string, href = '', attributes: Settings = {}): MailNode => ({
  tagName: 'mj-button',
  attributes: { ...(href ? { href } : {}), ...attributes },
  content,
});
export const line = (attributes: Settings = {}): MailNode => ({ tagName: 'mj-divider', attributes });
export const course = (attributes: Settings): MailNode => ({ tagName: 'cx-course', attributes });

/** A small line above a heading. */
export const overline = (content: string, color: string, attributes: Settings = {}): MailNode =>
  text(content, { 'font-size': '13px', 'line-height': '20px', color, padding: '8px 24px 0', ...attributes });

export const design = (...rows: MailNode[]): Design => ({ v: 1, body: { lang: 'en' }, rows });

export const hello = '<p>Hello {{ contact.first_name | default: "there" }},</p>';
export const signature = '<p>All the best<br>{{ workspace.name }}</p>';
/** The last row of a letter. */
export const bottom = { padding: '0 8px 24px' };
/** The first one. */
export const top = { padding: '32px 8px 8px' };
