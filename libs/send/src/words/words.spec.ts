import { describe, expect, it } from '@jest/globals';
import { de } from './de.js';
import { en } from './en.js';
import { dayIn, wordsFor } from './index.js';

describe('the language of a page', () => {
  it('is the person’s, else one that the browser asks for, else English', () => {
    expect(wordsFor('de-AT', 'en')).toBe(de);
    expect(wordsFor('pt_BR', 'de;q=0.5, fr')).toBe(de);
    expect(wordsFor(null, 'de-DE,de;q=0.9,en;q=0.8')).toBe(de);
    expect(wordsFor(null, 'en;q=0.4, de;q=0.8')).toBe(de);
    expect(wordsFor(null, 'de;q=0, en')).toBe(en);
    expect(wordsFor(undefined, undefined)).toBe(en);
  });

  it('is no matter of what a header says about objects, or of how long it is', () => {
    for (const header of ['__proto__', 'constructor', ';;;,,,', `${'x,'.repeat(100_000)}de`])
      expect(wordsFor(header, header)).toBe(en);
  });

  it('has dates of its own', () => {
    const day = new Date('2026-05-01T12:00:00Z');
    expect([dayIn(en, day), dayIn(de, day)]).toEqual(['1 May 2026', '1. Mai 2026']);
  });
});

/** Every sentence, by its place, with markers for what is put in. */
function sentences(words: unknown, place = ''): [string, string][] {
  if (typeof words === 'string') return [[place, words]];
  if (typeof words === 'function') return [[place, String(words('{1}', '{2}', '{3}'))]];
  return Object.entries(words as object).flatMap(([name, inner]) => sentences(inner, `${place}/${name}`));
}

it('every language says the same: no sentence is empty, left in English, or without what is put into it', () => {
  const holes = (text: string) => [...text.matchAll(/\{\d\}|\{\{[^}]*\}\}/g)].map(([hole]) => hole).sort();
  const ours = new Map(sentences(en));
  for (const [place, text] of sentences(de)) {
    expect([place, text.trim()]).not.toEqual([place, '']);
    expect([place, holes(text)]).toEqual([place, holes(ours.get(place)!)]);
    expect(text === ours.get(place) ? place : '').toBe('');
  }
});
