import type { Operator } from '../language/operator.js';

export const endsWith: Operator = {
  name: 'ends_with',
  label: 'ends with',
  accepts: {
    text: {
      shape: 'one',
      sql: (x, [wanted]) => `right(${x}, length(${wanted})) = ${wanted}`,
      finds: 'anywhere',
      test: (seen, [wanted]) => seen.endsWith(wanted),
    },
  },
  english: (noun, value) => `whose ${noun} ends with ${value.text}`,
  examples: [
    { ask: { field: 'email', value: '.DE' }, person: { email: 'a@b.de' }, expect: true },
    { ask: { field: 'email', value: '.fr' }, person: { email: 'a@b.de' }, expect: false },
    { ask: { field: 'last_name', value: 'σ' }, person: { last_name: 'ΟΔΟΣ' }, expect: true },
    { ask: { field: 'last_name', value: 'x' }, person: {}, expect: false },
  ],
};
