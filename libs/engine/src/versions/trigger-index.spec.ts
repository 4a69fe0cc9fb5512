import { describe, expect, it } from '@jest/globals';
import type { Group } from '#rules';
import type { CompiledVersion } from './compiled-version.js';
import { TriggerIndex } from './trigger-index.js';

const starting = (name: string, activity_type: string, where?: Group): CompiledVersion =>
  ({ name, start: { by: 'activity', node_id: 'start', activity_type, where } }) as CompiledVersion;
const and = (...conditions: Group['conditions']): Group => ({ operator: 'AND', conditions });
const or = (...conditions: Group['conditions']): Group => ({ operator: 'OR', conditions });
const eq = (path: string, value: string) => ({ field: `metadata.${path}`, operator: 'eq', value });

const index = new TriggerIndex([
  starting('plain', 'buy'),
  starting('pro', 'buy', and(eq('plan', 'Pro'))),
  starting('nested', 'buy', and({ field: 'metadata.n', operator: 'gt', value: 3 }, and(eq('order.plan', 'pro')))),
  starting('either', 'buy', or(eq('plan', 'a'), eq('plan', 'b'))),
  starting('not', 'buy', { operator: 'NOT', conditions: [eq('plan', 'pro')] }),
  starting('day', 'buy', and(eq('day', '2026-11-22'))),
  starting('elsewhere', 'sell', and(eq('plan', 'pro'))),
  { name: 'by hand', start: { by: 'hand', node_id: 'start' } } as CompiledVersion,
]);
const found = (type: string, metadata: Record<string, unknown>) =>
  index
    .candidates({ type, metadata })
    .map((trigger) => trigger.version.name)
    .sort();

describe('which automations an activity may start', () => {
  it('leaves out those whose equality cannot hold, and keeps all that it cannot judge', () => {
    expect(found('buy', {})).toEqual(['day', 'either', 'not', 'plain']);
    expect(found('buy', { plan: 'PRO' })).toEqual(['day', 'either', 'not', 'plain', 'pro']);
    expect(found('buy', { plan: 'basic', order: { plan: 'Pro' } })).toEqual([
      'day',
      'either',
      'nested',
      'not',
      'plain',
    ]);
  });

  it('takes everybody along where an array may hold the value', () => {
    expect(found('buy', { plan: ['basic', 'x'] })).toContain('pro');
    expect(found('buy', { order: [{ plan: 'pro' }] })).toContain('nested');
  });

  it('knows types apart', () => {
    expect(found('sell', { plan: 'pro' })).toEqual(['elsewhere']);
    expect(found('rent', { plan: 'pro' })).toEqual([]);
  });
});
