import type { Face, Operator } from '../language/operator.js';

const compare: Face = {
  shape: 'one',
  sql: (x, [wanted]) => `${x} > ${wanted}`,
  test: (seen, [wanted]) => seen > wanted,
};

export const gt: Operator = {
  name: 'gt',
  label: 'is more than',
  labels: { instant: 'is after' },
  accepts: { number: compare, instant: compare },
  english: (noun, value, type) => {
    if (value.relative === 'ago' && value.past)
      return `whose ${noun} was within the last ${value.span?.replace(/^1 /, '')}`;
    if (value.relative === 'ago') return `whose ${noun} is later than ${value.text}, future dates included`;
    if (value.relative === 'ahead') return `whose ${noun} is more than ${value.span} from now`;
    return type === 'instant' ? `whose ${noun} is after ${value.text}` : `whose ${noun} is more than ${value.text}`;
  },
  examples: [
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1000 }, expect: false },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 1001 }, expect: true },
    { ask: { field: 'lifetime_value', value: 10 }, person: { lifetime_value_minor: 999 }, expect: false },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: '9' } }, expect: false },
    { ask: { field: 'attributes.n', value: 10 }, person: { attributes: { n: [1] } }, expect: false },
    { ask: { field: 'last_activity', value: { ago: { n: 7, unit: 'days' } } }, person: {}, expect: false },
    {
      ask: { field: 'last_activity', value: { ago: { n: 7, unit: 'days' } } },
      person: { last_activity: '2026-11-15T12:00:00Z' },
      expect: false,
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
      // A day before half past two, that time happened twice: the earlier one is meant.
      ask: { field: 'last_activity', value: { ago: { n: 1, unit: 'days' } } },
      person: { last_activity: '2026-10-25T01:00:00Z' },
      now: '2026-10-26T01:30:00Z',
      timezone: 'Europe/Berlin',
      expect: true,
    },
    {
      // A day before half past two, that time did not exist: it is half past three.
      ask: { field: 'last_activity', value: { ago: { n: 1, unit: 'days' } } },
      person: { last_activity: '2026-03-29T01:15:00Z' },
      now: '2026-03-30T00:30:00Z',
      timezone: 'Europe/Berlin',
      expect: false,
    },
  ],
};
