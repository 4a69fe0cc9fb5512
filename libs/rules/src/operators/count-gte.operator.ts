import { times, type Operator } from '../language/operator.js';

export const countGte: Operator = {
  name: 'count_gte',
  label: 'at least',
  aggregate: 'count',
  accepts: {
    activity: {
      shape: 'count',
      sql: (x, [wanted]) => `${x} >= ${wanted}`,
      test: (seen, [wanted]) => seen >= wanted,
    },
  },
  english: (noun, value) => `who have ${noun} at least ${times(value)}`,
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
      ask: { field: 'activity', activity_type: 'page_view', value: 2, within: { n: 30, unit: 'days' } },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: false,
    },
    { ask: { field: 'activity', activity_type: 'page_view', value: 1 }, person: {}, expect: false },
    {
      ask: {
        field: 'activity',
        activity_type: 'page_view',
        value: 1,
        where: { operator: 'AND', conditions: [{ field: 'metadata.page', operator: 'eq', value: '/pricing' }] },
      },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: {
        field: 'activity',
        activity_type: 'page_view',
        value: 1,
        where: { operator: 'AND', conditions: [{ field: 'metadata.items.sku', operator: 'eq', value: 'B' }] },
      },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: {
        field: 'activity',
        activity_type: 'page_view',
        value: 1,
        where: { operator: 'AND', conditions: [{ field: 'metadata.total', operator: 'gt', value: 12.4 }] },
      },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
    {
      ask: {
        field: 'activity',
        activity_type: 'page_view',
        value: 2,
        where: { operator: 'AND', conditions: [{ field: 'metadata.page', operator: 'neq', value: '/other' }] },
      },
      person: {
        activities: [
          { type: 'page_view', occurred_at: '2026-11-20T12:00:00Z', metadata: { page: '/Pricing', total: '12.5' } },
          { type: 'page_view', occurred_at: '2026-01-01T00:00:00Z', metadata: { items: [{ sku: 'a' }, { sku: 'b' }] } },
        ],
      },
      expect: true,
    },
  ],
};
