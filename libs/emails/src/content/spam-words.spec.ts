import { describe, expect, it } from '@jest/globals';
import { spamWords } from './spam-words.js';

const hints = (subject: string, html = '', text?: string) =>
  spamWords({ subject, html, ...(text === undefined ? {} : { text }) });

describe('words that look like spam', () => {
  it('are a hint, where they stand, and never more', () => {
    const found = hints('Act now', '<p>This is 100%\n<b>free</b>, with no obligation.</p>');
    expect(found.map(({ severity, pointer }) => [severity, pointer])).toEqual([
      ['look', '/subject'],
      ['look', ''],
    ]);
    expect(found[0]!.message).toContain('“act now”');
    expect(found[1]!.message).toContain('“100% free” and “no obligation”');
  });

  it('are read in the plain text where there is one', () => {
    expect(hints('Hello', '<p>act now</p>', 'Hello')).toEqual([]);
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
