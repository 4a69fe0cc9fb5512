import type { Face, Operator } from '../language/operator.js';

const inside: Face = {
  shape: 'pair',
  sql: (x, [low, high]) => `${x} between ${low} and ${high}`,
  test: (seen, [low, high]) => seen >= low && seen <= high,
};

export const between: Operator = {
  name: 'between',
  label: 'is between',
  accepts: { number: inside, instant: inside },
  english: (noun, value) => `whose ${noun} is between ${value.text}`,
  examples: [
    { ask: { field: 'lifetime_value', value: [1, 2] }, person: { lifetime_value_minor: 200 }, expect: true },
    { ask: { field: 'lifetime_value', value: [1, 2] }, person: { lifetime_value_minor: 201 }, expect: false },
    { ask: { field: 'attributes.n', value: [1, 2] }, person: {}, expect: false },
    {
      ask: { field: 'created_at', value: ['2026-11-01', '2026-11-02'] },
      person: { created_at: '2026-11-01T04:00:00Z' },
      timezone: 'America/New_York',
      expect: true,
    },
    {
      ask: { field: 'created_at', value: ['2026-11-02', '2026-11-03'] },
      person: { created_at: '2026-11-02T04:59:59Z' },
      timezone: 'America/New_York',
      expect: false,
    },
  ],
};
