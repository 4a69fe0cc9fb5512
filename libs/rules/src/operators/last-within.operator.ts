import type { Operator } from '../language/operator.js';

export const lastWithin: Operator = {
  name: 'last_within',
  label: 'last within',
  aggregate: 'last',
  accepts: {
    activity: {
      shape: 'within',
      sql: (x, [since, until]) => `${x} between ${since} and ${until}`,
      test: (seen, [since, until]) => seen >= since && seen <= until,
    },
  },
  english: (noun) => `who last ${noun.replace(/^done/, 'did')}`,
  examples: [
    {
      ask: { field: 'activity', activity_type: 'page_view', within: { n: 30, unit: 'days' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: { field: 'activity', activity_type: 'page_view', within: { n: 11, unit: 'months' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: { field: 'activity', activity_type: 'page_view', within: { n: 30, unit: 'days' } },
      person: {},
      expect: false,
    },
  ],
};
