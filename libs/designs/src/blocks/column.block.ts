import { z } from 'zod';
import { defineBlock } from '../block.js';
import * as setting from '../settings-of-blocks.js';

export const column = defineBlock({
  tagName: 'mj-column',
  place: 'column',
  label: 'Column',
  icon: 'layout-columns',
  summary: 'A column of a row.',
  fields: z.strictObject({
    width: setting.percent('Width', 'Left empty, the columns share the row equally.'),
    'vertical-align': setting.choice('Stands', { top: 'At the top', middle: 'In the middle', bottom: 'At the bottom' }),
    'background-color': setting.colour('Background'),
    padding: setting.spacing('Space inside'),
    border: setting.border('Line around'),
    'border-left': setting.border('Line at the left'),
    'border-radius': setting.pixels('Round corners', 40),
  }),
  defaults: () => ({ 'vertical-align': 'top' }),
  fresh: () => ({ tagName: 'mj-column', attributes: {}, children: [] }),
  toMjml: (node, { inside }) => [{ ...node, children: inside(node.children) }],
  toText: (node, { inside }) => inside(node.children),
});
