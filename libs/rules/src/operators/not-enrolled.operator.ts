import type { Operator } from '../language/operator.js';
import { enrolled } from './enrolled.operator.js';

export const notEnrolled: Operator = {
  name: 'not_enrolled',
  label: 'is not enrolled',
  negates: enrolled,
  english: () => 'whose lead is not enrolled',
  heard: [
    'they did not enrol',
    'they did not enroll',
    'they are not enrolled',
    'they have not enrolled',
    'not enrolled',
  ],
  examples: [
    { ask: { field: 'lead' }, person: { lead: { enrolled: true } }, expect: false },
    { ask: { field: 'lead' }, person: { lead: { enrolled: false } }, expect: true },
    { ask: { field: 'lead' }, person: {}, expect: true },
  ],
};
