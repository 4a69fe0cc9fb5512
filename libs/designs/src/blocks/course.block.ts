import { z } from 'zod';
import { defineBlock } from '../block.js';
import type { MailNode } from '../design.js';
import { escapeTextAround } from '../escaping.js';
import * as setting from '../settings-of-blocks.js';

/** A course as a card: picture, title, a sentence, a button. */
export const course = defineBlock({
  tagName: 'cx-course',
  place: 'row',
  label: 'Course',
  icon: 'school',
  summary: 'A course with its picture, a sentence and a button.',
  fields: z.strictObject({
    title: setting.line('Title'),
    note: setting.line('Small line', 'Such as “6 weeks, from 4 May”.'),
    blurb: setting.paragraph('Sentence'),
    label: setting.line('Words of the button'),
    href: setting.link('Link'),
    src: setting.image('Picture'),
    alt: setting.line('Alternative text', 'Shown where pictures are off, and read aloud.'),
    'background-color': setting.colour('Background'),
    padding: setting.spacing('Space inside'),
  }),
  defaults: (brand) => ({
    title: '{{ lead.course_title | default: "Our course" }}',
    label: 'See the course',
    'background-color': brand.card,
    padding: '8px',
  }),
  fresh: () => ({
    tagName: 'cx-course',
    attributes: {
      title: 'Name of the course',
      blurb: 'One sentence that says whom it is for.',
      label: 'See the course',
    },
  }),
  toMjml: ({ attributes: a }, { brand, inside }) => {
    const note: MailNode = {
      tagName: 'mj-text',
      attributes: { 'font-size': '13px', 'line-height': '20px', color: brand.quiet, padding: '4px 24px 0' },
      content: escapeTextAround(a.note ?? ''),
    };
    const words: MailNode[] = [
      ...(a.note ? [note] : []),
      {
        tagName: 'mj-text',
        attributes: { padding: '4px 24px 0' },
        content: `<h2>${escapeTextAround(a.title ?? '')}</h2>${a.blurb ? `<p>${escapeTextAround(a.blurb)}</p>` : ''}`,
      },
      ...(a.href
        ? [
            {
              tagName: 'mj-button',
              attributes: { href: a.href, padding: '4px 24px 12px' },
              content: escapeTextAround(a.label ?? ''),
            },
          ]
        : []),
    ];
    const picture: MailNode = {
      tagName: 'mj-image',
      attributes: {
        src: a.src ?? '',
        alt: a.alt ?? '',
        padding: '8px 8px 8px 24px',
        ...(a.href ? { href: a.href } : {}),
      },
    };
    const columns: MailNode[] = a.src
      ? [
          { tagName: 'mj-column', attributes: { width: '38%' }, children: [picture] },
          { tagName: 'mj-column', attributes: { width: '62%' }, children: words },
        ]
      : [{ tagName: 'mj-column', attributes: {}, children: words }];
    const look = { 'background-color': a['background-color'] ?? '', padding: a.padding ?? '' };
    return inside([{ tagName: 'mj-section', attributes: look, children: columns }]);
  },
  toText: ({ attributes: a }) =>
    [a.title, a.note, a.blurb, a.href ? [a.label, a.href].filter(Boolean).join(': ') : ''].filter(Boolean).join('\n'),
});
