import { indexGraph, portsOf, type Graph, type Place, type Point } from '#graph';
import type { Mode } from '../document/editor-store';
import { place, portX, sizeOf } from './geometry';

const REACH = 140;

/** The way out nearest to a point of the drawing, within reach: where something dropped there belongs. */
export const nearestPlace = (graph: Graph, mode: Mode, at: Point): Place | undefined => {
  const { places } = place(graph, mode);
  const { nodes, out } = indexGraph(graph);
  let best: { place: Place; distance: number } | undefined;
  for (const node of graph.nodes) {
    const corner = places.get(node.id);
    if (!corner) continue;
    const { width, height } = sizeOf(node, mode);
    for (const port of portsOf(node)) {
      const x = corner.x + portX(node, port.id, width);
      const top = corner.y + height;
      const target = out.get(node.id)?.get(port.id)?.target;
      const below = target === undefined || !nodes.has(target) ? undefined : places.get(target);
      const bottom = below ? Math.max(top, Math.min(below.y, top + 84)) : top + 60;
      const distance = Math.hypot(at.x - x, Math.max(top - at.y, 0, at.y - bottom));
      if (distance <= REACH && (!best || distance < best.distance))
        best = { place: { source: node.id, port: port.id }, distance };
    }
  }
  return best?.place;
};
