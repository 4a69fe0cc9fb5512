import type { Operator } from '../language/operator.js';
import { contains } from './contains.operator.js';

export const notContains: Operator = {
  name: 'not_contains',
  label: 'does not contain',
  negates: contains,
  english: (noun, value) => `whose ${noun} does not contain ${value.text}`,
  examples: [
    { ask: { field: 'email', value: 'shop' }, person: { email: 'x@shop.example' }, expect: false },
    { ask: { field: 'phone', value: '+49' }, person: {}, expect: true },
    { ask: { field: 'tags', value: 'vip' }, person: { tags: ['VIP'] }, expect: false },
    { ask: { field: 'tags', value: 'vip' }, person: {}, expect: true },
  ],
};
