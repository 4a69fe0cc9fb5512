import { times, type Operator } from '../language/operator.js';

export const countLte: Operator = {
  name: 'count_lte',
  label: 'at most',
  aggregate: 'count',
  accepts: {
    activity: {
      shape: 'count',
      sql: (x, [wanted]) => `${x} <= ${wanted}`,
      test: (seen, [wanted]) => seen <= wanted,
    },
  },
  english: (noun, value) => `who have ${noun} at most ${times(value)}`,
  examples: [
    {
      ask: { field: 'activity', activity_type: 'page_view', value: 1 },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: false,
    },
    {
      ask: { field: 'activity', activity_type: 'page_view', value: 1, within: { n: 30, unit: 'days' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    { ask: { field: 'activity', activity_type: 'page_view', value: 0 }, person: {}, expect: true },
  ],
};
