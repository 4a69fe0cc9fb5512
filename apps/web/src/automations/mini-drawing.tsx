import { layout, type Graph } from '#graph';
import { kindColor } from './step-icon';

const CARD = { width: 40, height: 14, gapX: 10, gapY: 12 };

/** A drawing the size of a stamp: shape and kinds, no words. */
export function MiniDrawing({ graph }: { graph: Graph }) {
  const places = layout(graph, CARD);
  const all = [...places.values()];
  const left = Math.min(...all.map((place) => place.x));
  const right = Math.max(...all.map((place) => place.x)) + CARD.width;
  const bottom = Math.max(...all.map((place) => place.y)) + CARD.height;
  const middle = (id: string) => (places.get(id)?.x ?? 0) + CARD.width / 2;
  return (
    <svg
      className="mini"
      width={120}
      height={132}
      viewBox={`${left - 2} -2 ${right - left + 4} ${bottom + 4}`}
      aria-hidden
    >
      {graph.edges.map(({ source, port, target }) => {
        const from = (places.get(source)?.y ?? 0) + CARD.height;
        const to = places.get(target)?.y ?? 0;
        const bend = from + CARD.gapY / 2;
        return (
          <path
            key={`${source}:${port}`}
            d={`M${middle(source)},${from}V${bend}H${middle(target)}V${to}`}
            fill="none"
            stroke="var(--ink-3)"
            strokeWidth={1}
          />
        );
      })}
      {graph.nodes.map((node) => {
        const place = places.get(node.id) ?? { x: 0, y: 0 };
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
