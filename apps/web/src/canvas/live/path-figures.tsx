import { count } from '../../ui/formatting/format';
import { clockTime } from '../../ui/formatting/time';
import { FigureButton } from './figure-button';
import { riverAt, useLive, type Stats } from './live-store';

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 0 });

const partsOf = (id: string): [nodeId: string, port: string] => {
  const at = id.lastIndexOf(':');
  return [id.slice(0, at), id.slice(at + 1)];
};

/** How many took this way out. */
const takenOf = (id: string, stats: Stats | null): number => {
  const [nodeId, port] = partsOf(id);
  return stats?.nodes[nodeId]?.ports[port] ?? 0;
};

/** How many took this way out at the moment that is played back. */
const flowOf = (id: string, step: ReturnType<typeof riverAt>): number => step?.ports[partsOf(id)[1]] ?? 0;

/** How a connector is drawn: by how many of all people took it, or inked where the traced person went. */
export function usePathTone(id: string): { width: number; tone: 'plain' | 'taken' | 'faded' } {
  const part = useLive((live) => {
    const { trace, stats, river } = live;
    if (river) return river.most.flow === 0 ? 0 : flowOf(id, riverAt(live, partsOf(id)[0])) / river.most.flow;
    return trace || !stats || stats.entered === 0 ? 0 : Math.min(1, takenOf(id, stats) / stats.entered);
  });
  const tone = useLive((live) => (live.trace ? (live.trace.taken.has(id) ? 'taken' : 'faded') : 'plain'));
  return { width: tone === 'taken' ? 3 : 1.5 + part * 3, tone };
}

/** What a way out says in Live: how many took it and their share, or when the traced person passed. */
export function PathFigures({ id, isFault = false }: { id: string; isFault?: boolean }) {
  const taken = useLive((live) => (live.trace || !live.stats ? undefined : takenOf(id, live.stats)));
  const left = useLive((live) => live.stats?.nodes[partsOf(id)[0]]?.left ?? 0);
  const at = useLive((live) => live.trace?.taken.get(id));
  const flow = useLive((live) => (live.river ? flowOf(id, riverAt(live, partsOf(id)[0])) : null));
  if (at !== undefined) return <span className="path-fact taken">{clockTime(at)}</span>;
  if (flow !== null)
    return flow === 0 ? null : (
      <span className="path-fact" data-testid={`flow-${id}`}>
        <b>{count(flow)}</b>
      </span>
    );
  if (taken === undefined) return null;
  const [nodeId, port] = partsOf(id);
  return (
    <span className="path-fact" data-fault={isFault && taken > 0} data-testid={`path-${id}`}>
      <FigureButton nodeId={nodeId} figure="left" port={port}>
        {count(taken)}
      </FigureButton>
      {left > 0 && taken < left ? <span className="path-share"> · {percent.format(taken / left)}</span> : null}
    </span>
  );
}
