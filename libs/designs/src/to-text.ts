import type { MailStream, TextContext } from './block.js';
import { blockOf, settled } from './blocks/index.js';
import type { Brand } from './brand.js';
import type { Design, MailNode } from './design.js';
import { tidy } from './words.js';

/** The plain text of a design, from the design itself: no HTML is parsed around Liquid. */
export function toText(design: Design, brand: Brand, stream: MailStream = 'broadcast'): string {
  const inside: TextContext['inside'] = (nodes) => (nodes ?? []).map(written).filter(Boolean).join('\n\n');
  const context: TextContext = { brand, stream, inside };
  const written = (node: MailNode): string => {
    const text = blockOf(node.tagName)?.toText({ ...node, attributes: settled(node, brand) }, context) ?? '';
    return node.only && text ? `{% if ${node.only} %}${text}{% endif %}` : text;
  };
  return `${tidy(inside(design.rows))}\n`;
}
