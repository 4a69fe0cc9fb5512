import type { Operator } from '../language/operator.js';

export const enrolled: Operator = {
  name: 'enrolled',
  label: 'is enrolled',
  accepts: { lead: { shape: 'none', sql: (x) => x, test: (seen) => seen } },
  english: () => 'whose lead is enrolled',
  heard: ['they enrolled', 'they enrol', 'they enroll', 'they are enrolled', 'they have enrolled', 'enrolled'],
  examples: [
    { ask: { field: 'lead' }, person: { lead: { enrolled: true } }, expect: true },
    { ask: { field: 'lead' }, person: { lead: { enrolled: false } }, expect: false },
    { ask: { field: 'lead' }, person: {}, expect: false },
  ],
};
