import type { Operator } from '../language/operator.js';
import { hasAny } from './has-any.operator.js';

export const hasNone: Operator = {
  name: 'has_none',
  label: 'has none of',
  negates: hasAny,
  english: (noun, value) => `whose ${noun} have none of ${value.text}`,
  examples: [
    { ask: { field: 'tags', value: ['a', 'b'] }, person: { tags: ['B'] }, expect: false },
    { ask: { field: 'tags', value: ['a', 'b'] }, person: {}, expect: true },
  ],
};
