import type { Operator } from '../language/operator.js';

export const delivered: Operator = {
  name: 'delivered',
  label: 'was delivered',
  accepts: {
    step: {
      shape: 'none',
      sql: (x) => `'delivered' = any(${x})`,
      test: (seen) => seen.includes('delivered'),
    },
  },
  english: (noun) => `who received ${noun}`,
  examples: [
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['delivered'] } }, expect: true },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['failed'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n5: ['delivered'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: {}, expect: false },
  ],
};
