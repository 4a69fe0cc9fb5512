import { times, type Operator } from '../language/operator.js';

export const countEq: Operator = {
  name: 'count_eq',
  label: 'exactly',
  aggregate: 'count',
  accepts: {
    activity: {
      shape: 'count',
      sql: (x, [wanted]) => `${x} = ${wanted}`,
      test: (seen, [wanted]) => seen === wanted,
    },
  },
  english: (noun, value) => `who have ${noun} exactly ${times(value)}`,
  examples: [
    {
      ask: { field: 'activity', activity_type: 'page_view', value: 2 },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: { field: 'activity', activity_type: 'page_view', value: 0 },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: false,
    },
    { ask: { field: 'activity', activity_type: 'page_view', value: 0 }, person: {}, expect: true },
    { ask: { field: 'activity', activity_type: 'page_view', value: 3 }, person: {}, expect: false },
  ],
};
