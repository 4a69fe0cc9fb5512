import { z } from 'zod';
import { defineBlock } from '../block.js';
import * as setting from '../settings-of-blocks.js';

export const divider = defineBlock({
  tagName: 'mj-divider',
  place: 'leaf',
  label: 'Line',
  icon: 'minus',
  summary: 'A thin line between two thoughts.',
  fields: z.strictObject({
    'border-color': setting.colour('Colour'),
    'border-width': setting.pixels('Thickness', 20),
    'border-style': setting.choice('Style', { solid: 'Solid', dashed: 'Dashed', dotted: 'Dotted' }),
    width: setting.percent('Width'),
    align: setting.align(),
    padding: setting.spacing('Space around'),
  }),
  defaults: (brand) => ({
    'border-color': brand.line,
    'border-width': '1px',
    'border-style': 'solid',
    padding: '16px 24px',
  }),
  fresh: () => ({ tagName: 'mj-divider', attributes: {} }),
  toMjml: (node) => [node],
  toText: () => '---',
});
