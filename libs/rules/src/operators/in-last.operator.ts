import type { Operator } from '../language/operator.js';

export const inLast: Operator = {
  name: 'in_last',
  label: 'is within the last',
  accepts: {
    instant: {
      shape: 'last',
      sql: (x, [from, to]) => `${x} between ${from} and ${to}`,
      test: (seen, [from, to]) => seen >= from && seen <= to,
    },
  },
  english: (noun, value) => `whose ${noun} was within the last ${value.span ?? '____'}`,
  examples: [
    {
      ask: { field: 'created_at', value: { n: 30, unit: 'minutes' } },
      person: { created_at: '2026-11-22T11:30:00Z' },
      expect: true,
    },
    {
      ask: { field: 'created_at', value: { n: 30, unit: 'minutes' } },
      person: { created_at: '2026-11-22T11:29:59.999Z' },
      expect: false,
    },
    {
      ask: { field: 'attributes.due', value: { n: 3, unit: 'days' } },
      person: { attributes: { due: '2026-11-23' } },
      expect: false,
    },
    { ask: { field: 'last_activity', value: { n: 3, unit: 'weeks' } }, person: {}, expect: false },
  ],
};
