import { describe, expect, it } from '@jest/globals';
import { growth } from '#testing';
import { validate } from './checks/validate.js';
import { applyAll, type Operation } from './editing/operations.js';
import { emptyGraph, graph, MAX_NODES, type Graph } from './model/graph.js';
import { diff } from './reading/diff.js';

const rules = {
  operator: 'AND',
  conditions: Array.from({ length: 6 }, (_, at) => ({ field: `attributes.f${at}`, operator: 'eq', value: `v${at}` })),
};
const step = (at: number, ways: number) =>
  at === 0
    ? { id: 'n0', type: 'activity_received', config: { activity_type: 'checkout.abandoned' } }
    : ways === 1
      ? { id: `n${at}`, type: 'wait', config: { for: { n: 1, unit: 'days' } } }
      : { id: `n${at}`, type: 'filter', config: { rules } };

/** Steps in a row; with two ways each they join again after a few, so that the number of walks doubles at each step. */
const drawing =
  (ways: 1 | 2) =>
  (steps: number): Graph =>
    graph.parse({
      nodes: Array.from({ length: steps }, (_, at) => step(at, ways)),
      edges: Array.from({ length: steps - 1 }, (_, at) =>
        (at === 0 || ways === 1 ? ['next'] : ['yes', 'no']).map((port, way) => ({
          source: `n${at}`,
          port,
          target: `n${Math.min(steps - 1, at + 1 + way)}`,
        })),
      ).flat(),
    });
/** A chain that leads back, so that whoever looks for loops has somewhere to go. */
const loop = (steps: number): Graph => {
  const chain = drawing(2)(steps);
  return { ...chain, edges: [...chain.edges, { source: `n${steps - 1}`, port: 'yes', target: 'n1' }] };
};
const operations = (count: number): Operation[] =>
  Array.from({ length: count }, (_, at) => ({
    op: 'add_node',
    node: { ...step(1, 1), id: `n${at}` } as Graph['nodes'][number],
  }));

/** Bounded at so many steps; half of it doubles to the bound. */
const HALF = MAX_NODES / 2;

describe('work on drawings that grows faster than they do', () => {
  it.each([
    ['steps in a row', () => growth(HALF, drawing(1), (of) => validate(structuredClone(of)))],
    ['steps of two ways', () => growth(HALF, drawing(2), (of) => validate(structuredClone(of)))],
    ['steps in a loop', () => growth(HALF, loop, (of) => validate(structuredClone(of)))],
    [
      'steps that are compared',
      () => growth(HALF, drawing(2), (of) => diff({ graph: of, settings: {} }, { graph: emptyGraph(), settings: {} })),
    ],
    ['steps that are parsed', () => growth(HALF, drawing(2), (of) => graph.parse(of))],
    [
      'values in a step',
      () =>
        growth(
          10_000,
          (count) => ({
            nodes: [{ id: 'a', type: 'manual', config: { list: Array.from({ length: count }, () => 'x') } }],
            edges: [],
          }),
          (of) => graph.safeParse(of),
        ),
    ],
  ])('is not there: twice the %s, less than three times the time', async (_name, ratio) => {
    expect(await ratio()).toBeLessThan(3);
  });

  it('is not there: twice the operations, and a document that grows with them, at most four times the time', async () => {
    // Each makes a new document, which is read as it was between any two.
    const ratio = await growth(HALF / 2, operations, (of) =>
      applyAll({ name: 'x', graph: emptyGraph(), settings: {} }, of),
    );
    expect(ratio).toBeLessThan(4.5);
  });
});
