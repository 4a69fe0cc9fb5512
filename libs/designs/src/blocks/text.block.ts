import { z } from 'zod';
import { defineBlock } from '../block.js';
import { fontStacks } from '../fonts.js';
import * as setting from '../settings-of-blocks.js';
import { plainWords, styledWords } from '../words.js';

export const text = defineBlock({
  tagName: 'mj-text',
  place: 'leaf',
  label: 'Text',
  icon: 'align-left',
  summary: 'Headings, paragraphs, lists and links.',
  fields: z.strictObject({
    'font-family': setting.font(),
    'font-size': setting.pixels('Size', 80),
    'line-height': setting.pixels('Line height', 120),
    'font-weight': setting.weight(),
    color: setting.colour('Colour'),
    align: setting.align(),
    'letter-spacing': setting.pixels('Letter spacing', 10),
    'container-background-color': setting.colour('Background'),
    padding: setting.spacing('Space around'),
  }),
  defaults: (brand) => ({
    'font-family': fontStacks[brand.font],
    'font-size': '16px',
    'line-height': '26px',
    color: brand.ink,
    align: 'left',
    padding: '8px 24px',
  }),
  words: 'rich',
  fresh: () => ({ tagName: 'mj-text', attributes: {}, content: '<p>Write here.</p>' }),
  toMjml: ({ content = '', ...node }, { brand }) => [
    {
      ...node,
      // On a ground of their own, words choose their colour, and links take the same.
      content: styledWords(content, brand, node.attributes.color === brand.ink ? brand.accent : node.attributes.color),
    },
  ],
  toText: ({ content = '' }) => plainWords(content),
});
