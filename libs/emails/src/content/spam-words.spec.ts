import { describe, expect, it } from '@jest/globals';
import { spamWords } from './spam-words.js';

const hints = (subject: string, html = '', text?: string) =>
  spamWords({ subject, html, ...(text === undefined ? {} : { text }) });

describe('words that look like spam', () => {
  it('are a hint, where they stand, and never more', () => {
    const found = hints('Act now', '<p>This is 100%\n<b>free</b>, with no obligation.</p>');
    expect(found).toMatchObject([
      { severity: 'look', pointer: '/subject', message: expect.stringContaining('“act now”') },
      {
        severity: 'look',
        pointer: '/html',
        message: expect.stringContaining('“100% free” and “no obligation”'),
        line: 1,
        column: 12,
      },
    ]);
  });

  it('are found in the element of a design that says them, each once', () => {
    const text = (content: string) => ({ tagName: 'mj-text', attributes: {}, content });
    const children = [text('<p>Good&nbsp;news</p>'), text('<p>100%&nbsp;<b>free</b></p>'), text('<p>100% free</p>')];
    const column = { tagName: 'mj-column', attributes: {}, children };
    const design = { v: 1 as const, body: {}, rows: [{ tagName: 'mj-section', attributes: {}, children: [column] }] };
    expect(spamWords({ subject: 'Hello', html: '<p>act now</p>', design })).toMatchObject([
      { pointer: '/rows/0/children/0/children/1', message: expect.stringContaining('“100% free”') },
    ]);
  });

  it('are read in the plain text where there is one', () => {
    expect(hints('Hello', '<p>act now</p>', 'Hello')).toEqual([]);
    expect(hints('Hello', '<p>Hello</p>', 'Act  now')).toMatchObject([{ pointer: '/text' }]);
  });

  it('are not seen in what a shop says rightly', () => {
    for (const subject of ['Your free course starts', 'Spring offers', 'KW 12', 'FAQ', 'Is it raining?', '你好'])
      expect(hints(subject, '<p>Win a place: apply by Friday.</p>')).toEqual([]);
  });

  it('a subject in capitals, or with many marks in a row, looks like it', () => {
    expect(hints('EVERYTHING MUST GO {{ contact.first_name }}')).toHaveLength(1);
    expect(hints('Really!!!')).toHaveLength(1);
  });

  it('takes time in proportion to the mail', () => {
    const began = performance.now();
    hints('x', '<'.repeat(900_000));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
