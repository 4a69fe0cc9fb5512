import { z } from 'zod';
import { defineBlock } from '../block.js';
import * as setting from '../settings-of-blocks.js';

export const section = defineBlock({
  tagName: 'mj-section',
  place: 'row',
  label: 'Row',
  icon: 'columns',
  summary: 'Columns side by side; below each other on a phone.',
  fields: z.strictObject({
    'background-color': setting.colour('Background'),
    padding: setting.spacing('Space inside'),
    'border-top': setting.border('Line above'),
    'border-bottom': setting.border('Line below'),
    'border-radius': setting.pixels('Round corners', 40),
    'text-align': setting.align(),
    direction: setting.choice(
      'On a phone',
      { ltr: 'Left column first', rtl: 'Right column first' },
      'Which column comes first when they stand below each other.',
    ),
  }),
  defaults: (brand) => ({ 'background-color': brand.card, padding: '8px' }),
  fresh: () => ({
    tagName: 'mj-section',
    attributes: {},
    children: [{ tagName: 'mj-column', attributes: {}, children: [] }],
  }),
  toMjml: (node, { inside }) => [{ ...node, children: inside(node.children) }],
  toText: (node, { inside }) => inside(node.children),
});
