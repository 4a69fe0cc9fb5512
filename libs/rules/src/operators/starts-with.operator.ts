import type { Operator } from '../language/operator.js';

export const startsWith: Operator = {
  name: 'starts_with',
  label: 'starts with',
  accepts: {
    text: {
      shape: 'one',
      sql: (x, [wanted]) => `starts_with(${x}, ${wanted})`,
      finds: 'start',
      test: (seen, [wanted]) => seen.startsWith(wanted),
    },
  },
  english: (noun, value) => `whose ${noun} starts with ${value.text}`,
  examples: [
    { ask: { field: 'phone', value: '+49' }, person: { phone: '+49 30 1234' }, expect: true },
    { ask: { field: 'phone', value: '+49' }, person: { phone: '0049' }, expect: false },
    { ask: { field: 'phone', value: '+49' }, person: {}, expect: false },
    { ask: { field: 'last_name', value: 'İ' }, person: { last_name: 'İstanbul' }, expect: true },
  ],
};
