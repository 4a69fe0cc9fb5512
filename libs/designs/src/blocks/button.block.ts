import { z } from 'zod';
import { defineBlock } from '../block.js';
import { onAccent } from '../brand.js';
import { inHtml } from '../escaping.js';
import { fontStacks } from '../fonts.js';
import { aroundLiquid } from '../liquid-tags.js';
import * as setting from '../settings-of-blocks.js';
import { plainWords } from '../words.js';

export const button = defineBlock({
  tagName: 'mj-button',
  place: 'leaf',
  label: 'Button',
  icon: 'square-rounded',
  summary: 'The one thing the reader is meant to do.',
  fields: z.strictObject({
    href: setting.link('Link'),
    'background-color': setting.colour('Background'),
    color: setting.colour('Words'),
    align: setting.align(),
    width: setting.pixels('Width', 600, 'As wide as its words if left empty.'),
    'font-family': setting.font(),
    'font-size': setting.pixels('Size', 40),
    'font-weight': setting.weight(),
    'border-radius': setting.pixels('Round corners', 40),
    border: setting.border('Line around'),
    'inner-padding': setting.spacing('Space inside'),
    padding: setting.spacing('Space around'),
  }),
  defaults: (brand) => ({
    'background-color': brand.accent,
    color: onAccent(brand),
    align: 'left',
    'font-family': fontStacks[brand.font],
    'font-size': '16px',
    'font-weight': '600',
    'border-radius': `${brand.radius}px`,
    'inner-padding': '13px 24px',
    padding: '12px 24px',
  }),
  words: 'line',
  fresh: () => ({ tagName: 'mj-button', attributes: {}, content: 'Read more' }),
  toMjml: ({ content = '', ...node }) => [{ ...node, content: aroundLiquid(content, (words) => words, inHtml) }],
  toText: ({ content = '', attributes: { href = '' } }) => [plainWords(content), href].filter(Boolean).join(': '),
});
