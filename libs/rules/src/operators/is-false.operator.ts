import type { Operator } from '../language/operator.js';

export const isFalse: Operator = {
  name: 'is_false',
  label: 'is false',
  accepts: { boolean: { shape: 'none', sql: (x) => `${x} is false`, test: (seen) => seen === false } },
  english: (noun) => `whose ${noun} is false`,
  examples: [
    { ask: { field: 'can_be_emailed' }, person: { consent: 'unsubscribed' }, expect: true },
    { ask: { field: 'attributes.vip' }, person: { attributes: { vip: false } }, expect: true },
    { ask: { field: 'attributes.vip' }, person: { attributes: { vip: null } }, expect: false },
    { ask: { field: 'attributes.vip' }, person: {}, expect: false },
  ],
};
