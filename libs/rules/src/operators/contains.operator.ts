import type { Operator } from '../language/operator.js';
import { hasPart } from '../language/sql-pieces.js';

export const contains: Operator = {
  name: 'contains',
  label: 'contains',
  accepts: {
    text: {
      shape: 'one',
      sql: (x, [wanted]) => hasPart(x, wanted!),
      finds: 'anywhere',
      test: (seen, [wanted]) => seen.includes(wanted),
    },
    set: {
      shape: 'one',
      sql: (x, [wanted]) => `${x} @> array[${wanted}]`,
      test: (seen, [wanted]) => seen.includes(wanted),
    },
  },
  english: (noun, value) => `whose ${noun} contains ${value.text}`,
  examples: [
    { ask: { field: 'email', value: '@Shop.' }, person: { email: 'x@shop.example' }, expect: true },
    { ask: { field: 'last_name', value: '%' }, person: { last_name: '100 %' }, expect: true },
    { ask: { field: 'last_name', value: '_' }, person: { last_name: 'ab' }, expect: false },
    { ask: { field: 'last_name', value: '\\' }, person: { last_name: 'a\\b' }, expect: true },
    { ask: { field: 'last_name', value: 'a' }, person: {}, expect: false },
    { ask: { field: 'tags', value: 'VIP' }, person: { tags: ['vip', 'abandoned'] }, expect: true },
    { ask: { field: 'tags', value: 'abandon' }, person: { tags: ['abandoned'] }, expect: false },
    { ask: { field: 'tags', value: 'vip' }, person: {}, expect: false },
  ],
};
