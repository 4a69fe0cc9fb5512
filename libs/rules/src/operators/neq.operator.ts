import type { Operator } from '../language/operator.js';
import { eq } from './eq.operator.js';

export const neq: Operator = {
  name: 'neq',
  label: 'is not',
  negates: eq,
  english: (noun, value) => `whose ${noun} is not ${value.text}`,
  examples: [
    { ask: { field: 'country', value: 'DE' }, person: { country: 'de' }, expect: false },
    { ask: { field: 'country', value: 'DE' }, person: { country: 'FR' }, expect: true },
    { ask: { field: 'country', value: 'DE' }, person: {}, expect: true },
    { ask: { field: 'attributes.plan', value: 'pro' }, person: { attributes: { plan: null } }, expect: true },
    { ask: { field: 'type', value: 'customer' }, person: { type: 'customer' }, expect: false },
  ],
};
