import type { Operator } from '../language/operator.js';

export const hasAll: Operator = {
  name: 'has_all',
  label: 'has all of',
  accepts: {
    set: {
      shape: 'list',
      sql: (x, [wanted]) => `${x} @> ${wanted}`,
      test: (seen, [wanted]) => wanted.every((each: string) => seen.includes(each)),
    },
  },
  english: (noun, value) => `whose ${noun} have all of ${value.text}`,
  examples: [
    { ask: { field: 'tags', value: ['a', 'B'] }, person: { tags: ['b', 'A', 'c'] }, expect: true },
    { ask: { field: 'tags', value: ['a', 'b'] }, person: { tags: ['a'] }, expect: false },
    { ask: { field: 'tags', value: ['a'] }, person: {}, expect: false },
  ],
};
