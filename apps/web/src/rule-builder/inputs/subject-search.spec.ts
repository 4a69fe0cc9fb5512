import { describe, expect, it } from '@jest/globals';
import { subjects } from '../tree/rule-edits';
import { foundSubjects, namedAttribute, slips } from './subject-search';

const found = (typed: string) =>
  foundSubjects(subjects('person'), typed).flatMap(({ items }) => items.map(({ label }) => label));

describe('a subject', () => {
  it.each([
    ['tag', ['Tags']],
    ['Contry', ['Country']],
    ['lifetmie', ['Lifetime value']],
    ['revenue', ['Lifetime value']],
    ['bought', ['Activity', 'Enrollment']],
    ['segment', ['Smart list']],
    ['opened', ['Opened an e-mail']],
    ['zzzz', []],
    ['“?”', []],
  ])('is found for “%s”', (typed, labels) => {
    expect(found(typed).sort()).toEqual([...labels].sort());
  });

  it('is anything at all while nothing is typed, in its groups', () => {
    expect(foundSubjects(subjects('person'), ' ')).toEqual(subjects('person'));
  });

  it('may be an attribute of the name that is typed', () => {
    expect(namedAttribute('favourite color')).toMatchObject({ value: 'attributes.favourite color' });
    expect(namedAttribute('“?”')).toBeUndefined();
  });

  it('forgives a letter changed, left out, put in or swapped, and what is not typed yet', () => {
    expect(['countri', 'contry', 'ccountry', 'cuontry', 'coun'].map((typed) => slips(typed, 'country'))).toEqual([
      1, 1, 1, 1, 0,
    ]);
  });
});
