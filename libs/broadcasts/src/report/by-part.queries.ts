import type { MessageCounts } from '#emails';
import type { Tx } from '#platform';
import { partsOf } from '../audience/audience.js';
import type { BroadcastRow } from '../broadcast/broadcast.queries.js';
import type { Results } from '../results/measure.js';

export interface DeviceFigures {
  /** `unknown` where nothing was said of it. */
  device: string;
  /** Mails that were opened on it first, and people who followed a link on it: each once. */
  opened: number;
  clicked: number;
}

/** On what it was read, most clicks first; somebody who clicked on two counts on both. */
export const devicesOf = (tx: Tx, broadcastId: string): Promise<DeviceFigures[]> =>
  tx.rows<DeviceFigures>(
    `select d.device, d.opened, d.clicked from (
       select t.node_id as device, coalesce(sum(t.n) filter (where t.state = 'opened'), 0)::int as opened,
         coalesce(sum(t.n) filter (where t.state = 'clicked'), 0)::int as clicked
       from cortex.automation_totals t where t.automation_id = $1 and t.what = 'device' group by t.node_id) d
     where d.opened <> 0 or d.clicked <> 0
     order by d.device = 'unknown', d.clicked desc, d.opened desc, d.device`,
    [broadcastId],
  );

export interface ListFigures {
  /** Null: the rules of its own. */
  smart_list_id: string | null;
  /** Null for rules, and for a list that was deleted. */
  name: string | null;
  mails: number;
  delivered: number;
  clicked: number;
  /** People who enrolled after their click; null until that was measured. */
  enrolled: number | null;
}

/**
 * What became of it by the lists that it was for, in their order, and the rules of its own as the last. Somebody who is
 * in two lists counts in both.
 */
export async function listsOf(tx: Tx, row: BroadcastRow, counts: MessageCounts): Promise<ListFigures[]> {
  const { audience } = row;
  if (!audience || audience.staff) return [];
  const named = await tx.rows<{ id: string; name: string }>(
    'select l.id, l.name from public.crm_smart_lists l where l.id = any($1::uuid[])',
    [audience.include],
  );
  const nameOf = new Map(named.map(({ id, name }) => [id, name]));
  const kept = await tx.row<{ results: Results | null }>(
    'select r.results from cortex.broadcast_results r where r.broadcast_id = $1',
    [row.id],
  );
  const results = kept?.results ?? null;
  const ids = [...audience.include, ...(audience.rules ? [null] : [])];
  const about = (id: string | null) => ({ smart_list_id: id, name: id === null ? null : (nameOf.get(id) ?? null) });
  if (partsOf(audience) === 1) {
    const mails = counts.candidates - Object.values(row.left_out).reduce((sum, n) => sum + n, 0);
    const enrolled = results?.after_click.enrolled_people ?? null;
    return ids.map((id) => ({ ...about(id), mails, delivered: counts.delivered, clicked: counts.clicked, enrolled }));
  }
  const counted = await tx.rows<{ place: number; state: 'mails' | 'delivered' | 'clicked'; n: number }>(
    `select t.node_id::int as place, t.state, sum(t.n)::int as n from cortex.automation_totals t
     where t.automation_id = $1 and t.what = 'list' group by 1, 2`,
    [row.id],
  );
  const figure = (place: number, state: 'mails' | 'delivered' | 'clicked') =>
    counted.find((one) => one.place === place && one.state === state)?.n ?? 0;
  return ids.map((id, place) => ({
    ...about(id),
    mails: figure(place, 'mails'),
    delivered: figure(place, 'delivered'),
    clicked: figure(place, 'clicked'),
    // What was measured before lists were told apart says nothing of them.
    enrolled: results?.by_list ? (results.by_list[place] ?? 0) : results?.after_click.enrolled_people === 0 ? 0 : null,
  }));
}
