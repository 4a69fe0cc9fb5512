import type { Operator } from '../language/operator.js';
import { isIn } from './in.operator.js';

export const notIn: Operator = {
  name: 'not_in',
  label: 'is none of',
  negates: isIn,
  english: (noun, value, type) =>
    type === 'list'
      ? `who are not in the smart list ${value.text}`
      : `whose ${noun} is ${value.words?.length === 2 ? `neither ${value.words.join(' nor ')}` : `none of ${value.text}`}`,
  examples: [
    { ask: { field: 'country', value: ['DE', 'AT'] }, person: { country: 'de' }, expect: false },
    { ask: { field: 'country', value: ['DE', 'AT'] }, person: {}, expect: true },
    { ask: { field: 'smart_list', value: ['00000000-0000-7000-8000-0000000000a1'] }, person: {}, expect: true },
    {
      ask: { field: 'smart_list', value: ['00000000-0000-7000-8000-0000000000a1'] },
      person: { lists: ['00000000-0000-7000-8000-0000000000a1'] },
      expect: false,
    },
  ],
};
