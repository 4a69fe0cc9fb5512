import type { Operator } from '../language/operator.js';

export const skipped: Operator = {
  name: 'skipped',
  label: 'was skipped',
  accepts: {
    step: {
      shape: 'none',
      sql: (x) => `'skipped' = any(${x})`,
      test: (seen) => seen.includes('skipped'),
    },
  },
  english: (noun) => `for whom ${noun} was skipped`,
  examples: [
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['skipped'] } }, expect: true },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['failed'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n5: ['skipped'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: {}, expect: false },
  ],
};
