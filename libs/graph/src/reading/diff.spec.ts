import { describe, expect, it } from '@jest/globals';
import { diff, type Drawn } from './diff.js';
import type { Graph } from '../model/graph.js';

const drawn = (graph: Partial<Graph>, settings: Drawn['settings'] = {}): Drawn => ({
  graph: { schema: 1, nodes: [], edges: [], ...graph },
  settings,
});
const wait = (id: string, n: number) => ({ id, type: 'wait', config: { for: { n, unit: 'days' } } });
const tag = (id: string, name: string) => ({ id, type: 'update_contact', config: { add_tags: [name] } });
const edge = (source: string, target: string) => ({ source, port: 'next', target });

describe('what two versions say differently', () => {
  it('says added, removed and changed steps, and nothing where nothing changed', () => {
    const before = drawn({ nodes: [wait('a', 2), tag('b', 'old')], edges: [edge('a', 'b')] });
    expect(diff(before, structuredClone(before))).toEqual([]);
    const after = drawn({ nodes: [wait('a', 3), tag('c', 'new')], edges: [edge('a', 'c')] });
    expect(diff(before, after)).toMatchObject([
      { change: 'changed', node_id: 'a', sentence: 'Wait 2 days → Wait 3 days.' },
      { change: 'added', node_id: 'c', sentence: 'New: Add the tag “new”.' },
      { change: 'removed', node_id: 'b', sentence: 'Removed: Add the tag “old”.' },
    ]);
  });

  it('does not mind the order of keys, nor where cards stand', () => {
    const before = drawn({ nodes: [{ ...wait('a', 2), position: { x: 0, y: 0 } }] });
    const after = drawn({ nodes: [{ id: 'a', type: 'wait', config: { for: { unit: 'days', n: 2 } } }] });
    expect(diff(before, after)).toEqual([]);
  });

  it('says paths that lead elsewhere between steps that both have', () => {
    const nodes = [wait('a', 1), tag('b', 'x'), tag('c', 'y')];
    const changes = diff(drawn({ nodes, edges: [edge('a', 'b')] }), drawn({ nodes, edges: [edge('a', 'c')] }));
    expect(changes).toEqual([
      {
        change: 'path',
        node_id: 'a',
        port: 'next',
        before: 'b',
        after: 'c',
        sentence: 'Wait 1 day now leads to: Add the tag “y”.',
      },
    ]);
    expect(diff(drawn({ nodes, edges: [edge('a', 'b')] }), drawn({ nodes }))[0]).toMatchObject({
      sentence: 'Wait 1 day now ends there.',
    });
  });

  it('says settings one by one', () => {
    const changes = diff(
      drawn({}, { goal: { activity_type: 'order.paid' } }),
      drawn({}, { entry: { limit: { every: { n: 7, unit: 'days' } } }, quiet_hours: { from: '21:00', to: '08:00' } }),
    );
    expect(changes.map(({ sentence }) => sentence)).toEqual([
      'Who may come in again: once → once every 7 days.',
      'The goal: when order.paid happens → never.',
      'Quiet hours: none of its own → 21:00 to 08:00.',
    ]);
  });
});
