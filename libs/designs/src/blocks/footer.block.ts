import { z } from 'zod';
import { defineBlock } from '../block.js';
import * as setting from '../settings-of-blocks.js';
import { plainWords } from '../words.js';

const unsubscribe = '{{ links.unsubscribe }}';
const preferences = '{{ links.preferences }}';

/** Who sent it, where they are, and on marketing mail the way out: the last two cannot be edited away. */
export const footer = defineBlock({
  tagName: 'cx-footer',
  place: 'row',
  label: 'Footer',
  icon: 'file-text',
  summary: 'Your name, your address and the way to unsubscribe.',
  fields: z.strictObject({
    align: setting.align(),
    'background-color': setting.colour('Background'),
    color: setting.colour('Colour'),
    padding: setting.spacing('Space inside'),
  }),
  defaults: (brand) => ({
    align: 'left',
    'background-color': brand.paper,
    color: brand.quiet,
    padding: '16px 8px 32px',
  }),
  words: 'rich',
  fresh: () => ({ tagName: 'cx-footer', attributes: {} }),
  toMjml: ({ attributes: { align = 'left', color = '', ...look }, content }, { stream, inside }) => {
    const lines = [
      ...(content ? [/<(?:p|ul|ol|h[1-3])\b/.test(content) ? content : `<p>${content}</p>`] : []),
      '<p>{{ workspace.name }}<br>{{ workspace.postal_address }}</p>',
      ...(stream === 'broadcast'
        ? [
            `<p><a href="${unsubscribe}">Unsubscribe</a> &nbsp;·&nbsp; <a href="${preferences}">Choose what you get</a></p>`,
          ]
        : []),
    ];
    const small = { align, color, 'font-size': '13px', 'line-height': '20px' };
    const text = { tagName: 'mj-text', attributes: small, content: lines.join('') };
    return inside([
      {
        tagName: 'mj-section',
        attributes: look,
        children: [{ tagName: 'mj-column', attributes: {}, children: [text] }],
      },
    ]);
  },
  toText: ({ content = '' }, { stream }) =>
    [
      plainWords(content),
      '{{ workspace.name }}\n{{ workspace.postal_address }}',
      ...(stream === 'broadcast' ? [`Unsubscribe: ${unsubscribe}\nChoose what you get: ${preferences}`] : []),
    ]
      .filter(Boolean)
      .join('\n\n'),
});
