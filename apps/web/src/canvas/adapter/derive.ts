import { indexGraph, portsOf, type Graph, type Point } from '#graph';
import { Position, type Edge, type Node } from '@xyflow/react';
import type { Mode } from '../document/editor-store';
import { FOLDED } from '../drawing/folding';
import { place, portX, roundedPath, route, sizeOf, wordsWidth, type Placed } from '../drawing/geometry';

/** A step, or what stands for a folded section. */
export type StepNode = Node<Record<string, never>, 'step' | typeof FOLDED>;
export interface PathData extends Record<string, unknown> {
  path: string;
  source: Point;
  label: string;
  /** Pixels for the label. */
  room: number;
  /** It leaves a folded section: nothing can be put on it. */
  folded: boolean;
}
export type PathEdge = Edge<PathData, 'path'>;

const noData = {};
/** The one place where paths leave a folded section. */
export const FOLDED_OUT = 'out';

/** What the places of steps depend on besides paths and sections. */
const shapeOf = (graph: Graph): string =>
  JSON.stringify(
    graph.nodes.map((node) => [
      node.id,
      node.type,
      portsOf(node).map(({ id }) => id),
      Boolean(node.note),
      node.position,
    ]),
  );

/**
 * React Flow's nodes and edges from a drawing. An object is given again, the same one, while nothing it shows has
 * changed, so that React Flow redraws what changed only.
 */
export const createDerive = () => {
  const nodes = new Map<string, { key: string; node: StepNode }>();
  const edges = new Map<string, { key: string; edge: PathEdge }>();
  let placed: { graph: Graph; mode: Mode; shape: string; result: Placed } | undefined;

  /** Laid out anew only where something moves: typing into a field of a step does not. */
  const placesOf = (graph: Graph, mode: Mode): Placed => {
    if (placed?.graph === graph && placed.mode === mode) return placed.result;
    const shape = shapeOf(graph);
    const same =
      placed?.mode === mode &&
      placed.shape === shape &&
      placed.graph.edges === graph.edges &&
      placed.graph.sections === graph.sections &&
      placed.graph.layout === graph.layout;
    placed = { graph, mode, shape, result: same && placed ? placed.result : place(graph, mode) };
    return placed.result;
  };

  const stepNode = (
    graph: Graph,
    at: number,
    corner: Point,
    mode: Mode,
    selected: boolean,
    free: boolean,
  ): StepNode => {
    const step = graph.nodes[at] as Graph['nodes'][number];
    const { width, height } = sizeOf(step, mode);
    const ports = step.type === FOLDED ? [FOLDED_OUT] : portsOf(step).map((port) => port.id);
    const key = [corner.x, corner.y, width, height, selected, free, ports.join()].join('|');
    const known = nodes.get(step.id);
    if (known?.key === key) return known.node;
    const handle = { width: 8, height: 8 };
    const node: StepNode = {
      id: step.id,
      type: step.type === FOLDED ? FOLDED : 'step',
      selectable: step.type !== FOLDED,
      position: corner,
      data: noData,
      width,
      height,
      selected,
      draggable: free && step.type !== FOLDED,
      handles: [
        { ...handle, type: 'target', position: Position.Top, id: 'in', x: width / 2 - 4, y: -4 },
        ...ports.map((port) => ({
          ...handle,
          type: 'source' as const,
          position: Position.Bottom,
          id: port,
          x: portX(step, port, width) - 4,
          y: height - 4,
        })),
      ],
    };
    nodes.set(step.id, { key, node });
    return node;
  };

  return (graph: Graph, mode: Mode, selected: ReadonlySet<string>, moved: ReadonlyMap<string, Point>) => {
    const { places, turns } = placesOf(graph, mode);
    const index = indexGraph(graph);
    const free = graph.layout === 'free' && mode === 'build';
    const corner = (id: string): Point => moved.get(id) ?? places.get(id) ?? { x: 0, y: 0 };
    const drawn = graph.nodes.map((step, at) =>
      stepNode(graph, at, corner(step.id), mode, selected.has(step.id), free),
    );
    const paths: PathEdge[] = [];
    const building = mode === 'build';
    for (const { source, port, target } of graph.edges) {
      const from = index.nodes.get(source);
      const to = index.nodes.get(target);
      const folded = from?.type === FOLDED;
      const label = folded ? '' : from && portsOf(from).find((one) => one.id === port)?.label;
      if (!from || !to || label === undefined) continue;
      const id = `${source}:${port}`;
      const [size, toSize] = [sizeOf(from, mode), sizeOf(to, mode)];
      const [a, b] = [corner(source), corner(target)];
      const start = { x: a.x + portX(from, port, size.width), y: a.y + size.height };
      const end = { x: b.x + toSize.width / 2, y: b.y };
      const path = roundedPath(route(start, end, turns.get(id)));
      const room = wordsWidth(from, size.width);
      // Where several paths arrive at one place, nobody could say whose end is meant; they are drawn from their ways out.
      const alone = building && !folded && index.in.get(target)?.length === 1;
      const key = `${target}|${label}|${room}|${path}|${folded}|${alone}`;
      const known = edges.get(id);
      if (known?.key === key) {
        paths.push(known.edge);
        continue;
      }
      const edge: PathEdge = {
        id,
        type: 'path',
        source,
        sourceHandle: folded ? FOLDED_OUT : port,
        target,
        targetHandle: 'in',
        reconnectable: alone && 'target',
        data: { path, source: start, label, room, folded },
      };
      edges.set(id, { key, edge });
      paths.push(edge);
    }
    return { nodes: drawn, edges: paths };
  };
};
