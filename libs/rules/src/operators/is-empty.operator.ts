import type { Operator } from '../language/operator.js';
import { isSet } from './is-set.operator.js';

export const isEmpty: Operator = {
  name: 'is_empty',
  label: 'is unknown',
  negates: isSet,
  english: (noun) => `whose ${noun} is unknown`,
  examples: [
    { ask: { field: 'country' }, person: {}, expect: true },
    { ask: { field: 'country' }, person: { country: 'DE' }, expect: false },
    { ask: { field: 'tags' }, person: {}, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: '' } }, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: false } }, expect: false },
  ],
};
