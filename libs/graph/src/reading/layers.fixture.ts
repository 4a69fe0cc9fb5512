import type { Graph } from '../model/graph.js';
import { portsOf } from './readable.js';
import { indexGraph } from './walk.js';

/** A piece of a path between two neighboring rows. */
interface Piece {
  from: string;
  to: string;
  /** Place among the ways out of its step; alike where the piece begins between two steps. */
  port: number;
  target: string;
}

/**
 * The fewest crossings that any drawing of these rows can have: each order of every row is tried, paths that run past a row
 * included. Ways out leave their step in their order, and paths to the same step do not cross.
 * @param rowOf every path leads from a row to a later one
 * @returns undefined where a row holds more than `most` steps and paths
 */
export function fewestInRows(graph: Graph, rowOf: (id: string) => number, most: number): number | undefined {
  const rows: string[][] = [];
  const pieces: Piece[][] = [];
  const put = (row: number, item: string) => void (rows[row] ??= []).push(item);
  const { nodes } = indexGraph(graph);
  for (const { id } of graph.nodes) put(rowOf(id), id);
  for (const { source, port, target } of graph.edges) {
    const [first, last] = [rowOf(source), rowOf(target)];
    const place = portsOf(nodes.get(source)!).findIndex(({ id }) => id === port);
    for (let row = first, from = source; row < last; row += 1) {
      const to = row + 1 === last ? target : `${source}:${port} in ${row + 1}`;
      if (to !== target) put(row + 1, to);
      (pieces[row] ??= []).push({ from, to, port: from === source ? place : 0, target });
      from = to;
    }
  }
  if (rows.some((row) => row.length > most)) return undefined;
  // The fewest crossings above a row, by how the pieces below it begin.
  let above = new Map<string, number>([['', 0]]);
  for (const [row, items] of rows.entries()) {
    const [over, under] = [pairs(pieces[row - 1] ?? []), pairs(pieces[row] ?? [])];
    const arriving = new Map<string, number>();
    const next = new Map<string, number>();
    for (const order of orders(items)) {
      const at = new Map(order.map((item, place) => [item, place]));
      const up = over.map(([a, b]) => (at.get(a.to)! < at.get(b.to)! ? '<' : '>')).join('');
      let count = arriving.get(up);
      if (count === undefined) {
        count = Math.min(...[...above].map(([down, sum]) => sum + differences(down, up)));
        arriving.set(up, count);
      }
      const before = (a: Piece, b: Piece) => (a.from === b.from ? a.port < b.port : at.get(a.from)! < at.get(b.from)!);
      const down = under.map(([a, b]) => (before(a, b) ? '<' : '>')).join('');
      next.set(down, Math.min(count, next.get(down) ?? Infinity));
    }
    above = next;
  }
  return Math.min(...above.values());
}

const pairs = (pieces: readonly Piece[]): [Piece, Piece][] =>
  pieces.flatMap((a, at) =>
    pieces.slice(at + 1).flatMap((b): [Piece, Piece][] => (a.target === b.target ? [] : [[a, b]])),
  );

const differences = (a: string, b: string): number => [...a].filter((one, at) => one !== b[at]).length;

function* orders<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [at, item] of items.entries())
    for (const rest of orders([...items.slice(0, at), ...items.slice(at + 1)])) yield [item, ...rest];
}
