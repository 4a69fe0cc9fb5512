import { clockTime } from '../../ui/formatting/time';
import { useLive } from './live-store';

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

const shareOf = (id: string, nodes: Record<string, { left: number; ports: Record<string, number> }> | undefined) => {
  const at = id.lastIndexOf(':');
  const figures = nodes?.[id.slice(0, at)];
  const taken = figures?.ports[id.slice(at + 1)] ?? 0;
  return figures && figures.left > 0 ? taken / figures.left : undefined;
};

/** How a connector is drawn: by the share of people who took it, or inked where the traced person went. */
export function usePathTone(id: string): { width: number; tone: 'plain' | 'taken' | 'faded' } {
  const share = useLive((live) => (live.trace ? undefined : shareOf(id, live.stats?.nodes)));
  const tone = useLive((live) => (live.trace ? (live.trace.taken.has(id) ? 'taken' : 'faded') : 'plain'));
  return { width: tone === 'taken' ? 3 : share === undefined ? 1.5 : 1.5 + share * 3, tone };
}

/** What a connector says in Live: its share, or when the traced person passed. */
export function PathFigures({ id }: { id: string }) {
  const share = useLive((live) => (live.trace ? undefined : shareOf(id, live.stats?.nodes)));
  const at = useLive((live) => live.trace?.taken.get(id));
  if (at !== undefined) return <span className="path-fact taken">{clockTime(at)}</span>;
  if (share === undefined) return null;
  return <span className="path-fact">{percent.format(share)}</span>;
}
