import { describe, expect, it } from '@jest/globals';
import { filledIn, fitIn, fitsIn, hintOf, inboxes } from './inbox-fit';

/** Ten pixels a UTF-16 unit. */
const measure = (text: string) => text.length * 10;

describe('how much of a line an inbox shows', () => {
  it('is all of it where there is room', () =>
    expect(fitIn(' Spring \n courses ', 'x', 140, measure)).toEqual({
      shown: 'Spring courses',
      whole: true,
      width: 140,
    }));

  it('is as many whole characters as fit before the dots, without a space at the end', () => {
    expect(fitIn('Spring courses', 'x', 80, measure)).toEqual({ shown: 'Spring…', whole: false, width: 140 });
    expect(fitIn('a👩‍👩‍👧‍👦b', 'x', 60, measure).shown).toBe('a…');
    expect(fitIn('Spring', 'x', 0, measure).shown).toBe('…');
  });

  it('leaves the preview text what the subject leaves, and a line of its own on a phone', () => {
    const subject = 'x'.repeat(20);
    const { room } = inboxes.Computer;
    const onComputer = fitsIn('Computer', subject, 'y'.repeat(60), measure);
    expect(onComputer.preheader.shown).toHaveLength(Math.floor((room - 200 - 8) / 10));
    expect(fitsIn('Computer', 'x'.repeat(100), 'more', measure).preheader.shown).toBe('…');
    expect(fitsIn('Phone', 'x'.repeat(100), 'more', measure).preheader).toMatchObject({ shown: 'more', whole: true });
  });

  it('is said in a sentence', () => {
    const all = { shown: 'Spring', whole: true, width: 60 };
    const cut = { shown: 'Spr…', whole: false, width: 60 };
    expect(hintOf('Subject', all, all)).toBe('Subject: all of it is shown on a computer and on a phone.');
    expect(hintOf('Subject', all, cut)).toBe('Subject: shows all of it on a computer, and “Spr…” on a phone.');
    expect(hintOf('Preview text', { ...cut, shown: '…' }, all)).toBe(
      'Preview text: shows nothing on a computer, and all of it on a phone.',
    );
  });

  it('takes the words of a made-up person', () =>
    expect(
      filledIn(
        'Hi {{ contact.first_name | default: "there" }} from {{ workspace.name }}{% if a %}, {{ contact.attributes.x | default: \'you\' }}{% endif %}{{ b }}',
        'School',
      ),
    ).toBe('Hi Ada from School, you'));
});
