import { z } from 'zod';
import { defineBlock } from '../block.js';
import * as setting from '../settings-of-blocks.js';

export const spacer = defineBlock({
  tagName: 'mj-spacer',
  place: 'leaf',
  label: 'Space',
  icon: 'spacing-vertical',
  summary: 'Empty space.',
  fields: z.strictObject({ height: setting.pixels('Height', 400) }),
  defaults: () => ({ height: '24px' }),
  fresh: () => ({ tagName: 'mj-spacer', attributes: {} }),
  toMjml: (node) => [node],
  toText: () => '',
});
