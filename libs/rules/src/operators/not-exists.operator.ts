import type { Operator } from '../language/operator.js';
import { exists } from './exists.operator.js';

export const notExists: Operator = {
  name: 'not_exists',
  label: 'has none',
  negates: exists,
  english: (_noun, value) => `who have no ${value.text.replace(/^an? /, '')}`,
  examples: [
    { ask: { field: 'enrollment', value: {} }, person: { type: 'lead' }, expect: true },
    {
      ask: { field: 'enrollment', value: { status: 'active' } },
      person: {
        type: 'customer',
        enrollments: [{ course_id: '00000000-0000-7000-8000-0000000000c1', status: 'active' }],
      },
      expect: false,
    },
  ],
};
