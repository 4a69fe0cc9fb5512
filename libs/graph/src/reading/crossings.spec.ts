import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '../model/graph.js';
import { Sides, type Side } from './blocks.js';
import { countCrossings } from './crossings.js';
import { arrange, drawingOf } from './layout.js';
import { fewestInRows } from './layers.fixture.js';
import { crossings, Draft, drawn, numbers, parts, sizes, tangled, type Drawn } from './layout.fixture.js';
import { portsOf } from './readable.js';

const MOST_CHOICES = 8;
const MOST_STEPS = 10;

/** A small drawing whose paths lead to any of the next steps. */
const onward = (tape: readonly number[]): Graph => {
  const draft = new Draft();
  const types = ['wait', 'filter', 'filter', 'switch'] as const;
  const nodes = tape.slice(0, MOST_STEPS).map((n, at) => draft.add(at === 0 ? 'manual' : types[n % 4]!));
  const ways = nodes.flatMap((node, at) => portsOf(node).map((port) => ({ source: node.id, port: port.id, at })));
  ways.forEach(({ source, port, at }, nth) => {
    const to = nodes[at + 1 + ((tape[MOST_STEPS + nth] ?? 0) % 4)];
    if (to) draft.edges.push({ source, port, target: to.id });
  });
  return draft.graph;
};

/** The fewest crossings with the sides taken in any combination. */
const fewestOfAll = (graph: Graph): number | undefined => {
  const drawing = drawingOf(graph, sizes);
  const choices = [...drawing(new Sides()).taken.keys()];
  if (choices.length > MOST_CHOICES) return undefined;
  let least = Infinity;
  for (let mask = 0; mask < 2 ** choices.length; mask += 1) {
    const chosen = new Map(choices.map((key, at): [string, Side] => [key, (mask >> at) & 1 ? 'left' : 'right']));
    least = Math.min(least, drawing(new Sides(chosen)).crossings());
  }
  return least;
};

/** Paths to different steps that run in one line for a while, so that nobody can tell them apart. */
const alongEachOther = ({ lines }: Drawn): string[] => {
  const all = lines.flatMap(({ source, target, corners }) =>
    parts(corners).map(([a, b]) => ({ name: `${source} to ${target}`, target, a, b })),
  );
  const shared = (one: [number, number], two: [number, number]) =>
    Math.min(Math.max(...one), Math.max(...two)) > Math.max(Math.min(...one), Math.min(...two)) + 1;
  return all.flatMap(({ name, target, a, b }, at) =>
    all
      .slice(at + 1)
      .filter((other) => other.target !== target)
      .filter(
        ({ a: c, b: d }) =>
          (a.y === b.y && c.y === d.y && a.y === c.y && shared([a.x, b.x], [c.x, d.x])) ||
          (a.x === b.x && c.x === d.x && a.x === c.x && shared([a.y, b.y], [c.y, d.y])),
      )
      .map((other) => `${name} along ${other.name}`),
  );
};

/** The row of each step, from the top. */
const rowsOf = (graph: Graph) => {
  const { places } = arrange(graph, sizes);
  return (id: string) => Math.round(places.get(id)!.y / (sizes.height + sizes.gapY));
};

describe('where paths cross', () => {
  it('takes the sides of joins with the fewest crossings, as they are seen', () => {
    fc.assert(
      fc.property(numbers(24), (tape) => {
        const graph = tangled(tape);
        const seen = drawn(graph);
        const found = crossings(seen).length + alongEachOther(seen).length;
        expect(countCrossings(seen.lines)).toBe(found);
        const least = fewestOfAll(graph);
        if (least !== undefined) expect(found).toBeLessThanOrEqual(least);
      }),
      { numRuns: 40 },
    );
  });

  it('never has fewer than the best order of its rows has, and less than twice as many', () => {
    const found = { drawings: 0, crossings: 0, fewest: 0 };
    fc.assert(
      fc.property(numbers(40, 20), (tape) => {
        const graph = onward(tape);
        const row = rowsOf(graph);
        const fewest = fewestInRows(graph, row, 6);
        if (fewest === undefined) return;
        const seen = drawn(graph);
        const count = crossings(seen).length + alongEachOther(seen).length;
        expect(count).toBeGreaterThanOrEqual(fewest);
        found.drawings += 1;
        found.crossings += count;
        found.fewest += fewest;
      }),
      { numRuns: 150, seed: 20_261_130 },
    );
    expect(found.drawings).toBeGreaterThan(50);
    expect(found.crossings).toBeLessThan(2 * found.fewest);
  });
});
