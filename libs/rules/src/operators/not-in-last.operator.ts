import type { Operator } from '../language/operator.js';
import { inLast } from './in-last.operator.js';

export const notInLast: Operator = {
  name: 'not_in_last',
  label: 'is not within the last',
  negates: inLast,
  english: (noun, value) => `whose ${noun} was not within the last ${value.span ?? '____'}`,
  examples: [
    { ask: { field: 'last_activity', value: { n: 90, unit: 'days' } }, person: {}, expect: true },
    {
      ask: { field: 'last_activity', value: { n: 90, unit: 'days' } },
      person: { last_activity: '2026-11-22T11:00:00Z' },
      expect: false,
    },
  ],
};
