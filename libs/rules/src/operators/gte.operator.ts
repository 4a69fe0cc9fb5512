import type { Face, Operator } from '../language/operator.js';

const compare: Face = {
  shape: 'one',
  sql: (x, [wanted]) => `${x} >= ${wanted}`,
  test: (seen, [wanted]) => seen >= wanted,
};

export const gte: Operator = {
  name: 'gte',
  label: 'is at least',
  labels: { instant: 'is on or after' },
  accepts: { number: compare, instant: compare },
  english: (noun, value, type) => {
    if (value.relative === 'ago' && value.past)
      return `whose ${noun} was within the last ${value.span?.replace(/^1 /, '')}`;
    if (value.relative === 'ago') return `whose ${noun} is ${value.text} or later, future dates included`;
    if (value.relative === 'ahead') return `whose ${noun} is ${value.text} or later`;
    return type === 'instant'
      ? `whose ${noun} is on or after ${value.text}`
      : `whose ${noun} is at least ${value.text}`;
  },
  examples: [
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1000 }, expect: true },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1001 }, expect: true },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 999 }, expect: false },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: '9' } }, expect: false },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: [1] } }, expect: false },
    { ask: { field: 'last_activity', value: { ago: { n: 7, unit: 'days' } } }, person: {}, expect: false },
    {
      ask: { field: 'last_activity', value: { ago: { n: 7, unit: 'days' } } },
      person: { last_activity: '2026-11-15T12:00:00Z' },
      expect: true,
    },
    {
      ask: { field: 'last_activity', value: { ago: { n: 1, unit: 'days' } } },
      // The day before was 25 hours long.
      person: { last_activity: '2026-10-24T23:00:00.001Z' },
      now: '2026-10-26T00:00:00Z',
      timezone: 'Europe/Berlin',
      expect: true,
    },
    {
      ask: { field: 'created_at', value: { ago: { n: 1, unit: 'months' } } },
      // One month before the 31st of March is the 28th of February.
      person: { created_at: '2026-02-28T11:59:59.999Z' },
      now: '2026-03-31T12:00:00Z',
      expect: false,
    },
    {
      // Midnight happened twice in Havana.
      ask: { field: 'created_at', value: '2026-11-01' },
      person: { created_at: '2026-11-01T04:00:00Z' },
      timezone: 'America/Havana',
      expect: true,
    },
    {
      // Stored as a date, it is that same earlier midnight.
      ask: { field: 'attributes.due', value: '2026-11-01T04:30:00Z' },
      person: { attributes: { due: '2026-11-01' } },
      timezone: 'America/Havana',
      expect: false,
    },
  ],
};
