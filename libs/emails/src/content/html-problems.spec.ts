import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import { htmlProblems } from './html-problems.js';

const found = (html: string) =>
  htmlProblems(html, 'transactional').map(({ message, line, column }) => [message.split(' ')[2], line, column]);

describe('what is worth a look in HTML', () => {
  it('are pictures without words, where they stand', () => {
    expect(
      found('<p>x</p>\n <img src="a.png"> <IMG src="b.png" alt="B"> <img alt src="c"> <img src="d" alt="">'),
    ).toEqual([['say', 2, 2]]);
    expect(found('<img src="{{ contact.attributes.x | default: ">" }}" alt="x">')).toEqual([]);
  });

  it('are links that lead nowhere', () => {
    expect(found('<a>a</a>\n<a href="">b</a>\n<a class=x href="#">c</a>\n<a href>d</a>')).toEqual([
      ['this', 1, 1],
      ['this', 2, 1],
      ['this', 3, 1],
      ['this', 4, 1],
    ]);
    expect(found('<a {% if contact.email %}href = "https://x.example"{% endif %}>a</a>')).toEqual([]);
    expect(
      found('<a href="https://x.example">a</a><a href="#top">b</a><a name="top">c</a><a href="{{ lead.x }}">d</a>'),
    ).toEqual([]);
  });

  it('is marketing mail without a way out, and weight', () => {
    const said = (html: string) => htmlProblems(html, 'broadcast').map(({ message }) => message);
    expect(said('<p>x</p>')).toEqual([expect.stringContaining('no unsubscribe link of its own')]);
    expect(said('<a href="{{ links.unsubscribe }}">x</a>')).toEqual([]);
    expect(htmlProblems('x'.repeat(103 * 1024), 'transactional')).toMatchObject([
      { severity: 'look', message: expect.stringContaining('103 KB') },
    ]);
    expect(htmlProblems('  ', 'broadcast')).toEqual([]);
  });

  it.each(['<img src="x">', '<a "', '<a href='])('takes time in proportion to a mail of %s', async (part) => {
    expect(await growth(20_000, (size) => part.repeat(size), found)).toBeLessThan(3);
  });

  it('tells a few of many', () => {
    expect(found('<img src="x">'.repeat(7_000))).toHaveLength(10);
  });
});
