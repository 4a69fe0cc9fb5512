import { describe, expect, it } from '@jest/globals';
import { placesOf } from './sample-places';

describe('the places of a sample', () => {
  it('are its values, by JSON pointer, however keys are written', () => {
    expect(placesOf({ 'a/b': { '~c': [1, null] }, email: 'ann@example.com', none: {} })).toEqual([
      { at: '/a~1b/~0c/0', name: '0', value: '1' },
      { at: '/a~1b/~0c/1', name: '1', value: 'null' },
      { at: '/email', name: 'email', value: 'ann@example.com' },
    ]);
  });

  it('are bounded', () => {
    const places = placesOf(Array.from({ length: 1_000 }, () => 'x'.repeat(1_000)));
    expect([places.length, places[0]!.value.length]).toEqual([200, 120]);
  });
});
