import { z } from 'zod';
import { defineBlock } from '../block.js';
import { escapeTextAround, escapeAround, inHtml } from '../escaping.js';
import { fontStacks } from '../fonts.js';
import { isSafeLink } from '../link.js';
import { aroundLiquid } from '../liquid-tags.js';
import * as setting from '../settings-of-blocks.js';
import { plainWords } from '../words.js';

/** Names of the networks that the inspector offers, by the name that MJML gives them. */
export const networks = {
  web: 'Website',
  instagram: 'Instagram',
  facebook: 'Facebook',
  youtube: 'YouTube',
  linkedin: 'LinkedIn',
  x: 'X',
  github: 'GitHub',
  pinterest: 'Pinterest',
  vimeo: 'Vimeo',
  medium: 'Medium',
  soundcloud: 'SoundCloud',
  xing: 'Xing',
} as const;
const names = new Map(Object.entries<string>(networks));

export const socialElement = defineBlock({
  tagName: 'mj-social-element',
  place: 'part',
  label: 'Network',
  icon: 'link',
  summary: 'A link to one network.',
  fields: z.strictObject({ name: setting.choice('Network', networks), href: setting.link('Link') }),
  defaults: () => ({ name: 'web' }),
  words: 'line',
  fresh: () => ({ tagName: 'mj-social-element', attributes: { name: 'web' } }),
  toMjml: () => [],
  toText: ({ content, attributes: { name = 'web', href = '' } }) =>
    isSafeLink(href) ? `${plainWords(content ?? '') || names.get(name)}: ${href}` : '',
});

/** Links in words: MJML's own icons are fetched from another company's server, and words stand without pictures. */
export const social = defineBlock({
  tagName: 'mj-social',
  place: 'leaf',
  label: 'Social links',
  icon: 'share',
  summary: 'Links to where else you can be found.',
  fields: z.strictObject({
    align: setting.align(),
    color: setting.colour('Colour'),
    'font-size': setting.pixels('Size', 40),
    padding: setting.spacing('Space around'),
  }),
  defaults: (brand) => ({ align: 'center', color: brand.quiet, 'font-size': '14px', padding: '8px 24px' }),
  fresh: () => ({
    tagName: 'mj-social',
    attributes: {},
    children: ['web', 'instagram', 'youtube'].map((name) => ({ tagName: 'mj-social-element', attributes: { name } })),
  }),
  toMjml: ({ attributes, children = [] }, { brand }) => {
    const links = children.flatMap(({ content, attributes: { name = 'web', href } }) => {
      const words = content
        ? aroundLiquid(content, (text) => text, inHtml)
        : escapeTextAround(names.get(name) ?? names.get('web')!);
      return href && isSafeLink(href)
        ? [`<a href="${escapeAround(href)}" style="color:${attributes.color};text-decoration:underline">${words}</a>`]
        : [];
    });
    if (links.length === 0) return [];
    const look = { ...attributes, 'font-family': fontStacks[brand.font], 'line-height': '24px' };
    return [{ tagName: 'mj-text', attributes: look, content: links.join(' &nbsp;·&nbsp; ') }];
  },
  toText: ({ children }, { inside }) => inside(children),
});
