import type { Graph, GraphNode, Point } from '../model/graph.js';
import { blocksOf, OUTSIDE, Sides, type Block, type Side, type Turn } from './blocks.js';
import { countCrossings, type DrawnLine } from './crossings.js';
import { portsOf } from './readable.js';
import { regionsOf, type Regions, type Way } from './regions.js';
import { indexGraph } from './walk.js';

export interface LayoutSizes {
  width: number;
  height: number;
  /** Between neighbours. */
  gapX: number;
  /** Between rows: what a path says, and the room in which it goes across. */
  gapY: number;
  /** Of a step that is wider than the others; it keeps its place by its middle. */
  widthOf?: (node: GraphNode) => number;
  /** More room above a row in which a step has a note. */
  noteRoom?: number;
  /** More room above a row in which a section begins. */
  sectionRoom?: number;
}

export const cardSizes: LayoutSizes = { width: 280, height: 96, gapX: 40, gapY: 84 };

/** Where a way out leaves a card, from the card's left edge: ways out share its width evenly. */
export const wayOutX = (at: number, ways: number, width: number): number => (width * (at + 0.5)) / Math.max(1, ways);

export interface Arrangement {
  /** Top left corner per step, as if it were of the usual width. */
  places: Map<string, Point>;
  /** How a path gets to its step, by `source:port`: straight to the height of each point, then across to it. */
  turns: Map<string, Point[]>;
}

/** Width of the column of a path that runs past steps, as a share of a step's. */
const LANE = 0.2;
/** Where paths go across, as shares of the gap between two rows: what they say and the `+` stand above. */
const TURNS = { out: [0.6, 0.68], aside: [0.7, 0.77], join: 0.79, back: 0.9 } as const;

/**
 * Places of all steps and ways of all paths, in pixels, top-down, the start at the top with its middle at 0. Paths
 * stand side by side below their step, in the order of its ways out. A join stands exactly below the step where its
 * paths parted, and the drawing goes on from there as if they never had; a path that ends keeps its column. Paths that
 * are not nested like brackets run past the steps between in columns of their own, and cross where they must: where one
 * can run past a join on either side, it takes that with fewer crossings.
 *
 * Pure, and quick enough to run on every change. An insertion moves nothing that is above it, and sideways only if it
 * needs a column that was not there.
 */
export const arrange = (graph: Graph, sizes: LayoutSizes = cardSizes): Arrangement => {
  const drawing = drawingOf(graph, sizes);
  const first = drawing(new Sides());
  return graph.nodes.length > MOST_STEPS_TRIED ? first : fewestCrossings(first, drawing);
};

/** An arrangement, with the sides that were taken for it. */
interface Tried extends Arrangement {
  taken: ReadonlyMap<string, Side>;
  crossings: () => number;
}

/** Of larger drawings the first arrangement is taken: they are to be laid out in one frame or two. */
const MOST_STEPS_TRIED = 60;
/** With so many choices all combinations are tried; with more each choice by itself, as long as that makes it better. */
const MOST_COMBINED = 6;
const MOST_TRIES = 64;

/**
 * Where paths can run past a join on either side, that with the fewest crossings in the whole drawing. Joins stay where
 * they stand, and paths in the order of their ways out.
 */
const fewestCrossings = (first: Tried, drawing: (sides: Sides) => Tried): Tried => {
  if (first.taken.size === 0) return first;
  let [best, least] = [first, first.crossings()];
  const attempt = (chosen: ReadonlyMap<string, Side>): boolean => {
    const tried = drawing(new Sides(chosen));
    const count = tried.crossings();
    if (count >= least) return false;
    [best, least] = [tried, count];
    return true;
  };
  const choices = [...first.taken];
  if (choices.length <= MOST_COMBINED) {
    for (let mask = 1; least > 0 && mask < 2 ** choices.length; mask += 1)
      attempt(new Map(choices.map(([key, side], at) => [key, (mask >> at) & 1 ? other(side) : side])));
    return best;
  }
  let tries = 0;
  for (let better = true; better;) {
    better = false;
    for (const [key, side] of best.taken) {
      if (least === 0 || tries === MOST_TRIES) return best;
      tries += 1;
      if (attempt(new Map([...best.taken, [key, other(side)]]))) better = true;
    }
  }
  return best;
};

const other = (side: Side): Side => (side === 'left' ? 'right' : 'left');

/** Lays a drawing out, with the sides that are taken of joins; what does not hang on them is looked up once. */
export const drawingOf = (graph: Graph, sizes: LayoutSizes): ((sides: Sides) => Tried) => {
  const regions = regionsOf(graph);
  const { nodes } = indexGraph(graph);
  const widthOf = (id: string): number => {
    const node = nodes.get(id);
    return (node && sizes.widthOf?.(node)) ?? sizes.width;
  };
  const ports = new Map(graph.nodes.map((node) => [node.id, portsOf(node).length]));
  const leaves = ({ source, at }: Way): number => {
    const width = widthOf(source);
    return at === undefined ? 0 : wayOutX(at, ports.get(source) ?? 1, width) - width / 2;
  };
  const blockSizes = {
    half: (id: string) => (Math.max(sizes.width, widthOf(id)) + sizes.gapX) / 2,
    leaves,
    lane: LANE * sizes.width,
    ends: (id: string) => ports.get(id) === 0 && (regions.ways.get(id)?.length ?? 0) === 0,
  };
  return (sides) => {
    const blocks = blocksOf(regions, blockSizes, sides);
    const spots = spotsOf(regions, blocks);
    const rows = rowsOf(graph, spots, sizes);
    const places = new Map<string, Point>();
    for (const { id } of graph.nodes) {
      const { x, row } = spots.get(id) ?? { x: 0, row: 0 };
      places.set(id, { x: x - sizes.width / 2, y: rows.top(row) });
    }
    const turns = turnsOf(regions, blocks, spots, rows);
    const lines = () =>
      [...[...regions.ways.values()].flat(), ...regions.loops].map((way): DrawnLine => {
        const [from, to] = [spots.get(way.source), spots.get(way.target)];
        const begin = { x: (from?.x ?? 0) + leaves(way), y: rows.top(from?.row ?? 0) + sizes.height };
        const end = { x: to?.x ?? 0, y: rows.top(to?.row ?? 0) };
        return { target: way.target, corners: cornersOf(begin, turns.get(way.key) ?? [], end) };
      });
    return { places, turns, taken: sides.taken, crossings: () => countCrossings(lines()) };
  };
};

/** Corner points of a path: from where it leaves its step, over its turns, to the top of the next step. */
export const cornersOf = (from: Point, turns: readonly Point[], to: Point): Point[] => {
  const points = [from];
  let x = from.x;
  for (const turn of turns) {
    points.push({ x, y: turn.y }, turn);
    x = turn.x;
  }
  return [...points, to];
};

/** Places only. */
export const layout = (graph: Graph, sizes: LayoutSizes = cardSizes): Map<string, Point> =>
  arrange(graph, sizes).places;

/** The middle and the row of a step. */
interface Spot {
  x: number;
  row: number;
}

/** From places inside of blocks to places in the drawing, the first start at 0. */
const spotsOf = ({ order, roots }: Regions, blocks: ReadonlyMap<string, Block>): Map<string, Spot> => {
  const spots = new Map<string, Spot>([[OUTSIDE, { x: 0, row: -1 }]]);
  for (const id of [OUTSIDE, ...order]) {
    const spot = spots.get(id);
    for (const part of (spot && blocks.get(id)?.parts) ?? [])
      spots.set(part.id, { x: (spot?.x ?? 0) + part.x, row: (spot?.row ?? 0) + part.row });
  }
  const start = spots.get(roots[0] ?? OUTSIDE)?.x ?? 0;
  for (const spot of spots.values()) spot.x -= start;
  return spots;
};

interface Rows {
  top: (row: number) => number;
  /** A height in the gap below a row, as a share of that gap. */
  below: (row: number, share: number) => number;
  /** A height in the gap above a row, but above what stands there over the steps. */
  above: (row: number, share: number) => number;
}

/** Heights of rows: all alike, but for those that have notes above their steps or sections that begin. */
const rowsOf = (graph: Graph, spots: ReadonlyMap<string, Spot>, sizes: LayoutSizes): Rows => {
  const { noteRoom = 0, sectionRoom = 0 } = sizes;
  const noted = new Set<number>();
  for (const node of graph.nodes) if (node.note) noted.add(spots.get(node.id)?.row ?? 0);
  const begun = new Set<number>();
  for (const { node_ids = [] } of graph.sections ?? []) {
    const inside = node_ids.flatMap((id) => spots.get(id)?.row ?? []);
    if (inside.length > 0) begun.add(inside.reduce((first, row) => Math.min(first, row)));
  }
  const room = (row: number) => (noted.has(row) ? noteRoom : 0) + (begun.has(row) ? sectionRoom : 0);
  const tops = [0];
  const last = [...spots.values()].reduce((most, { row }) => Math.max(most, row), 0);
  for (let row = 1; row <= last; row += 1) tops.push((tops[row - 1] ?? 0) + sizes.height + sizes.gapY + room(row));
  const top = (row: number) => tops[row] ?? 0;
  return {
    top,
    below: (row, share) => Math.round(top(row) + sizes.height + share * sizes.gapY),
    above: (row, share) => Math.round(top(row) - room(row) - (1 - share) * sizes.gapY),
  };
};

const turnsOf = (
  { order, loops }: Regions,
  blocks: ReadonlyMap<string, Block>,
  spots: ReadonlyMap<string, Spot>,
  rows: Rows,
): Map<string, Point[]> => {
  const found = new Map<string, Point[]>();
  const lanes = new Map<string, number>();
  for (const id of [OUTSIDE, ...order]) {
    const [spot, block] = [spots.get(id), blocks.get(id)];
    if (!spot || !block) continue;
    // From the last to the first, and outer blocks before inner ones: a path turns in the inner ones first.
    for (const turn of block.turns.toReversed()) {
      const row = spot.row + turn.row;
      const point = { x: Math.round(spot.x + turn.x), y: rows[turn.side](row, shareOf(turn)) };
      found.set(turn.key, [point, ...(found.get(turn.key) ?? [])]);
    }
    for (const { key, x } of block.lanes) lanes.set(key, Math.round(spot.x + x));
  }
  for (const way of loops) found.set(way.key, backTo(way, lanes.get(way.key) ?? 0, spots, rows));
  return found;
};

/** How far down in its gap a path goes across: out of a step, then aside, then to a join, so that each can follow. */
const shareOf = ({ side, level, levels }: Turn): number => {
  if (levels === 0) return TURNS.join;
  const [first, last] = side === 'below' ? TURNS.out : TURNS.aside;
  return first + (levels > 1 ? (level / (levels - 1)) * (last - first) : 0);
};

/** Below its step to a column at the side, up there, and in above the step it leads back to. */
const backTo = ({ source, target }: Way, lane: number, spots: ReadonlyMap<string, Spot>, rows: Rows): Point[] => {
  const [from, to] = [spots.get(source), spots.get(target)];
  return [
    { x: lane, y: rows.below(from?.row ?? 0, TURNS.back) },
    { x: to?.x ?? 0, y: rows.above(to?.row ?? 0, TURNS.join) },
  ];
};
