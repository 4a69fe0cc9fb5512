import { describe, expect, it } from '@jest/globals';
import { besideOthers } from '#testing';
import { footerNotesAside, mistakesAside } from './large-mails.js';

/** Work that is done here and not in a thread leaves two or three. */
const MANY_TURNS = 100;
const workspace = { name: 'School', postal_address: 'Main Street 1' };
const html = (n: number) => `<p>Mail ${n}</p>${'<p>{{ contact.first_name }} and some words</p>'.repeat(40)}`;
const many = Array.from({ length: 400 }, (_, n) => html(n));

describe('the mails of a large drawing', () => {
  it('are checked in a thread, all of them at once, while others have their turn', async () => {
    const texts = [...many, '<p>{{ contact.first_name </p>'];
    const { result, turns } = await besideOthers(() => mistakesAside(texts));
    expect([...result]).toEqual([[texts.at(-1), expect.stringContaining('Line 1')]]);
    expect(turns).toBeGreaterThan(MANY_TURNS);
  });

  it('are asked in a thread what they lack, each in its place', async () => {
    const contents = many.map((each) => ({ subject: 'Hello', html: each }));
    const complete = { subject: 'Hello', html: '<a href="{{ links.unsubscribe }}">Stop</a> Main Street 1' };
    const { result, turns } = await besideOthers(() =>
      footerNotesAside([complete, ...contents, { subject: 'Empty', html: ' ' }], workspace),
    );
    expect(result).toHaveLength(402);
    expect([result[0], result.at(-1)]).toEqual([undefined, undefined]);
    expect(
      new Set(result.slice(1, -1).map((note) => note?.includes('no unsubscribe link and no postal address'))),
    ).toEqual(new Set([true]));
    expect(turns).toBeGreaterThan(MANY_TURNS);
  });

  it('say the same where they are few and small', async () => {
    expect(await mistakesAside(['<p>fine</p>'])).toEqual(new Map());
    expect(await footerNotesAside([{ subject: 'x', html: '<p>x</p>' }], workspace)).toEqual([
      expect.stringContaining('no unsubscribe link'),
    ]);
    expect(await footerNotesAside([], workspace)).toEqual([]);
  });
});
