import type { Face, Operator } from '../language/operator.js';

const compare: Face = {
  shape: 'one',
  sql: (x, [wanted]) => `${x} <= ${wanted}`,
  test: (seen, [wanted]) => seen <= wanted,
};

export const lte: Operator = {
  name: 'lte',
  label: 'is at most',
  labels: { instant: 'is on or before' },
  accepts: { number: compare, instant: compare },
  english: (noun, value, type) => {
    if (value.relative === 'ago') return `whose ${noun} was ${value.text} or earlier`;
    if (value.relative === 'ahead')
      return `whose ${noun} is ${value.text} or earlier${value.past ? '' : ', past dates included'}`;
    return type === 'instant'
      ? `whose ${noun} is on or before ${value.text}`
      : `whose ${noun} is at most ${value.text}`;
  },
  examples: [
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1000 }, expect: true },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1001 }, expect: false },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 999 }, expect: true },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: '9' } }, expect: true },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: [11, 1] } }, expect: true },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: [[1]] } }, expect: false },
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
      expect: false,
    },
    {
      ask: { field: 'created_at', value: { ago: { n: 1, unit: 'months' } } },
      // One month before the 31st of March is the 28th of February.
      person: { created_at: '2026-02-28T11:59:59.999Z' },
      now: '2026-03-31T12:00:00Z',
      expect: true,
    },
  ],
};
