import { arrange, cornersOf, nodeDef, portsOf, wayOutX, type Graph, type GraphNode, type Point } from '#graph';
import type { Mode } from '../document/editor-store';

export interface Size {
  width: number;
  height: number;
}

const CARD = 280;
const ENTRY = 360;

/** A start says below its sentence how often people enter and when they leave; it grows upwards, where nothing is. */
const LIMITS = 26;

/** Whether cards have a third line: figures, what somebody met, or how they differ. */
const tall = (mode: Mode): boolean => mode === 'live' || mode === 'history';

/** What a way out's words get where there are more than two. */
const WAY = 112;

/** How wide the words of one way out may be. */
export const wordsWidth = (node: Pick<GraphNode, 'type' | 'config'>, width: number): number =>
  width / Math.max(1, portsOf(node).length) - 4;

/** Sizes follow from kind, ways out and mode, so that nothing has to be measured before it is drawn. */
export const sizeOf = (node: Pick<GraphNode, 'type' | 'config'>, mode: Mode): Size => {
  const kind = nodeDef(node.type)?.kind;
  const height = tall(mode) ? 120 : 96;
  if (kind === 'entry') return { width: ENTRY, height: height + LIMITS };
  if (kind === 'end') return { width: CARD, height: tall(mode) ? 72 : 48 };
  const ways = portsOf(node).length;
  return { width: ways > 2 ? Math.max(CARD, ways * WAY) : CARD, height };
};

/** Where a way out leaves its card, from the card's left edge. */
export const portX = (node: Pick<GraphNode, 'type' | 'config'>, port: string, width: number): number => {
  const ports = portsOf(node);
  const at = Math.max(
    0,
    ports.findIndex((one) => one.id === port),
  );
  return wayOutX(at, ports.length, width);
};

/** What a section's frame keeps between itself and its steps, and the height of its head. */
export const FRAME = { around: 20, head: 28 };
/** What a section without a name is called. */
export const FRAME_NAME = 'Section';
/** Above a step with a note. */
export const NOTE_ROOM = 40;

export interface Placed {
  /** Top left corner of every step. */
  places: ReadonlyMap<string, Point>;
  /** Where paths go across, by `source:port`; none where steps were put by hand. */
  turns: ReadonlyMap<string, readonly Point[]>;
}

/** Places of all steps: those of the automatic layout, or where they were put by hand. */
export const place = (graph: Graph, mode: Mode): Placed => {
  const row = tall(mode) ? 120 : 96;
  const { places, turns } = arrange(graph, {
    width: CARD,
    height: row,
    gapX: 40,
    gapY: 92,
    widthOf: (node) => sizeOf(node, mode).width,
    noteRoom: NOTE_ROOM,
    sectionRoom: FRAME.around + FRAME.head + 4,
  });
  const free = graph.layout === 'free';
  const corners = new Map<string, Point>();
  for (const node of graph.nodes) {
    const automatic = places.get(node.id) ?? { x: 0, y: 0 };
    const { width, height } = sizeOf(node, mode);
    const shifted = { x: automatic.x + (CARD - width) / 2, y: automatic.y - Math.max(0, height - row) };
    corners.set(node.id, free && node.position ? node.position : shifted);
  }
  return { places: corners, turns: free ? new Map() : turns };
};

const RADIUS = 10;

/** An SVG path along right angles with rounded corners. */
export const roundedPath = (points: readonly Point[]): string => {
  const list = points.filter((point, at) => at === 0 || point.x !== points[at - 1]?.x || point.y !== points[at - 1]?.y);
  const [first] = list;
  const last = list.at(-1);
  if (!first || !last) return '';
  const parts = [`M${first.x},${first.y}`];
  for (let at = 1; at < list.length - 1; at += 1) {
    const [before, corner, after] = [list[at - 1], list[at], list[at + 1]];
    if (!before || !corner || !after) continue;
    const into = Math.hypot(corner.x - before.x, corner.y - before.y);
    const out = Math.hypot(after.x - corner.x, after.y - corner.y);
    const radius = Math.min(RADIUS, into / 2, out / 2);
    const from = towards(corner, before, radius, into);
    const to = towards(corner, after, radius, out);
    parts.push(`L${from.x},${from.y}Q${corner.x},${corner.y} ${to.x},${to.y}`);
  }
  parts.push(`L${last.x},${last.y}`);
  return parts.join('');
};

const towards = (from: Point, to: Point, by: number, length: number): Point =>
  length === 0 ? from : { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };

const DROP = 60;
const RISE = 20;

/** Corner points of a path from a way out to the top of a step: over its turns, else as directly as it goes. */
export const route = (from: Point, to: Point, turns: readonly Point[] = []): Point[] => {
  if (turns.length > 0) return cornersOf(from, turns, to);
  if (to.y > from.y + RISE) {
    const bend = to.y - from.y > DROP + RISE ? from.y + DROP : (from.y + to.y) / 2;
    return cornersOf(from, [{ x: to.x, y: bend }], to);
  }
  const side = Math.max(from.x, to.x) + CARD / 2 + 40;
  return cornersOf(
    from,
    [
      { x: side, y: from.y + RISE },
      { x: to.x, y: to.y - RISE },
    ],
    to,
  );
};
