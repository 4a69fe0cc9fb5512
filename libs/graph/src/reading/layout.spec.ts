import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Graph } from '../model/graph.js';
import { arrange } from './layout.js';
import {
  COLUMN,
  configs,
  crossings,
  Draft,
  drawn,
  nested,
  numbers,
  parts,
  sizes,
  tangled,
  type Drawn,
} from './layout.fixture.js';
import { indexGraph, reachable } from './walk.js';

const slanted = ({ lines }: Drawn): string[] =>
  lines.flatMap(({ source, target, corners }) =>
    parts(corners).some(([a, b]) => Math.abs(a.x - b.x) > 0.5 && Math.abs(a.y - b.y) > 0.5)
      ? [`${source} to ${target} is slanted`]
      : [],
  );

const overlapping = ({ cards }: Drawn): string[] => {
  const sorted = cards.toSorted((a, b) => a.top - b.top || a.left - b.left);
  return sorted.slice(1).flatMap((card, at) => {
    const before = sorted[at]!;
    const apart = card.top === before.top ? card.left - before.right >= sizes.gapX - 1 : card.top >= before.bottom;
    return apart ? [] : [`${before.id} and ${card.id}`];
  });
};

const throughCards = ({ cards, lines }: Drawn): string[] =>
  lines.flatMap(({ source, target, corners }) =>
    parts(corners).flatMap(([a, b]) =>
      cards
        .filter(
          (card) =>
            Math.max(a.x, b.x) > card.left + 1 &&
            Math.min(a.x, b.x) < card.right - 1 &&
            Math.max(a.y, b.y) > card.top + 1 &&
            Math.min(a.y, b.y) < card.bottom - 1,
        )
        .map((card) => `${source} to ${target} through ${card.id}`),
    ),
  );

/** What must not be seen in any drawing. */
const faults = (seen: Drawn): string[] => [...overlapping(seen), ...throughCards(seen), ...slanted(seen)];

const offCentre = ({ at }: Drawn, joins: ReadonlyMap<string, string>): string[] =>
  [...joins].flatMap(([join, split]) => {
    const [a, b] = [at.get(join)!, at.get(split)!];
    return a.left + a.right === b.left + b.right ? [] : [`${join} below ${split}`];
  });

/** A drawing with one more step on a path. */
const inserted = (graph: Graph, at: number): Graph => {
  const edge = graph.edges[at]!;
  const node = { id: 'new', type: 'wait', config: configs.wait };
  return {
    ...graph,
    nodes: [...graph.nodes, node],
    edges: [
      ...graph.edges.filter((one) => one !== edge),
      { ...edge, target: 'new' },
      { source: 'new', port: 'next', target: edge.target },
    ],
  };
};

/** Whether a path has a column already: it is the only one of its step, or more than an end follows in it. */
const hasColumn = (graph: Graph, { source, target }: Graph['edges'][number]): boolean => {
  const { out, in: into } = indexGraph(graph);
  const alone = out.get(source)?.size === 1;
  return alone || (/^(wait|filter)/.test(target) && into.get(target)?.length === 1);
};

const nothing: string[] = [];

describe('where steps stand', () => {
  it('draws nested paths beside each other, joins below their split, without a crossing', () => {
    fc.assert(
      fc.property(numbers(24), (tape) => {
        const { graph, joins } = nested(tape);
        const seen = drawn(graph);
        const [start] = seen.cards;
        const pinned = start?.left === -140 && start.top === 0 ? [] : ['the start is not where it belongs'];
        const off = offCentre(seen, joins);
        expect([...faults(seen), ...crossings(seen), ...off, ...pinned]).toEqual(nothing);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is as wide as its widest region, however long it is', () => {
    fc.assert(
      fc.property(numbers(24), (tape) => {
        const { graph, width } = nested(tape, true);
        const { cards } = drawn(graph);
        const [left, right] = [cards.map((card) => card.left), cards.map((card) => card.right)];
        expect(Math.max(...right) - Math.min(...left)).toBeLessThanOrEqual(width - sizes.gapX);
      }),
      { numRuns: 1_000 },
    );
  });

  it('moves nothing sideways for a step that has a column, and nothing up to it, nor beside it', () => {
    fc.assert(
      fc.property(numbers(24), fc.nat(), fc.boolean(), (tape, choice, whole) => {
        const { graph } = nested(tape, whole);
        const places = graph.edges.flatMap((edge, at) => (hasColumn(graph, edge) ? [at] : []));
        const place = places[choice % places.length];
        if (place === undefined) return;
        const more = inserted(graph, place);
        const [before, after] = [arrange(graph, sizes).places, arrange(more, sizes).places];
        const behind = reachable(more, ['new']);
        const moved = [...before].filter(([id, was]) => {
          const is = after.get(id)!;
          const stays = is.y < after.get('new')!.y || (whole && !behind.has(id));
          return is.x !== was.x || (stays ? is.y !== was.y : is.y < was.y);
        });
        expect(moved).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leads the paths of any drawing past its cards', () => {
    fc.assert(
      fc.property(numbers(40), (tape) => {
        expect(faults(drawn(tangled(tape)))).toEqual(nothing);
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds all of this for 400 steps', () => {
    fc.assert(
      fc.property(numbers(1_600, 1_200), (tape) => {
        const { graph, joins } = nested(tape);
        const seen = drawn(graph);
        expect([...faults(seen), ...crossings(seen), ...offCentre(seen, joins)]).toEqual(nothing);
        expect(faults(drawn(tangled(tape)))).toEqual(nothing);
      }),
      // Smaller ones are found above; shrinking these would take minutes.
      { numRuns: 8, endOnFailure: true },
    );
  });

  it('keeps the trunk straight past ends at its side', () => {
    const draft = new Draft();
    let from = { source: draft.add('manual').id, port: 'next' };
    for (let at = 0; at < 10; at += 1) {
      const filter = draft.add('filter');
      const end = draft.add('exit');
      draft.edges.push({ ...from, target: filter.id }, { source: filter.id, port: 'no', target: end.id });
      from = { source: filter.id, port: 'yes' };
    }
    const { cards } = drawn(draft.graph);
    expect(new Set(cards.map((card) => card.left))).toEqual(new Set([-140, -140 + COLUMN]));
  });

  it('makes room above a row for notes and for the heads of sections', () => {
    const draft = new Draft();
    const [start, wait, end] = [draft.add('manual'), draft.add('wait'), draft.add('exit')];
    draft.edges.push(
      { source: start.id, port: 'next', target: wait.id },
      { source: wait.id, port: 'next', target: end.id },
    );
    const nodes = draft.nodes.map((node) => (node === end ? { ...node, note: 'Ask Ada' } : node));
    const graph: Graph = { ...draft.graph, nodes, sections: [{ id: 's', node_ids: [wait.id, end.id] }] };
    const { places } = arrange(graph, { ...sizes, noteRoom: 40, sectionRoom: 50 });
    expect([...places.values()].map(({ y }) => y)).toEqual([0, 188 + 50, 2 * 188 + 50 + 40]);
  });
});
