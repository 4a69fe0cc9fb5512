import { z } from 'zod';
import { defineBlock } from '../block.js';
import type { MailNode } from '../design.js';
import { escapeAround } from '../escaping.js';
import { fontStacks } from '../fonts.js';
import * as setting from '../settings-of-blocks.js';

/** The workspace's logo, or its name where there is none. */
export const header = defineBlock({
  tagName: 'cx-header',
  place: 'row',
  label: 'Header',
  icon: 'id',
  summary: 'Your logo, or your name, from the brand kit.',
  fields: z.strictObject({
    align: setting.align(),
    'background-color': setting.colour('Background'),
    padding: setting.spacing('Space inside'),
  }),
  defaults: (brand) => ({ align: 'left', 'background-color': brand.paper, padding: '24px 8px 16px' }),
  fresh: () => ({ tagName: 'cx-header', attributes: {} }),
  toMjml: ({ attributes: { align = 'left', ...look } }, { brand, inside }) => {
    const name = '{{ workspace.name }}';
    const home: Record<string, string> = brand.website ? { href: brand.website } : {};
    const colour = `color:${brand.ink};text-decoration:none`;
    const written = brand.website ? `<a href="${escapeAround(brand.website)}" style="${colour}">${name}</a>` : name;
    const shown: MailNode = brand.logo
      ? {
          tagName: 'mj-image',
          attributes: { src: brand.logo, alt: name, width: `${brand.logo_width}px`, align, ...home },
        }
      : {
          tagName: 'mj-text',
          attributes: {
            align,
            'font-family': fontStacks[brand.heading_font],
            'font-size': '20px',
            'line-height': '28px',
          },
          content: written,
        };
    return inside([
      {
        tagName: 'mj-section',
        attributes: look,
        children: [{ tagName: 'mj-column', attributes: {}, children: [shown] }],
      },
    ]);
  },
  toText: (_node, { brand }) => ['{{ workspace.name }}', brand.website].filter(Boolean).join('\n'),
});
