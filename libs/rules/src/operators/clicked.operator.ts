import type { Operator } from '../language/operator.js';

export const clicked: Operator = {
  name: 'clicked',
  label: 'was clicked',
  accepts: {
    step: {
      shape: 'none',
      sql: (x) => `'clicked' = any(${x})`,
      test: (seen) => seen.includes('clicked'),
    },
  },
  english: (noun) => `who clicked a link in ${noun}`,
  examples: [
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['clicked'] } }, expect: true },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n4: ['failed'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: { steps: { n5: ['clicked'] } }, expect: false },
    { ask: { field: 'step', node_id: 'n4' }, person: {}, expect: false },
  ],
};
