import type { Operator } from '../language/operator.js';

export const failed: Operator = {
  name: 'failed',
  label: 'failed',
  accepts: {
    step: {
      shape: 'none',
      sql: (x) => `'failed' = any(${x})`,
      test: (seen) => seen.includes('failed'),
    },
  },
  english: (noun) => `for whom ${noun} could not be sent`,
  examples: [
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['failed'] } }, expect: true },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['sent'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n5: ['failed'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: {}, expect: false },
  ],
};
