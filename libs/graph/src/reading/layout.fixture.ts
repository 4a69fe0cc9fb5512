import fc from 'fast-check';
import { MAX_NODES, type Graph, type GraphNode, type Point } from '../model/graph.js';
import { arrange, cornersOf, wayOutX, type LayoutSizes } from './layout.js';
import { portsOf } from './readable.js';
import { indexGraph } from './walk.js';

const rules = { operator: 'AND', conditions: [] };
export const configs = {
  manual: {},
  wait: { for: { n: 1, unit: 'days' } },
  filter: { rules },
  switch: { cases: ['a', 'b', 'c'].map((id) => ({ id, label: id, rules })) },
  exit: {},
} as const;
type Type = keyof typeof configs;

/** As on the canvas: a split with many ways out is wider. */
export const sizes: LayoutSizes = {
  width: 280,
  height: 96,
  gapX: 40,
  gapY: 92,
  widthOf: (node) => Math.max(280, portsOf(node).length * 112),
};
const widthOf = (node: GraphNode) => sizes.widthOf?.(node) ?? sizes.width;
export const COLUMN = sizes.width + sizes.gapX;

/** Numbers that decide what is drawn; when they are used up, nothing more is. */
class Tape {
  private at = 0;
  constructor(private readonly numbers: readonly number[]) {}
  get over() {
    return this.at >= this.numbers.length;
  }
  next(below: number) {
    this.at += 1;
    return (this.numbers[this.at - 1] ?? 0) % below;
  }
}

export class Draft {
  readonly nodes: GraphNode[] = [];
  readonly edges: Graph['edges'] = [];
  add(type: Type): GraphNode {
    const node: GraphNode = { id: `${type}${this.nodes.length}`, type, config: configs[type] };
    this.nodes.push(node);
    return node;
  }
  get graph(): Graph {
    return { schema: 1, nodes: this.nodes, edges: this.edges };
  }
}

/** A way out that leads on to whatever is drawn next, and the splits it lies behind. */
interface Loose {
  source: string;
  port: string;
  behind: readonly string[];
}

interface Nested {
  graph: Graph;
  /** The split below which a join stands. */
  joins: Map<string, string>;
  /** Columns of the widest region, by width. */
  width: number;
}

/**
 * A drawing that is nested like brackets: the paths of a split come together again in one step, or end.
 * @param whole no path ends or is empty
 */
export const nested = (numbers: readonly number[], whole = false): Nested => {
  const tape = new Tape(numbers);
  const draft = new Draft();
  const joins = new Map<string, string>();
  const lead = (from: readonly Loose[], to: GraphNode) => {
    for (const { source, port } of from) draft.edges.push({ source, port, target: to.id });
    if (new Set(from.map(({ source }) => source)).size < 2) return;
    const [first, ...others] = from.map(({ behind }) => behind);
    const shared = first?.filter((id, at) => others.every((behind) => behind[at] === id)).at(-1);
    if (shared) joins.set(to.id, shared);
  };
  const full = () => tape.over || draft.nodes.length > MAX_NODES - 6;
  const path = (from: readonly Loose[], behind: readonly string[]): { open: readonly Loose[]; width: number } => {
    let open = from;
    let width = 0;
    const step = (type: Type) => {
      const node = draft.add(type);
      lead(open, node);
      width = Math.max(width, widthOf(node) + sizes.gapX);
      return node;
    };
    if (whole) open = [{ source: step('wait').id, port: 'next', behind }];
    while (open.length > 0 && !full()) {
      const what = tape.next(10);
      if (what < 4) open = [{ source: step('wait').id, port: 'next', behind }];
      else if (what < 7) {
        const split = step(what === 6 ? 'switch' : 'filter');
        const inner = [...behind, split.id];
        const paths = portsOf(split).map((port) => path([{ source: split.id, port: port.id, behind: inner }], inner));
        open = paths.flatMap((each) => each.open);
        width = Math.max(
          width,
          paths.reduce((sum, each) => sum + each.width, 0),
        );
      } else if (what === 7 && !whole) {
        step('exit');
        open = [];
      } else break;
    }
    return { open, width };
  };
  const start = draft.add('manual');
  const { width } = path([{ source: start.id, port: 'next', behind: [] }], []);
  return { graph: draft.graph, joins, width: Math.max(COLUMN, width) };
};

/** Any drawing: paths lead to whichever later step, and sometimes back. */
export const tangled = (numbers: readonly number[]): Graph => {
  const tape = new Tape(numbers);
  const draft = new Draft();
  const count = Math.min(MAX_NODES, 2 + Math.floor(numbers.length / 2));
  const types = ['wait', 'filter', 'switch', 'exit'] as const;
  const nodes = Array.from({ length: count }, (_, at) => draft.add(at === 0 ? 'manual' : types[tape.next(4)]!));
  nodes.forEach((node, at) => {
    for (const port of portsOf(node)) {
      const where = tape.next(12);
      const target = where === 0 ? at - tape.next(4) : where === 1 ? count : at + 1 + (where % 5);
      const to = nodes[target];
      if (to) draft.edges.push({ source: node.id, port: port.id, target: to.id });
    }
  });
  return draft.graph;
};

interface Card {
  id: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** The drawing as it is seen: cards, and the corners of every line. */
export const drawn = (graph: Graph) => {
  const { places, turns } = arrange(graph, sizes);
  const { nodes } = indexGraph(graph);
  const cards = graph.nodes.map((node): Card => {
    const { x, y } = places.get(node.id)!;
    const [middle, width] = [x + sizes.width / 2, widthOf(node)];
    return { id: node.id, left: middle - width / 2, right: middle + width / 2, top: y, bottom: y + sizes.height };
  });
  const at = new Map(cards.map((card) => [card.id, card]));
  const lines = graph.edges.map(({ source, port, target }) => {
    const [from, to, node] = [at.get(source)!, at.get(target)!, nodes.get(source)!];
    const ports = portsOf(node);
    const place = ports.findIndex((one) => one.id === port);
    const start = { x: from.left + wayOutX(place, ports.length, widthOf(node)), y: from.bottom };
    const end = { x: (to.left + to.right) / 2, y: to.top };
    return { source, target, corners: cornersOf(start, turns.get(`${source}:${port}`) ?? [], end) };
  });
  return { cards, at, lines };
};
export type Drawn = ReturnType<typeof drawn>;

export const parts = (corners: readonly Point[]) =>
  corners.slice(1).map((to, at): [Point, Point] => [corners[at]!, to]);

/** Pairs of lines where one goes across the other; where lines meet on their way to the same step they do not. */
export const crossings = ({ lines }: Drawn): string[] => {
  const across = lines.flatMap(({ source, target, corners }) =>
    parts(corners).map(([a, b]) => ({ source, target, a, b, level: a.y === b.y })),
  );
  const levels = across.filter(({ level }) => level);
  return across
    .filter(({ level }) => !level)
    .flatMap((up) =>
      levels
        .filter(
          (flat) =>
            flat.target !== up.target &&
            Math.min(flat.a.x, flat.b.x) < up.a.x - 1 &&
            Math.max(flat.a.x, flat.b.x) > up.a.x + 1 &&
            Math.min(up.a.y, up.b.y) < flat.a.y - 1 &&
            Math.max(up.a.y, up.b.y) > flat.a.y + 1,
        )
        .map((flat) => `${flat.source} to ${flat.target}, ${up.source} to ${up.target}`),
    );
};

export const numbers = (maxLength: number, minLength = 0) =>
  fc.array(fc.nat(9_999), { maxLength, minLength, size: 'max' });
