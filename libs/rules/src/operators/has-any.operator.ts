import type { Operator } from '../language/operator.js';

export const hasAny: Operator = {
  name: 'has_any',
  label: 'has any of',
  accepts: {
    set: {
      shape: 'list',
      sql: (x, [wanted]) => `${x} && ${wanted}`,
      test: (seen, [wanted]) => wanted.some((each: string) => seen.includes(each)),
    },
  },
  english: (noun, value) => `whose ${noun} have any of ${value.text}`,
  examples: [
    { ask: { field: 'tags', value: ['a', 'VIP'] }, person: { tags: ['vip'] }, expect: true },
    { ask: { field: 'tags', value: ['a'] }, person: { tags: ['vip'] }, expect: false },
    { ask: { field: 'tags', value: ['a'] }, person: {}, expect: false },
  ],
};
