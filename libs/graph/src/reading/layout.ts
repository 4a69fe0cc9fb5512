import type { Graph, GraphNode, Point } from '../model/graph.js';
import { isEntry, portsOf } from './readable.js';
import { indexGraph } from './walk.js';

export interface LayoutSizes {
  width: number;
  height: number;
  /** Between neighbours. */
  gapX: number;
  /** Between rows. */
  gapY: number;
  /** Of a step that is wider than the others; it keeps its place by its middle. */
  widthOf?: (node: GraphNode) => number;
}

export const cardSizes: LayoutSizes = { width: 280, height: 96, gapX: 40, gapY: 84 };

interface Tree {
  children: Map<string, string[]>;
  roots: string[];
  depth: Map<string, number>;
}

/** Each step below the deepest of those that lead to it; loops back are ignored. */
const tree = (graph: Graph): Tree => {
  const { nodes, out } = indexGraph(graph);
  const targets = (id: string): string[] => {
    const node = nodes.get(id);
    const ways = out.get(id);
    if (!node || !ways) return [];
    const known = portsOf(node).map((port) => ways.get(port.id)?.target);
    const all = [...known, ...[...ways.values()].map((edge) => edge.target)];
    return [...new Set(all.filter((target): target is string => target !== undefined && nodes.has(target)))];
  };
  const order: string[] = [];
  const forward = new Map<string, string[]>();
  const state = new Map<string, 'open' | 'done'>();
  const roots: string[] = [];
  const visit = (root: string) => {
    if (state.has(root)) return;
    roots.push(root);
    const stack = [{ id: root, rest: targets(root) }];
    state.set(root, 'open');
    forward.set(root, []);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const target = top.rest.shift();
      if (target === undefined) {
        state.set(top.id, 'done');
        order.unshift(top.id);
        stack.pop();
        continue;
      }
      if (state.get(target) === 'open') continue;
      forward.get(top.id)?.push(target);
      if (state.has(target)) continue;
      state.set(target, 'open');
      forward.set(target, []);
      stack.push({ id: target, rest: targets(target) });
    }
  };
  for (const node of graph.nodes) if (isEntry(node)) visit(node.id);
  const arrived = new Set(graph.edges.map((edge) => edge.target));
  for (const node of graph.nodes) if (!arrived.has(node.id)) visit(node.id);
  for (const node of graph.nodes) visit(node.id);
  const depth = new Map<string, number>();
  const parent = new Map<string, string>();
  for (const id of order) {
    const own = depth.get(id) ?? 0;
    depth.set(id, own);
    for (const target of forward.get(id) ?? []) {
      if (own + 1 > (depth.get(target) ?? 0)) {
        depth.set(target, own + 1);
        parent.set(target, id);
      }
    }
  }
  const children = new Map<string, string[]>();
  for (const id of order)
    children.set(
      id,
      (forward.get(id) ?? []).filter((target) => parent.get(target) === id),
    );
  return { children, roots: roots.filter((id) => !parent.has(id)), depth };
};

/** Room beside the steps for a path that runs past them. */
const LANE = 56;

export interface Arrangement {
  /** Top left corner per step. */
  places: Map<string, Point>;
  /** For a path that skips rows or leads back up: the x of the column it runs in, by `source:port`. */
  lanes: Map<string, number>;
}

/**
 * Places of all steps, top-down, in pixels: the start at the top, ways out side by side below their step, in their
 * order. Pure and quick (one walk), so it can run on every change.
 */
export const arrange = (graph: Graph, sizes: LayoutSizes = cardSizes): Arrangement => {
  const { children: steps, roots, depth } = tree(graph);
  const { nodes, out } = indexGraph(graph);
  const step = sizes.width + sizes.gapX;
  const isLane = (id: string) => id.includes(':');
  // A path that skips rows gets a narrow column of its own between the subtrees of its step.
  const children = new Map<string, string[]>();
  const back: string[] = [];
  for (const [id, below] of steps) {
    const node = nodes.get(id);
    const list: string[] = [];
    for (const port of node ? portsOf(node) : []) {
      const target = out.get(id)?.get(port.id)?.target;
      if (target === undefined || !nodes.has(target)) continue;
      const rows = (depth.get(target) ?? 0) - (depth.get(id) ?? 0);
      if (below.includes(target) && !list.includes(target)) list.push(target);
      else if (rows > 1) list.push(`${id}:${port.id}`);
      else if (rows <= 0) back.push(`${id}:${port.id}`);
    }
    children.set(id, [...list, ...below.filter((child) => !list.includes(child))]);
  }
  const order: string[] = [];
  const open = [...roots];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    order.push(id);
    open.push(...(children.get(id) ?? []));
  }
  const width = new Map<string, number>();
  const widthBelow = (id: string) => (children.get(id) ?? []).reduce((sum, child) => sum + (width.get(child) ?? 0), 0);
  const ownWidth = (id: string): number => {
    const node = nodes.get(id);
    return Math.max(step, (node ? (sizes.widthOf?.(node) ?? 0) : 0) + sizes.gapX);
  };
  for (const id of order.toReversed()) width.set(id, isLane(id) ? LANE : Math.max(ownWidth(id), widthBelow(id)));
  const left = new Map<string, number>();
  let from = 0;
  for (const root of roots) {
    left.set(root, from);
    from += (width.get(root) ?? step) + back.length * LANE;
  }
  const shift = roots[0] === undefined ? 0 : (width.get(roots[0]) ?? step) / 2;
  const places = new Map<string, Point>();
  const lanes = new Map<string, number>();
  for (const id of order) {
    const start = left.get(id) ?? 0;
    const own = width.get(id) ?? step;
    const middle = Math.round(start + own / 2 - shift);
    if (isLane(id)) lanes.set(id, middle);
    else places.set(id, { x: middle - sizes.width / 2, y: (depth.get(id) ?? 0) * (sizes.height + sizes.gapY) });
    let at = start + (own - widthBelow(id)) / 2;
    for (const child of children.get(id) ?? []) {
      left.set(child, at);
      at += width.get(child) ?? step;
    }
  }
  const edge = roots[0] === undefined ? 0 : (width.get(roots[0]) ?? step) - shift;
  back.forEach((lane, at) => lanes.set(lane, Math.round(edge + LANE * (at + 0.5))));
  return { places, lanes };
};

/** Places only. */
export const layout = (graph: Graph, sizes: LayoutSizes = cardSizes): Map<string, Point> =>
  arrange(graph, sizes).places;
