import { arrange, cornersOf, indexGraph, portsOf, wayOutX, type Graph } from '#graph';
import { kindColor } from './step-icon';

const CARD = { width: 40, height: 14, gapX: 10, gapY: 12 };

/** A drawing the size of a stamp: shape and kinds, no words. */
export function MiniDrawing({ graph }: { graph: Graph }) {
  const { places, turns } = arrange(graph, CARD);
  const { nodes } = indexGraph(graph);
  const all = [...places.values()];
  const across = [...turns.values()].flat().map(({ x }) => x);
  const left = Math.min(...all.map((place) => place.x), ...across);
  const right = Math.max(...all.map((place) => place.x + CARD.width), ...across);
  const bottom = Math.max(...all.map((place) => place.y)) + CARD.height;
  const corner = (id: string) => places.get(id) ?? { x: 0, y: 0 };
  const line = ({ source, port, target }: Graph['edges'][number]): string => {
    const node = nodes.get(source);
    const ports = node ? portsOf(node).map(({ id }) => id) : [];
    const at = Math.max(0, ports.indexOf(port));
    const [from, to] = [corner(source), corner(target)];
    const start = { x: from.x + wayOutX(at, ports.length, CARD.width), y: from.y + CARD.height };
    const end = { x: to.x + CARD.width / 2, y: to.y };
    const corners = cornersOf(start, turns.get(`${source}:${port}`) ?? [], end);
    return corners.map(({ x, y }, place) => `${place === 0 ? 'M' : 'L'}${x},${y}`).join('');
  };
  return (
    <svg
      className="mini"
      width={120}
      height={132}
      viewBox={`${left - 2} -2 ${right - left + 4} ${bottom + 4}`}
      aria-hidden
    >
      {graph.edges.map((edge) => (
        <path key={`${edge.source}:${edge.port}`} d={line(edge)} fill="none" stroke="var(--ink-3)" strokeWidth={1} />
      ))}
      {graph.nodes.map((node) => {
        const place = corner(node.id);
        return (
          <g key={node.id} transform={`translate(${place.x} ${place.y})`}>
            <rect width={CARD.width} height={CARD.height} rx={2} fill="var(--card)" stroke="var(--line)" />
            <rect width={2.5} height={CARD.height} fill={kindColor(node.type)} />
            <path d={`M7,5H${CARD.width - 8}M7,9H${CARD.width - 15}`} stroke="var(--control-border)" strokeWidth={1} />
          </g>
        );
      })}
    </svg>
  );
}
