import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import type { Design } from './design.js';
import { linkPlace } from './link-place.js';

const design: Design = {
  v: 1,
  body: {},
  rows: [
    { tagName: 'cx-header', attributes: {} },
    {
      tagName: 'mj-section',
      attributes: {},
      children: [
        {
          tagName: 'mj-column',
          attributes: {},
          children: [
            {
              tagName: 'mj-text',
              attributes: {},
              content: '<p>See <a href="https://shop.example/a?b=1&amp;c=2">this</a></p>',
            },
            {
              tagName: 'mj-button',
              attributes: { href: 'https://shop.example/{{ lead.course_id }}/buy?x={{ contact.id | default: "a" }}' },
              content: 'Go',
            },
            { tagName: 'mj-button', attributes: { href: '{{ lead.attributes.link }}' }, content: 'Any' },
          ],
        },
      ],
    },
  ],
};

describe('where a link of a mail stands', () => {
  const at = (url: string) => linkPlace(url, { design, html: '', website: 'https://shop.example' });

  it('is found in words, in settings and in the header of a design', () => {
    expect(at('https://shop.example/a?b=1&c=2')).toEqual({ pointer: '/rows/1/children/0/children/0' });
    expect(at('https://shop.example')).toEqual({ pointer: '/rows/0' });
  });

  it('is found by what stands around Liquid, and not by Liquid alone', () => {
    expect(at('https://shop.example/photo-101/buy?x=7')).toEqual({ pointer: '/rows/1/children/0/children/1' });
    expect(at('https://elsewhere.example/')).toBeUndefined();
  });

  it('is a line and column of HTML', () => {
    const html = '<p>{{ contact.first_name }}\n<a class="x"\n  href="https://shop.example/{{ contact.id }}">a</a></p>';
    expect(linkPlace('https://shop.example/9', { html })).toEqual({ pointer: '/html', line: 3, column: 9 });
    expect(linkPlace('https://shop.example', { html })).toBeUndefined();
  });

  it.each(['<a href="https://b.example/{{ a }}">', ' href="{{'])(
    'takes time in proportion to a mail of %s',
    async (part) => {
      const many = (size: number) => part.repeat(size);
      expect(await growth(4_000, many, (html) => linkPlace('https://a.example/', { html }))).toBeLessThan(3);
    },
  );
});
