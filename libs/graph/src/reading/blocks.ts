import type { Regions, Way } from './regions.js';

/** What the layout has to know about sizes, in pixels. */
export interface BlockSizes {
  /** Half of what a step takes in its row, half of the gap beside it included. */
  half: (id: string) => number;
  /** Where a way leaves its step, from the step's middle. */
  leaves: (way: Way) => number;
  /** Width of the column of a path that runs past steps. */
  lane: number;
  /** True for a step without ways out. */
  ends: (id: string) => boolean;
}

export type Side = 'left' | 'right';

/** On which side of each join the paths run past it that could take either; some may be chosen beforehand. */
export class Sides {
  /** Those that were asked for, by join and way. */
  readonly taken = new Map<string, Side>();

  constructor(private readonly chosen: ReadonlyMap<string, Side> = new Map()) {}

  take(join: string, way: Way, usual: Side): Side {
    const key = `${join} ${way.key}`;
    const side = this.chosen.get(key) ?? usual;
    this.taken.set(key, side);
    return side;
  }
}

/** A path that goes across to another column, in the gap below one row or above another. */
export interface Turn {
  key: string;
  /** Where to, from the middle of the block. */
  x: number;
  /** Counted from the block's own row. */
  row: number;
  side: 'below' | 'above';
  /** Of the turns that must not lie on each other: which one, from 0 (the uppermost), and of how many. */
  level: number;
  levels: number;
}

/** A path on its way down out of a block, to a join that lies further out; or on its way back up. */
interface Line {
  way: Way;
  /** Its column. */
  x: number;
  /** The row below which it runs in that column. */
  row: number;
}

/** How far down a block takes a part of its width. */
interface Strip {
  left: number;
  right: number;
  row: number;
}

/**
 * The region of a step, laid out. All x are counted from the middle of the step, all rows from its row, so that a
 * block is put into the one around it as it is.
 */
export interface Block {
  /** How far it reaches to both sides, as positive numbers. */
  left: number;
  right: number;
  /** How far to both sides without what ends or runs past at its sides: the middle is the middle of this. */
  core: number;
  /** How far it reaches in its first row. */
  head: { left: number; right: number };
  strips: Strip[];
  lines: Line[];
  loops: Line[];
  /** The blocks inside. */
  parts: { id: string; x: number; row: number }[];
  turns: Turn[];
  /** Columns in which paths lead back up to this step, by way. */
  lanes: { key: string; x: number }[];
}

/** Something that stands in the row below a step: a block, or a path that runs past the row. */
type Item =
  { is: 'block' | 'leaf'; id: string; block: Block; ways: Way[]; x: number } | { is: 'line'; ways: [Way]; x: number };

/** The name of the block around everything, where a drawing has several starts. */
export const OUTSIDE = '';

/**
 * Lays out every region, from the innermost to the outermost. What one region looks like depends on what is in it and
 * on nothing else, which is why an insertion moves nothing that need not move.
 * @returns a block for each step, and one for `OUTSIDE`, whose row is the one above the starts
 */
export const blocksOf = (regions: Regions, sizes: BlockSizes, sides: Sides = new Sides()): Map<string, Block> => {
  const blocks = new Map<string, Block>();
  const joins = new Map<string, string[]>();
  for (const id of regions.order) {
    if (!regions.joins.has(id)) continue;
    const around = regions.parted.get(id) ?? OUTSIDE;
    joins.set(around, [...(joins.get(around) ?? []), id]);
  }
  const loops = new Map<string, Way[]>();
  for (const way of regions.loops) loops.set(way.source, [...(loops.get(way.source) ?? []), way]);

  const lay = (id: string, half: number, ways: readonly Way[]): Block => {
    const row = rowBelow(id, ways);
    const block: Block = {
      left: half,
      right: half,
      core: half,
      head: { left: half, right: half },
      strips: [],
      lines: [],
      loops: (loops.get(id) ?? []).map((way) => ({ way, x: sizes.leaves(way), row: 0 })),
      parts: [],
      turns: id === OUTSIDE ? [] : turnsInto(row, sizes.leaves),
      lanes: [],
    };
    for (const item of row) {
      if (item.is === 'line') {
        block.lines.push({ way: item.ways[0], x: item.x, row: 0 });
        if (row.length > 1) widen(block, item.x - sizes.lane / 2, item.x + sizes.lane / 2);
      } else place(block, item.id, item.block, item.x, 1, item.is === 'leaf');
      if (item.is === 'block') block.core = Math.max(block.core, item.block.core - item.x, item.block.core + item.x);
    }
    for (const join of joins.get(id) ?? []) putJoin(block, join);
    leadBack(block, id);
    const own = { left: -half, right: half, row: 0 };
    if (!block.strips.some((strip) => strip.left <= own.left && strip.right >= own.right)) block.strips.push(own);
    return block;
  };

  /** The row below a step, in the order of its ways out, from left to right; x from the step's middle. */
  const rowBelow = (id: string, ways: readonly Way[]): Item[] => {
    const items: Item[] = [];
    const below = new Map<string, Way[]>();
    for (const way of ways) {
      const { target } = way;
      const block = regions.joins.has(target) ? undefined : blocks.get(target);
      const known = below.get(target);
      if (!block) items.push({ is: 'line', ways: [way], x: 0 });
      else if (known) known.push(way);
      else {
        const led = [way];
        below.set(target, led);
        items.push({ is: sizes.ends(target) ? 'leaf' : 'block', id: target, block, ways: led, x: 0 });
      }
    }
    const lines = items.every((item) => item.is === 'line');
    if (lines && id !== OUTSIDE && spread(items, sizes)) return items;
    return sideBySide(items, sizes.lane);
  };

  /** Puts a join, with all that follows, under the step; paths to later joins go round it. */
  const putJoin = (block: Block, id: string): void => {
    const join = blocks.get(id);
    if (!join) return;
    const arriving = block.lines.filter(({ way }) => way.target === id);
    const passing = block.lines.filter(({ way }) => way.target !== id);
    const { moves, left, right } = goRound(passing, arriving, join, sizes.lane, (line, usual) =>
      sides.take(id, line.way, usual),
    );
    const columns = [...arriving, ...moves.keys()].map(({ x }) => x);
    const reach = { left: Math.min(left, ...columns), right: Math.max(right, ...columns) };
    const above = [
      ...block.strips.filter((strip) => strip.right > reach.left && strip.left < reach.right),
      ...arriving,
      ...moves.keys(),
    ];
    const row = 1 + above.reduce((lowest, each) => Math.max(lowest, each.row), 0);
    for (const { way } of arriving) block.turns.push({ key: way.key, x: 0, row, side: 'above', level: 0, levels: 0 });
    for (const [line, move] of moves) block.turns.push({ key: line.way.key, row, side: 'above', ...move });
    // Down to here nothing else may be put into the columns they leave.
    for (const { x } of [...arriving, ...moves.keys()])
      block.strips.push({ left: x - sizes.lane / 2, right: x + sizes.lane / 2, row: row - 1 });
    block.lines = passing.map((line) => {
      const move = moves.get(line);
      return move ? { ...line, x: move.x, row } : line;
    });
    place(block, id, join, 0, row, false);
    widen(block, left, right);
    block.core = Math.max(block.core, join.core);
  };

  /** Gives each path that leads back up to this step a column beside the whole block. */
  const leadBack = (block: Block, id: string): void => {
    const mine = block.loops.filter(({ way }) => way.target === id || id === OUTSIDE);
    if (mine.length === 0) return;
    block.loops = block.loops.filter((line) => !mine.includes(line));
    for (const { way, x, row } of mine) {
      const lane = x < 0 ? -block.left - sizes.lane / 2 : block.right + sizes.lane / 2;
      block.lanes.push({ key: way.key, x: lane });
      block.strips.push({ left: lane - sizes.lane / 2, right: lane + sizes.lane / 2, row });
      widen(block, lane - sizes.lane / 2, lane + sizes.lane / 2);
    }
    block.head = { left: block.left, right: block.right };
  };

  for (const id of regions.order.toReversed()) blocks.set(id, lay(id, sizes.half(id), regions.ways.get(id) ?? []));
  const starts = regions.roots.map((root): Way => ({ key: '', source: OUTSIDE, target: root, at: undefined }));
  blocks.set(OUTSIDE, lay(OUTSIDE, 0, starts));
  return blocks;
};

const widen = (block: Block, left: number, right: number): void => {
  block.left = Math.max(block.left, -left);
  block.right = Math.max(block.right, right);
};

/** Puts a block into another one. */
const place = (around: Block, id: string, block: Block, x: number, row: number, leaf: boolean): void => {
  around.parts.push({ id, x, row });
  for (const strip of block.strips)
    around.strips.push({ left: strip.left + x, right: strip.right + x, row: strip.row + row });
  for (const line of block.lines) around.lines.push({ ...line, x: line.x + x, row: line.row + row });
  for (const loop of block.loops) around.loops.push({ ...loop, x: loop.x + x, row: loop.row + row });
  const sides = leaf ? block.head : block;
  widen(around, x - sides.left, x + sides.right);
};

/** Leaves paths that all run past the row where they leave their step, if they do not come too close. */
const spread = (items: Item[], { leaves, lane }: BlockSizes): boolean => {
  const places = items.map((item) => (items.length === 1 ? 0 : leaves(item.ways[0])));
  if (places.some((x, at) => at > 0 && x - (places[at - 1] ?? 0) < lane)) return false;
  items.forEach((item, at) => (item.x = places[at] ?? 0));
  return true;
};

/**
 * Puts the items of a row beside each other as closely as they go, and the step above the middle of what goes on: the
 * blocks, or where there are none the paths that run past. A step that ends its path takes room in its own row only,
 * so that a long drawing with ends at its side is two columns wide and its trunk straight.
 */
const sideBySide = (items: Item[], lane: number): Item[] => {
  let front = -Infinity;
  let deep = -Infinity;
  for (const item of items) {
    const sides = item.is === 'line' ? undefined : item.block;
    const head = sides?.head ?? { left: lane / 2, right: lane / 2 };
    const body = item.is === 'leaf' ? undefined : (sides ?? head);
    const from = Math.max(front + head.left, body ? deep + body.left : -Infinity);
    item.x = Number.isFinite(from) ? from : 0;
    front = item.x + head.right;
    if (body) deep = item.x + body.right;
    if (item.is === 'line') front = deep;
  }
  const ranked = (['block', 'line', 'leaf'] as const).map((is) => items.filter((item) => item.is === is));
  const main = ranked.find((some) => some.length > 0) ?? [];
  // Whole pixels, so that lines and cards meet.
  const core = (item: Item | undefined) => (item?.is === 'block' ? item.block.core : 0);
  const [first, last] = [main[0], main.at(-1)];
  const middle = Math.round(((first?.x ?? 0) - core(first) + (last?.x ?? 0) + core(last)) / 2);
  for (const item of items) item.x -= middle;
  return items;
};

/** The turns from the ways out to the items of a row: the outer ones above the inner ones, so that none cross. */
const turnsInto = (row: readonly Item[], leaves: (way: Way) => number): Turn[] => {
  const turns = row.flatMap((item) => item.ways.map((way) => ({ key: way.key, from: leaves(way), x: item.x })));
  const leftward = turns.filter(({ from, x }) => x < from);
  const rightward = turns.filter(({ from, x }) => x > from).toReversed();
  return levelled(leftward, rightward, ({ from }) => from).map(({ item: { key, x }, level, levels }): Turn => {
    return { key, x, row: 0, side: 'below', level, levels };
  });
};

/**
 * Heights for what goes across to the left and to the right, each the uppermost first: heights of their own where some
 * of both would lie on each other, else the same ones.
 */
const levelled = <T>(leftward: readonly T[], rightward: readonly T[], from: (item: T) => number) => {
  const swap = Math.max(...leftward.map(from)) > Math.min(...rightward.map(from));
  const all = leftward.length + rightward.length;
  return [
    ...leftward.map((item, level) => ({ item, level, levels: swap ? all : leftward.length })),
    ...rightward.map((item, at) => ({
      item,
      level: swap ? leftward.length + at : at,
      levels: swap ? all : rightward.length,
    })),
  ];
};

interface Round {
  /** New columns of the paths that would run through the join, with the heights at which they get there. */
  moves: Map<Line, Pick<Turn, 'x' | 'level' | 'levels'>>;
  /** What the join and the columns beside it take, from the middle. */
  left: number;
  right: number;
}

/**
 * Leads paths past a join: each to the side where fewer of the paths to the join would be crossed, else to the side on
 * which it is; those that are beside it anyway keep their column.
 */
const goRound = (
  passing: readonly Line[],
  arriving: readonly Line[],
  join: Block,
  lane: number,
  take: (line: Line, usual: Side) => Side,
): Round => {
  const sideOf = (passed: Line): Side => {
    const { x } = passed;
    if (x <= -join.left - lane / 2) return 'left';
    if (x >= join.right + lane / 2) return 'right';
    const [left, right] = [arriving.filter((line) => line.x < x).length, arriving.filter((line) => line.x > x).length];
    return take(passed, left === right ? (x < 0 ? 'left' : 'right') : left < right ? 'left' : 'right');
  };
  const sides = new Map(passing.map((line) => [line, sideOf(line)]));
  const sorted = passing.toSorted((a, b) => a.x - b.x);
  const right = outside(
    sorted.filter((line) => sides.get(line) === 'right'),
    join.right,
    lane,
    1,
  );
  const left = outside(sorted.filter((line) => sides.get(line) === 'left').toReversed(), join.left, lane, -1);
  const moves = levelled(left.moved, right.moved, ([{ x }]) => x).map(({ item: [line, x], level, levels }) => {
    return [line, { x, level, levels }] as const;
  });
  return { moves: new Map(moves), left: -left.edge, right: right.edge };
};

/** New columns beside an edge for the paths that are not outside of it; the outermost first, which goes across above. */
const outside = (lines: readonly Line[], from: number, lane: number, sign: 1 | -1) => {
  let edge = from;
  const moved: [line: Line, x: number][] = [];
  for (const line of lines) {
    if (line.x * sign >= edge + lane / 2) continue;
    moved.unshift([line, (edge + lane / 2) * sign]);
    edge += lane;
  }
  return { moved, edge };
};
