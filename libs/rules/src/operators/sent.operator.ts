import type { Operator } from '../language/operator.js';

export const sent: Operator = {
  name: 'sent',
  label: 'was sent',
  accepts: {
    step: {
      shape: 'none',
      sql: (x) => `'sent' = any(${x})`,
      test: (seen) => seen.includes('sent'),
    },
  },
  english: (noun) => `who were sent ${noun}`,
  examples: [
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['sent'] } }, expect: true },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['failed'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n5: ['sent'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: {}, expect: false },
  ],
};
