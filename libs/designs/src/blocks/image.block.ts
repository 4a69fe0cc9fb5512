import { z } from 'zod';
import { defineBlock } from '../block.js';
import { absoluteImage } from '../link.js';
import * as setting from '../settings-of-blocks.js';

export const image = defineBlock({
  tagName: 'mj-image',
  place: 'leaf',
  label: 'Picture',
  icon: 'photo',
  summary: 'A picture, with words for those who do not see it.',
  fields: z.strictObject({
    src: setting.image('Picture'),
    alt: setting.line('Alternative text', 'Shown where pictures are off, and read aloud.'),
    href: setting.link('Link'),
    width: setting.pixels('Width', 600, 'As wide as the column if left empty.'),
    align: setting.align(),
    'border-radius': setting.pixels('Round corners', 300),
    padding: setting.spacing('Space around'),
  }),
  defaults: (brand) => ({ align: 'center', 'border-radius': `${brand.radius}px`, padding: '8px 24px' }),
  fresh: () => ({ tagName: 'mj-image', attributes: {} }),
  // Without a picture there is nothing to show; the checks say so.
  toMjml: (node, { base }) => {
    const { src, ...attributes } = node.attributes;
    return src ? [{ ...node, attributes: { alt: '', ...attributes, src: absoluteImage(src, base) } }] : [];
  },
  toText: ({ attributes: { alt, href } }) => (alt ? [`[${alt}]`, href].filter(Boolean).join(' ') : ''),
});
