import type { Operator } from '../language/operator.js';

export const exists: Operator = {
  name: 'exists',
  label: 'has one',
  accepts: { enrollment: { shape: 'enrollment', sql: (x) => x, test: (seen) => seen } },
  english: (_noun, value) => `who have ${value.text}`,
  examples: [
    {
      ask: { field: 'enrollment', value: {} },
      person: {
        type: 'customer',
        enrollments: [{ course_id: '00000000-0000-7000-8000-0000000000c1', status: 'cancelled' }],
      },
      expect: true,
    },
    {
      ask: { field: 'enrollment', value: { course_id: '00000000-0000-7000-8000-0000000000c2' } },
      person: {
        type: 'customer',
        enrollments: [{ course_id: '00000000-0000-7000-8000-0000000000c1', status: 'active' }],
      },
      expect: false,
    },
    {
      ask: { field: 'enrollment', value: { course_id: '00000000-0000-7000-8000-0000000000c1', status: 'active' } },
      person: {
        type: 'customer',
        enrollments: [{ course_id: '00000000-0000-7000-8000-0000000000c1', status: 'active' }],
      },
      expect: true,
    },
    { ask: { field: 'enrollment', value: {} }, person: { type: 'lead' }, expect: false },
  ],
};
