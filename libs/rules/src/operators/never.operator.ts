import type { Operator } from '../language/operator.js';

export const never: Operator = {
  name: 'never',
  label: 'never',
  aggregate: 'count',
  accepts: { activity: { shape: 'none', sql: (x) => `${x} = 0`, test: (seen) => seen === 0 } },
  english: (noun, value) => (value.within ? `who have not ${noun}` : `who have never ${noun}`),
  examples: [
    {
      ask: { field: 'activity', activity_type: 'page_view', within: { n: 30, unit: 'days' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: false,
    },
    {
      ask: { field: 'activity', activity_type: 'page_view', within: { n: 1, unit: 'days' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    { ask: { field: 'activity', activity_type: 'page_view' }, person: {}, expect: true },
  ],
};
