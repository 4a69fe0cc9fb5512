import type { Operator } from '../language/operator.js';

export const inNext: Operator = {
  name: 'in_next',
  label: 'is within the next',
  accepts: {
    instant: {
      shape: 'next',
      sql: (x, [from, to]) => `${x} between ${from} and ${to}`,
      test: (seen, [from, to]) => seen >= from && seen <= to,
    },
  },
  english: (noun, value) => `whose ${noun} is within the next ${value.span ?? '____'}`,
  examples: [
    {
      ask: { field: 'attributes.renews', value: { n: 7, unit: 'days' } },
      person: { attributes: { renews: '2026-11-29' } },
      expect: true,
    },
    {
      ask: { field: 'attributes.renews', value: { n: 7, unit: 'days' } },
      person: { attributes: { renews: '2026-11-21' } },
      expect: false,
    },
    {
      ask: { field: 'attributes.renews', value: { n: 7, unit: 'days' } },
      person: { attributes: { renews: 'soon' } },
      expect: false,
    },
  ],
};
