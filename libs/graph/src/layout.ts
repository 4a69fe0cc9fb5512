import type { Graph, Point } from './graph.js';
import { isEntry, portsOf } from './readable.js';
import { indexGraph } from './walk.js';

export interface LayoutSizes {
  width: number;
  height: number;
  /** Between neighbours. */
  gapX: number;
  /** Between rows. */
  gapY: number;
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

/**
 * Places of all steps, top-down, in pixels: the start at the top, ways out side by side below their step, in their
 * order. Pure and quick (one walk), so it can run on every change.
 */
export const layout = (graph: Graph, sizes: LayoutSizes = cardSizes): Map<string, Point> => {
  const { children, roots, depth } = tree(graph);
  const step = sizes.width + sizes.gapX;
  const width = new Map<string, number>();
  // Children come after their parents in this order, so it is walked backwards for widths.
  const order: string[] = [];
  const open = [...roots];
  for (let id = open.shift(); id !== undefined; id = open.shift()) {
    order.push(id);
    open.push(...(children.get(id) ?? []));
  }
  for (const id of order.toReversed()) {
    const below = (children.get(id) ?? []).reduce((sum, child) => sum + (width.get(child) ?? step), 0);
    width.set(id, Math.max(step, below));
  }
  const places = new Map<string, Point>();
  const left = new Map<string, number>();
  let from = 0;
  for (const root of roots) {
    left.set(root, from);
    from += width.get(root) ?? step;
  }
  const shift = roots[0] === undefined ? 0 : (width.get(roots[0]) ?? step) / 2;
  for (const id of order) {
    const start = left.get(id) ?? 0;
    const own = width.get(id) ?? step;
    places.set(id, {
      x: Math.round(start + own / 2 - shift - sizes.width / 2),
      y: (depth.get(id) ?? 0) * (sizes.height + sizes.gapY),
    });
    const below = (children.get(id) ?? []).reduce((sum, child) => sum + (width.get(child) ?? step), 0);
    let at = start + (own - below) / 2;
    for (const child of children.get(id) ?? []) {
      left.set(child, at);
      at += width.get(child) ?? step;
    }
  }
  return places;
};
