import type { Operator } from '../language/operator.js';

export const isTrue: Operator = {
  name: 'is_true',
  label: 'is true',
  accepts: { boolean: { shape: 'none', sql: (x) => `${x} is true`, test: (seen) => seen === true } },
  english: (noun) => `whose ${noun} is true`,
  examples: [
    { ask: { field: 'can_be_emailed' }, person: { consent: 'subscribed' }, expect: true },
    { ask: { field: 'can_be_emailed' }, person: { consent: 'subscribed', suppressed: true }, expect: false },
    { ask: { field: 'can_be_emailed' }, person: {}, expect: false },
    { ask: { field: 'attributes.vip' }, person: { attributes: { vip: 'true' } }, expect: true },
    { ask: { field: 'attributes.vip' }, person: { attributes: { vip: 1 } }, expect: false },
    { ask: { field: 'attributes.vip' }, person: {}, expect: false },
  ],
};
