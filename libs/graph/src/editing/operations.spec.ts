import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copySteps, insertAt, pasteSteps, refusal, removeAll, connectionRefusal } from './edits.js';
import type { Graph } from '../model/graph.js';
import { disjoint, putOnTop, shared, stillToDo } from './merge.js';
import { apply, applyAll, OperationError, type AutomationDocument, type Operation } from './operations.js';
import { recipes } from './recipes.js';
import { successor } from '../reading/walk.js';

const recipe = (id: string): AutomationDocument => {
  const found = recipes.find((one) => one.id === id);
  if (!found) throw new Error(id);
  return { name: 'Test', graph: found.graph, settings: found.settings };
};
const abandoned = recipe('abandoned-checkout');
const graphAfter = (list: Operation[]): Graph => applyAll(abandoned, list).document.graph;
const byId = (graph: Graph) => ({
  ...graph,
  nodes: graph.nodes.toSorted((a, b) => a.id.localeCompare(b.id)),
  edges: graph.edges.toSorted((a, b) => `${a.source}:${a.port}`.localeCompare(`${b.source}:${b.port}`)),
});

describe('operations', () => {
  const ids = abandoned.graph.nodes.map((node) => node.id);
  const anyId = fc.constantFrom(...ids, 'new', 'gone');
  const port = fc.constantFrom('next', 'yes', 'no', 'happened', 'timed_out');
  const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
    fc.record({ op: fc.constant('add_node' as const), node: fc.constant({ id: 'new', type: 'exit', config: {} }) }),
    fc.record({ op: fc.constant('remove_node' as const), node_id: anyId }),
    fc.record({ op: fc.constant('set_config' as const), node_id: anyId, config: fc.constant({ reason: 'changed' }) }),
    fc.record({ op: fc.constant('set_note' as const), node_id: anyId, note: fc.constantFrom('hm', null) }),
    fc.record({
      op: fc.constant('move_node' as const),
      node_id: anyId,
      position: fc.constantFrom({ x: 1, y: 2 }, null),
    }),
    fc.record({ op: fc.constant('connect' as const), source: anyId, port, target: anyId }),
    fc.record({ op: fc.constant('disconnect' as const), source: anyId, port }),
    fc.record({ op: fc.constant('rename' as const), name: fc.constant('Other') }),
  );

  it('can all be undone, and leave the document they were given alone', () => {
    const frozen = JSON.stringify(abandoned);
    let applied = 0;
    fc.assert(
      fc.property(fc.array(anyOperation, { maxLength: 12 }), (list) => {
        let changed;
        try {
          changed = applyAll(abandoned, list);
        } catch (error) {
          expect(error).toBeInstanceOf(OperationError);
          return;
        }
        applied += 1;
        const back = applyAll(changed.document, changed.inverse).document;
        expect({ ...back, graph: byId(back.graph) }).toEqual({ ...abandoned, graph: byId(abandoned.graph) });
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(applied).toBeGreaterThan(50);
    expect(JSON.stringify(abandoned)).toBe(frozen);
  });

  it('say which of a list does not fit', () => {
    const list: Operation[] = [
      { op: 'rename', name: 'x' },
      { op: 'remove_node', node_id: 'gone' },
    ];
    expect(() => applyAll(abandoned, list)).toThrow(
      expect.objectContaining({ index: 1, message: expect.stringContaining('gone') }),
    );
  });

  it('know what they have in common', () => {
    const config: Operation = { op: 'set_config', node_id: 'wait', config: {} };
    expect(disjoint([config], [{ op: 'set_config', node_id: 'end', config: {} }])).toBe(true);
    expect(disjoint([config], [{ op: 'remove_node', node_id: 'wait' }])).toBe(false);
    expect(disjoint([config], [{ op: 'replace_graph', graph: abandoned.graph }])).toBe(false);
    expect(disjoint([{ op: 'rename', name: 'x' }], [{ op: 'replace_graph', graph: abandoned.graph }])).toBe(true);
  });

  it('name what cannot follow the other’s unseen: paths at a removed step, from either side, and whole drawings', () => {
    const connect: Operation = { op: 'connect', source: 'start', port: 'next', target: 'wait' };
    const remove: Operation = { op: 'remove_node', node_id: 'wait' };
    const away: Operation = { op: 'connect', source: 'wait', port: 'happened', target: 'end' };
    const whole: Operation = { op: 'replace_graph', graph: abandoned.graph };
    expect(shared([connect], [remove])).toEqual(['start:next']);
    expect(shared([away], [remove])).toEqual(['wait:happened']);
    expect(shared([remove], [connect])).toEqual(['wait']);
    const back: Operation = { op: 'add_node', node: { id: 'wait', type: 'wait', config: {} } };
    expect(shared([connect], [remove, back])).toEqual([]);
    expect(shared([connect, { op: 'rename', name: 'x' }], [whole])).toEqual(['start:next']);
    expect(shared([whole], [connect])).toEqual([':graph']);
    expect(shared([whole], [{ op: 'rename', name: 'x' }])).toEqual([]);
  });

  it('are not done twice where both did the same', () => {
    const connect: Operation = { op: 'connect', source: 'start', port: 'next', target: 'wait' };
    const remove: Operation = { op: 'remove_node', node_id: 'wait' };
    const cut: Operation = { op: 'disconnect', source: 'wait', port: 'happened' };
    const rename: Operation = { op: 'rename', name: 'x' };
    expect(stillToDo([connect, cut, rename], [cut, connect])).toEqual([rename]);
    expect(stillToDo([remove, rename], [connect, remove])).toEqual([rename]);
    // What they led there went again with the step.
    expect(stillToDo([connect], [connect, remove])).toEqual([connect]);
    expect(stillToDo([connect], [connect, { op: 'replace_graph', graph: abandoned.graph }])).toEqual([connect]);
    expect(stillToDo([connect, cut], [{ ...connect, target: 'end' }])).toEqual([connect, cut]);
  });

  it('are put on top one by one, and those that no longer fit are told', () => {
    const fits: Operation = { op: 'set_note', node_id: 'end', note: 'hm' };
    const gone: Operation = { op: 'set_config', node_id: 'gone', config: {} };
    const { document, kept, lost } = putOnTop(abandoned, [gone, fits]);
    expect([kept, lost]).toEqual([[fits], [gone]]);
    expect(document).toEqual(apply(abandoned, fits).document);
  });
});

describe('edits', () => {
  const pause = { id: 'pause', type: 'wait', config: { for: { n: 1, unit: 'hours' as const } } };

  it('insert on a path keeps what follows', () => {
    const after = graphAfter(insertAt(abandoned.graph, pause, { source: 'start', port: 'next' }));
    expect(successor(after, 'start', 'next')?.id).toBe('pause');
    expect(successor(after, 'pause', 'next')?.id).toBe('first-mail');
  });

  it('say why a step cannot go somewhere', () => {
    expect(refusal(abandoned.graph, 'manual', undefined)).toMatch(/already has a start/);
    expect(refusal(abandoned.graph, 'exit', { source: 'start', port: 'next' })).toMatch(/Other steps follow/);
    expect(refusal(abandoned.graph, 'exit', { source: 'second-mail', port: 'next' })).toBeUndefined();
    expect(connectionRefusal(abandoned.graph, { source: 'second-mail', port: 'next' }, 'enrolled')).toMatch(
      /without a wait/,
    );
    expect(connectionRefusal(abandoned.graph, { source: 'second-mail', port: 'next' }, 'wait')).toBeUndefined();
    expect(connectionRefusal(abandoned.graph, { source: 'second-mail', port: 'next' }, 'start')).toMatch(/start/);
  });

  it('removing heals the path', () => {
    const after = graphAfter(removeAll(abandoned.graph, ['first-mail']));
    expect(successor(after, 'start', 'next')?.id).toBe('wait');
    const shorter = graphAfter(removeAll(abandoned.graph, ['first-mail', 'wait']));
    expect(successor(shorter, 'start', 'next')?.id).toBe('enrolled');
  });

  it('removing a split keeps the way that was chosen, and takes the other along when asked', () => {
    const after = graphAfter(removeAll(abandoned.graph, ['enrolled'], { survive: 'no', withOrphans: true }));
    expect(successor(after, 'wait', 'happened')?.id).toBe('second-mail');
    expect(after.nodes.map((node) => node.id)).not.toContain('end');
  });

  it('copies steps as text and pastes them under new ids in reading order', () => {
    const copied = JSON.parse(copySteps(abandoned.graph, ['first-mail', 'wait'])) as {
      steps: Graph['nodes'];
      edges: Graph['edges'];
    };
    let count = 0;
    const pasted = pasteSteps(
      abandoned.graph,
      { nodes: copied.steps, edges: copied.edges },
      { source: 'second-mail', port: 'next' },
      () => `p${(count += 1)}`,
    );
    const after = graphAfter(pasted?.operations ?? []);
    expect(successor(after, 'second-mail', 'next')?.type).toBe('send_email');
    expect(successor(after, pasted?.ids[0] ?? '', 'next')?.id).toBe(pasted?.ids[1]);
  });

  it('does not remove what does not exist', () => {
    expect(() => apply(abandoned, { op: 'remove_node', node_id: 'gone' })).toThrow(OperationError);
    expect(removeAll(abandoned.graph, ['gone'])).toEqual([]);
  });
});
