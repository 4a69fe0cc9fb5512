import type { Face, Operator } from '../language/operator.js';

/** A value is there; what is missing never reaches a face. */
const there: Face = { shape: 'none', sql: (x) => `${x} is not null`, test: () => true };

export const isSet: Operator = {
  name: 'is_set',
  label: 'is known',
  accepts: {
    text: { shape: 'none', sql: (x) => `${x} <> ''`, test: (seen) => seen !== '' },
    number: there,
    instant: there,
    set: { shape: 'none', sql: (x) => `cardinality(${x}) > 0`, test: (seen) => seen.length > 0 },
    any: {
      shape: 'none',
      sql: (x) => `${x} not in ('null', '""', '{}') and jsonb_typeof(${x}) <> 'array'`,
      test: (seen) =>
        seen !== '' && !Array.isArray(seen) && !(typeof seen === 'object' && Object.keys(seen as object).length === 0),
    },
  },
  english: (noun) => `whose ${noun} is known`,
  examples: [
    { ask: { field: 'phone' }, person: { phone: '1' }, expect: true },
    { ask: { field: 'phone' }, person: { phone: '' }, expect: false },
    { ask: { field: 'phone' }, person: {}, expect: false },
    { ask: { field: 'last_activity' }, person: {}, expect: false },
    { ask: { field: 'tags' }, person: { tags: ['x'] }, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: 0 } }, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: null } }, expect: false },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: [] } }, expect: false },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: {} } }, expect: false },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: { a: 1 } } }, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: [null, ''] } }, expect: false },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: ['', 0] } }, expect: true },
    { ask: { field: 'attributes.plan' }, person: { attributes: { plan: [[1]] } }, expect: false },
  ],
};
